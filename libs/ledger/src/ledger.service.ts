import type { Viewer } from '#libs/access';
import type { CloudAccount } from '#libs/cloud-accounts';
import { InvalidField, InvalidInput, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { desiredAttributes, type GivenAttributes } from './desired-attributes.js';
import { ProvisionedResource, type ResourceChangeKind, type ResourceOwner } from './provisioned-resource.entity.js';
import { ProvisionedResources, type ResourceFilter } from './provisioned-resources.js';
import { resourceArnOf } from './resource-arn.js';
import type { ResourceChange } from './resource-change.entity.js';

/** What a provisioner tells of one resource. */
export interface ResourceReport extends GivenAttributes {
  readonly arn: string;
  /** It is gone now. */
  readonly isRemoved: boolean;
}

/** How many a provisioner may tell of at once. */
export const mostReports = 100;

const longestHistory = 50;

/** Keeps count of what was built for subscriptions: what stands where, what it is to be, and what became of it. */
@Injectable()
export class LedgerService {
  constructor(private readonly resources: ProvisionedResources) {}

  /**
   * Writes down what a provisioner tells. Told again, it changes nothing. Call it in the unit of work that holds the subscription.
   *
   * @param path of the reports in the input
   * @throws InvalidInput for what cannot stand in that account or region, and what is another subscription's; nothing is written then
   */
  async record(
    {
      tenantId,
      id: subscriptionId,
      region,
    }: { readonly tenantId: number; readonly id: number; readonly region: string },
    account: Pick<CloudAccount, 'id' | 'awsAccountId' | 'provider'>,
    reports: readonly ResourceReport[],
    path: readonly string[],
    now: Date,
  ): Promise<void> {
    if (reports.length === 0) return;
    if (reports.length > mostReports)
      throw new InvalidInput([new InvalidField(path, `There must be ${mostReports} resources at most.`)]);
    const owner: ResourceOwner = { tenantId, cloudAccountId: account.id, subscriptionId };
    const faults: InvalidField[] = [];
    const known = new Map(
      (await this.resources.findByArn(account.id, [...new Set(reports.map(({ arn }) => arn))])).map((one) => [
        one.arn,
        one,
      ]),
    );
    const changed: ProvisionedResource[] = [];
    const changes: ResourceChangeKind[] = [];

    for (const [i, report] of reports.entries()) {
      const at = [...path, String(i)];
      const refuse = (text: string) => faults.push(new InvalidField([...at, 'arn'], `The ARN ${text}.`));
      const parts = resourceArnOf(report.arn);
      if (!parts) {
        refuse('must be that of a resource of EC2, such as arn:aws:ec2:eu-west-1:123456789012:instance/i-0abc');
        continue;
      }
      if (account.provider !== 'AWS') refuse('cannot be one in an account that is not at AWS');
      else if (account.awsAccountId !== null && parts.awsAccountId !== account.awsAccountId)
        refuse("must lie in the cloud account's AWS account");
      else if (parts.region !== region) refuse("must lie in the subscription's region");
      const before = known.get(report.arn);
      if (before?.stands && before.subscriptionId !== subscriptionId) refuse("is another subscription's");

      const { attributes, faults: ofAttributes } = desiredAttributes(parts.kind, report, at);
      faults.push(...ofAttributes);
      if (report.isRemoved && !before) continue;
      const resource = before ?? ProvisionedResource.create(owner, report.arn, parts, attributes, now);
      known.set(report.arn, resource);
      const change = report.isRemoved
        ? resource.remove(now)
        : before
          ? resource.report(owner, attributes, now)
          : 'PROVISIONED';
      if (change) {
        changed.push(resource);
        changes.push(change);
      }
    }
    if (faults.length > 0) throw new InvalidInput(faults);
    await this.resources.put(changed, changes, now);
  }

  /** A subscription was taken down, and nothing of it stands any more. Call it in the unit of work that holds it. */
  async takenDown(subscriptionId: number, now: Date): Promise<void> {
    const standing = await this.resources.standingOf(subscriptionId);
    const changes = standing.flatMap((resource) => resource.remove(now) ?? []);
    await this.resources.put(standing, changes, now);
  }

  list({ tenantId }: Viewer, filter: ResourceFilter, page: PageRequest<'ID'>): Promise<Page<ProvisionedResource>> {
    return this.resources.list(tenantId, filter, page);
  }

  count({ tenantId }: Viewer, filter: ResourceFilter): Promise<number> {
    return this.resources.count(tenantId, filter);
  }

  /** Of each the newest fifty changes, the newest first, in the order of the resources. */
  async historyOf(resources: readonly ProvisionedResource[]): Promise<ResourceChange[][]> {
    const ids = [...new Set(resources.map(({ id }) => id))];
    const found = Map.groupBy(await this.resources.historyOf(ids, longestHistory), ({ resourceId }) => resourceId);
    return resources.map(({ id }) => found.get(id) ?? []);
  }
}
