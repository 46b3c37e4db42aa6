import type { Viewer } from '#libs/access';
import { InvalidField, InvalidInput, type Held, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { desiredAttributes, type DesiredAttributes } from './desired-attributes.js';
import { ProvisionedResource, type ListedResource } from './provisioned-resource.entity.js';
import {
  ArnTaken,
  ProvisionedResources,
  type ChangedResource,
  type LedgerPlace,
  type ResourceOwnerKind,
} from './provisioned-resources.js';
import { resourceArnOf } from './resource-arn.js';
import type { ListedChange, ResourceChange } from './resource-change.entity.js';
import { faultOfAnothers, faultsInReport, type ReportSubject, type ResourceReport } from './resource-report.js';

/** Maximum number of resources in one report. */
export const mostReports = 100;

export const longestHistory = 50;

/** Records which resources were built for subscriptions, with their expected attributes and history. */
@Injectable()
export class LedgerService {
  constructor(private readonly resources: ProvisionedResources) {}

  /**
   * Stores a report of a provisioner. Repeating it changes nothing.
   *
   * @param path of the reports in the input
   * @throws InvalidInput for resources that cannot exist in that account or region, or belong to another subscription;
   * nothing is stored then
   */
  async record(
    subject: ReportSubject,
    reports: readonly ResourceReport[],
    path: readonly string[],
    now: Date,
  ): Promise<void> {
    if (reports.length === 0) return;
    refuseTooManyOrTwice(reports, path);
    const found = await this.resources.findByArn(
      subject.account.id,
      reports.map(({ arn }) => arn),
    );
    const known = new Map(found.map((resource) => [resource.arn, resource]));
    const faults = reports.flatMap((report, i) => faultsInReport(report, subject, known, [...path, String(i)]));
    if (faults.length > 0) throw new InvalidInput(faults);

    const changes = reports.flatMap((report) => changeBy(report, subject, known.get(report.arn), now));
    await this.resources.put(changes, now).catch((error: unknown) => {
      if (!(error instanceof ArnTaken)) throw error;
      // Reports of one subscription are serialized, so the ARN belongs to another one.
      const at = reports.findIndex(({ arn }) => arn === error.arn);
      throw new InvalidInput([new InvalidField([...path, String(at), 'arn'], `The ARN ${faultOfAnothers}.`)]);
    });
  }

  /** Marks all resources of a subscription as removed. */
  async recordRemoval({ id }: Held<{ readonly id: number }>, now: Date): Promise<void> {
    const standing = await this.resources.listExisting(id);
    await this.resources.put(
      standing.flatMap((resource) => changed(resource, resource.remove(now))),
      now,
    );
  }

  findMany(tenantId: number, ids: readonly number[]): Promise<ListedResource[]> {
    return this.resources.findMany(tenantId, ids);
  }

  /** Existing resources of a subscription. */
  listExisting(subscriptionId: number): Promise<ProvisionedResource[]> {
    return this.resources.listExisting(subscriptionId);
  }

  /** Existing resources in an account with these ARNs. */
  findExistingByArn(cloudAccountId: number, arns: readonly string[]): Promise<ProvisionedResource[]> {
    return this.resources.findExistingByArn(cloudAccountId, arns);
  }

  /**
   * At most `limit` existing resources of one kind and region in an account with a higher ID than `afterId`, sorted by
   * ID.
   */
  listRemainingAt(
    cloudAccountId: number,
    place: LedgerPlace,
    afterId: number,
    limit: number,
  ): Promise<ProvisionedResource[]> {
    return this.resources.listRemainingAt(cloudAccountId, place, afterId, limit);
  }

  /** Kinds and regions of the existing resources in an account. */
  listPlaces(cloudAccountId: number): Promise<LedgerPlace[]> {
    return this.resources.listPlaces(cloudAccountId);
  }

  /** The same page of each owner's list, in the order of the owners. */
  listOf(
    { tenantId }: Viewer,
    kind: ResourceOwnerKind,
    ids: readonly number[],
    page: PageRequest<'ID'>,
  ): Promise<Page<ListedResource>[]> {
    return this.resources.listOf(tenantId, kind, ids, page);
  }

  countOf({ tenantId }: Viewer, kind: ResourceOwnerKind, ids: readonly number[]): Promise<number[]> {
    return this.resources.countOf(tenantId, kind, ids);
  }

  /** Expected attributes of resources or of changes, in the order of the IDs. */
  async attributesOf(what: 'resources' | 'changes', ids: readonly number[]): Promise<DesiredAttributes[]> {
    const attributes = await this.resources.attributesOf(what, ids);
    return ids.map((id) => attributes.get(id) ?? {});
  }

  /** Last fifty changes of each resource, newest first, in the order of the resources. */
  async historyOf(resources: readonly ListedResource[]): Promise<ListedChange[][]> {
    const ids = [...new Set(resources.map(({ id }) => id))];
    const found = Map.groupBy(await this.resources.historyOf(ids, longestHistory), ({ resourceId }) => resourceId);
    return resources.map(({ id }) => found.get(id) ?? []);
  }
}

function refuseTooManyOrTwice(reports: readonly ResourceReport[], path: readonly string[]): void {
  if (reports.length > mostReports)
    throw new InvalidInput([new InvalidField(path, `At most ${mostReports} resources are allowed.`)]);
  const arns = reports.map(({ arn }) => arn);
  const twice = arns.flatMap((arn, i) =>
    arns.indexOf(arn) < i
      ? [new InvalidField([...path, String(i), 'arn'], 'The ARN appears more than once in the report.')]
      : [],
  );
  if (twice.length > 0) throw new InvalidInput(twice);
}

/** Change of a known or new resource by a valid report. */
function changeBy(
  report: ResourceReport,
  { subscription, account }: ReportSubject,
  before: ProvisionedResource | undefined,
  now: Date,
): ChangedResource[] {
  if (report.isRemoved) return before ? changed(before, before.remove(now)) : [];
  const owner = { tenantId: subscription.tenantId, cloudAccountId: account.id, subscriptionId: subscription.id };
  const attributes = desiredAttributes(report);
  if (before) return changed(before, before.report(owner, attributes, now));
  const resource = ProvisionedResource.create(owner, report.arn, resourceArnOf(report.arn)!, attributes, now);
  return changed(resource, 'PROVISIONED');
}

function changed(resource: ProvisionedResource, kind: ResourceChange['kind'] | null): ChangedResource[] {
  return kind ? [{ resource, kind }] : [];
}
