import type { AwsAccess, AwsIdentity, AwsRole, Verification } from '#libs/aws-credentials';

/** What credentials must fit. */
export interface Expectations {
  readonly consoleRoleName: string;
  /** The role instances run as; null for the one `iamSetup` makes. */
  readonly nodeRoleName: string | null;
  /** Twelve digits: the only AWS account that the credentials may belong to; null for any. */
  readonly expectedAwsAccountId: string | null;
  /** Whether credentials that work are taken even if they may not do all that is needed. */
  readonly allowMissingPermissions: boolean;
}

/** Credentials that AWS accepts. */
export interface Proof {
  readonly access: AwsAccess;
  readonly identity: AwsIdentity;
  readonly consoleRole: AwsRole;
  readonly nodeRoleName: string | null;
  /** Whether they may not do all that is needed. */
  readonly lacksPermissions: boolean;
  /** All that was found out. */
  readonly verification: Verification;
}
