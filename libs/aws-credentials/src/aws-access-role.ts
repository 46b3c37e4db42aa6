import { partitionOf, RegionInAnotherPartition } from '#libs/iam-setup';
import { AwsAccess, type AccessCases } from './aws-access.js';

declare module './aws-access.js' {
  interface AccessCases<T> {
    accessRole(role: AwsAccessRole): T;
  }
}

/** How long a session in an access role may last: what the role that `iamSetup` makes allows. */
const anHour = 3600;

/** The way into a customer's AWS account without a key: a role there that trusts the gateway. Nothing of it is secret. */
export class AwsAccessRole extends AwsAccess {
  constructor(
    readonly arn: string,
    /** Of those this gateway issued to the tenant: never one that a customer chose. */
    readonly externalId: string,
    readonly sessionSeconds = anHour,
  ) {
    super();
  }

  /** Twelve digits. */
  get accountId(): string {
    return this.arn.split(':')[4]!;
  }

  /** Whether it is in one of the sandbox's accounts: while the sandbox is on, AWS never hears of it. */
  get isSandbox(): boolean {
    return /^90000000\d{4}$/.test(this.accountId);
  }

  /** `aws`, `aws-cn` … */
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

/** A role as a caller names it. */
export class GivenAccessRole {
  constructor(
    readonly roleArn: string,
    readonly externalIdHandle: string,
  ) {}
}

/** Of any ARN. */
export const partitionIn = (arn: string): string => arn.split(':')[1]!;
