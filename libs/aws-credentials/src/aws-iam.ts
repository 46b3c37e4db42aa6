import type { AwsAccessKey } from './aws-access-key.js';

/** Who AWS says a key belongs to. */
export interface AwsIdentity {
  /** Twelve digits. */
  readonly accountId: string;
  /** AWS's own id of the principal: `AIDA…` for an IAM user, never reused. */
  readonly userId: string;
  readonly arn: string;
}

export interface AwsRole {
  readonly name: string;
  readonly arn: string;
}

/** What this domain asks AWS, in a region that decides which partition of AWS is asked. */
export abstract class AwsIam {
  /** Needs no permission at AWS, so it proves who the key is and nothing more. @throws CredentialsRejected */
  abstract identityOf(key: AwsAccessKey, region: string): Promise<AwsIdentity>;

  /** Needs iam:GetRole. @throws CredentialsRejected */
  abstract role(key: AwsAccessKey, region: string, name: string): Promise<AwsRole>;
}
