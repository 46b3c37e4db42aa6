import type { CloudAccount } from '#libs/cloud-accounts';
import { InvalidField, type Held } from '#libs/kernel';
import { faultsInAttributes, type GivenAttributes } from './desired-attributes.js';
import type { ProvisionedResource } from './provisioned-resource.entity.js';
import { resourceArnOf } from './resource-arn.js';

/** Report of a provisioner about one resource. */
export interface ResourceReport extends GivenAttributes {
  readonly arn: string;
  /** Whether the resource was removed. */
  readonly isRemoved: boolean;
}

/** End of a sentence that begins with the ARN. */
export const faultOfAnothers = 'belongs to another subscription';

/** Subscription and account of a report. */
export interface ReportSubject {
  readonly subscription: Held<{ readonly id: number; readonly tenantId: number; readonly region: string }>;
  readonly account: Pick<CloudAccount, 'id' | 'awsAccountId' | 'provider'>;
}

/**
 * All problems with a report.
 *
 * @param known existing resources of the account by ARN
 */
export function faultsInReport(
  report: ResourceReport,
  subject: ReportSubject,
  known: ReadonlyMap<string, ProvisionedResource>,
  path: readonly string[],
): InvalidField[] {
  const arn = resourceArnOf(report.arn);
  const fault = arn
    ? faultInPlace(arn, subject, known.get(report.arn))
    : 'must be that of an EC2 resource, such as arn:aws:ec2:eu-west-1:123456789012:instance/i-0abc';
  return [
    ...(fault ? [new InvalidField([...path, 'arn'], `The ARN ${fault}.`)] : []),
    ...(arn ? faultsInAttributes(arn.kind, report, path) : []),
  ];
}

function faultInPlace(
  { awsAccountId, region }: NonNullable<ReturnType<typeof resourceArnOf>>,
  { subscription, account }: ReportSubject,
  before: ProvisionedResource | undefined,
): string | null {
  if (account.provider !== 'AWS') return 'is not allowed in an account that is not an AWS account';
  // Unknown for snapshots and for hosted accounts.
  if (awsAccountId !== null && account.awsAccountId !== null && awsAccountId !== account.awsAccountId)
    return 'must belong to the AWS account of the cloud account';
  if (region !== subscription.region) return 'must be in the region of the subscription';
  return before?.exists && before.subscriptionId !== subscription.id ? faultOfAnothers : null;
}
