/** One case for each kind of credentials. Each kind adds its own, and then no use compiles until it handles the kind. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unused-vars
export interface AccessCases<T> {}

/** Credentials with which the gateway accesses an AWS account. Each kind is a subclass. */
export abstract class AwsAccess {
  /** Whether the credentials belong to the sandbox. While the sandbox is enabled, they are never sent to AWS. */
  abstract get isSandbox(): boolean;

  /** Public identifier of the credentials. Not a secret. */
  abstract get identifier(): { readonly accessKeyId: string } | { readonly roleArn: string };

  /** @throws RegionInAnotherPartition when the credentials cannot be used in the partition of `region` */
  abstract refuseRegion(region: string): void;

  /** Calls the case of this kind of credentials. */
  abstract match<T>(cases: AccessCases<T>): T;
}
