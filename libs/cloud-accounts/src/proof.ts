import type { AwsAccess, AwsIdentity, AwsRole, Verification } from '#libs/aws-credentials';

/** Requirements for credentials. */
export interface Expectations {
  readonly consoleRoleName: string;
  /** IAM role of instances. Null: the role that `iamSetup` creates. */
  readonly nodeRoleName: string | null;
  /** AWS account that the credentials must belong to, as 12 digits. Null: any account. */
  readonly expectedAwsAccountId: string | null;
  /** Whether credentials that lack permissions are accepted. */
  readonly allowMissingPermissions: boolean;
}

/** Credentials that AWS accepts. */
export interface Proof {
  readonly access: AwsAccess;
  readonly identity: AwsIdentity;
  readonly consoleRole: AwsRole;
  readonly nodeRoleName: string | null;
  /** Whether required permissions are missing. */
  readonly lacksPermissions: boolean;
  /** Complete result of the verification. */
  readonly verification: Verification;
}
