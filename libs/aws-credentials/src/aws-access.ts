/** One case for each kind of credentials. Each kind adds its own, and then no use compiles until it handles the kind. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unused-vars
export interface AccessCases<T> {}

/** Credentials with which the gateway accesses an AWS account. Each kind is a subclass. */
export abstract class AwsAccess {
  /** Whether they belong to the sandbox. While the sandbox is on, they are never sent to AWS. */
  abstract get isSandbox(): boolean;

  /** The public identifier of the credentials. Not a secret. */
  abstract get identifier(): { readonly accessKeyId: string } | { readonly roleArn: string };

  /** @throws RegionInAnotherPartition when the credentials cannot be used in the partition of `region` */
  abstract refuseRegion(region: string): void;

  /** Calls the case of this kind. */
  abstract match<T>(cases: AccessCases<T>): T;
}
