import type { RequestContext } from '#libs/iam-setup';
import type { AwsAccessKey } from './aws-access-key.js';

/** Identity of an access key, as reported by AWS. */
export interface AwsIdentity {
  /** 12 digits. */
  readonly accountId: string;
  /** Unique ID of the principal: `AIDA…` for an IAM user. AWS never reuses it. */
  readonly userId: string;
  readonly arn: string;
}

export interface AwsRole {
  readonly name: string;
  readonly arn: string;
}

/** Role with its trust policy. */
export interface AwsTrustedRole extends AwsRole {
  /** JSON. The customer wrote it, so it can have any structure. */
  readonly trustPolicy: string;
}

export type AwsDecision = 'allowed' | 'explicitDeny' | 'implicitDeny';

export interface AwsSimulation {
  /** ARN of the user or role to simulate. */
  readonly principalArn: string;
  readonly actions: readonly string[];
  /** ARNs, or only `*`. */
  readonly resources: readonly string[];
  /** Condition keys and their values in the simulated requests. */
  readonly context: RequestContext;
}

/**
 * Whether one action is allowed on one resource, as far as AWS simulates it: without trust policies, key policies and
 * other resource policies.
 */
export interface AwsVerdict {
  readonly action: string;
  /** Same as requested: an ARN, or `*`. */
  readonly resource: string;
  readonly decision: AwsDecision;
  /** False when a service control policy of the organization does not allow the action. */
  readonly isAllowedByOrganization: boolean;
  /** False when the permissions boundary does not allow the action. */
  readonly isAllowedByBoundary: boolean;
  /**
   * Condition keys that the policies use and the simulation did not have. AWS does not report those of service control
   * policies.
   */
  readonly missingContext: readonly string[];
  /** AWS names of the policies whose statements determine the result. Empty when no statement matches. */
  readonly decidedBy: readonly string[];
}

/** An access key as IAM lists it. */
export interface AwsKeyOfUser {
  readonly accessKeyId: string;
  /** Inactive access keys count towards the limit of two. */
  readonly isActive: boolean;
  /** To the second, by the clock of AWS. */
  readonly createdAt: Date;
}

/** The access keys of one user. */
export interface AwsKeysOfUser {
  readonly keys: readonly AwsKeyOfUser[];
  /** Time of the answer to the second, by the clock of AWS: comparable with `createdAt`. */
  readonly at: Date;
}

export interface AwsRoleRequest {
  readonly roleArn: string;
  /** Null: the request has none. */
  readonly externalId: string | null;
  /** Identifies the operation in the customer's CloudTrail: 2 to 64 letters, digits and `+=,.@_-`. */
  readonly sessionName: string;
  readonly durationSeconds?: number;
  /** Session policy that restricts the permissions, as JSON. */
  readonly policy?: string;
}

/** Temporary credentials. */
export interface AwsSession {
  /** Includes the session token. */
  readonly key: AwsAccessKey;
  readonly expiresAt: Date;
  /** ARN of the assumed role's session. Null for a session of the user itself. */
  readonly arn: string | null;
  /** Unique ID of the assumed role, `AROA…`. AWS never reuses it. Null for a session of the user itself. */
  readonly roleId: string | null;
}

/**
 * Port to IAM, STS and EC2. The region determines the partition. Each call has one deadline, retries included.
 *
 * Every method throws `CredentialsRejected` when AWS refuses or cannot be reached.
 */
export abstract class AwsIam {
  /** Needs no permission in AWS, so it proves the identity only. */
  abstract identityOf(key: AwsAccessKey, region: string): Promise<AwsIdentity>;

  /** Needs iam:GetRole. */
  abstract role(key: AwsAccessKey, region: string, name: string): Promise<AwsTrustedRole>;

  /** Needs iam:SimulatePrincipalPolicy. One verdict for each action on each resource. */
  abstract simulate(key: AwsAccessKey, region: string, simulation: AwsSimulation): Promise<AwsVerdict[]>;

  /** Every access key of the user whose key is used. Needs iam:ListAccessKeys. */
  abstract accessKeys(key: AwsAccessKey, region: string): Promise<AwsKeysOfUser>;

  /**
   * Creates another access key of the same user. Never retried: AWS can have created the access key although the answer
   * was lost, and then its secret is lost. Needs iam:CreateAccessKey.
   */
  abstract createAccessKey(key: AwsAccessKey, region: string): Promise<{ key: AwsAccessKey; createdAt: Date }>;

  /** Needs iam:UpdateAccessKey. Can take effect some seconds later. */
  abstract setKeyActive(key: AwsAccessKey, region: string, accessKeyId: string, isActive: boolean): Promise<void>;

  /** Needs iam:DeleteAccessKey. Succeeds if the access key does not exist. */
  abstract deleteAccessKey(key: AwsAccessKey, region: string, accessKeyId: string): Promise<void>;

  /** Null when AWS knows of no use, which it reports hours late. Needs iam:GetAccessKeyLastUsed. */
  abstract keyLastUsed(key: AwsAccessKey, region: string, accessKeyId: string): Promise<Date | null>;

  /**
   * Creates a service-linked role unless it exists. Needs iam:CreateServiceLinkedRole.
   *
   * @param service for example `transitgateway.amazonaws.com`
   */
  abstract createServiceLinkedRole(key: AwsAccessKey, region: string, service: string): Promise<void>;

  /** Session in a role whose trust policy allows this access key. */
  abstract assumeRole(key: AwsAccessKey, region: string, request: AwsRoleRequest): Promise<AwsSession>;

  /** Session of the user itself. It cannot call IAM, and of STS only AssumeRole and GetCallerIdentity. */
  abstract sessionOf(key: AwsAccessKey, region: string, durationSeconds: number): Promise<AwsSession>;
}
