import { partitionOf, RegionInAnotherPartition } from '#libs/iam-setup';
import { AwsAccess, type AccessCases } from './aws-access.js';

declare module './aws-access.js' {
  interface AccessCases<T> {
    accessRole(role: AwsAccessRole): T;
  }
}

/** Maximum duration of a session in seconds: the one that the role of `iamSetup` allows. */
const anHour = 3600;

/** Access role: a role in the customer's AWS account that trusts the gateway. It has no secret. */
export class AwsAccessRole extends AwsAccess {
  constructor(
    readonly arn: string,
    /** Issued by this gateway to the tenant, never chosen by a customer. */
    readonly externalId: string,
    readonly sessionSeconds = anHour,
  ) {
    super();
  }

  get accountId(): string {
    return this.arn.split(':')[4]!;
  }

  /** Whether the role is in an account of the sandbox. While the sandbox is enabled, it is never sent to AWS. */
  get isSandbox(): boolean {
    return /^90000000\d{4}$/.test(this.accountId);
  }

  /** For example `aws` or `aws-cn`. */
  get partition(): string {
    return partitionIn(this.arn);
  }

  get identifier() {
    return { roleArn: this.arn };
  }

  refuseRegion(region: string): void {
    if (this.partition !== partitionOf(region)) throw new RegionInAnotherPartition('access role');
  }

  match<T>(cases: AccessCases<T>): T {
    return cases.accessRole(this);
  }
}

/** Access role as sent by a caller. */
export class GivenAccessRole {
  constructor(
    readonly roleArn: string,
    readonly externalIdHandle: string,
  ) {}
}

/** Partition of an ARN. */
export const partitionIn = (arn: string): string => arn.split(':')[1]!;
