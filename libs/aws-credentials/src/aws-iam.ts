import type { RequestContext } from '#libs/iam-setup';
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

/** A role with the policy that says who may assume it. */
export interface AwsTrustedRole extends AwsRole {
  /** As JSON; what it holds is the customer's, so nothing about its shape is sure. */
  readonly trustPolicy: string;
}

export type AwsDecision = 'allowed' | 'explicitDeny' | 'implicitDeny';

export interface AwsSimulation {
  /** Of the user or role in question. */
  readonly principalArn: string;
  readonly actions: readonly string[];
  /** ARNs, or `*` alone. */
  readonly resources: readonly string[];
  /** Condition keys and what they are in the requests in question. */
  readonly context: RequestContext;
}

/** Whether one action would be allowed on one resource, by what AWS simulates: not trust, key or other resource policies. */
export interface AwsVerdict {
  readonly action: string;
  /** As it was asked for: an ARN, or `*`. */
  readonly resource: string;
  readonly decision: AwsDecision;
  /** False when a service control policy of the organization does not allow it. */
  readonly isAllowedByOrganization: boolean;
  /** False when the permissions boundary does not allow it. */
  readonly isAllowedByBoundary: boolean;
  /** Condition keys that the policies test and the simulation was not given. AWS does not tell those of the organization. */
  readonly missingContext: readonly string[];
  /** AWS's names of the policies with the statements that decide; empty when no statement matches. */
  readonly decidedBy: readonly string[];
}

/** An access key as IAM lists it. */
export interface AwsKeyOfUser {
  readonly accessKeyId: string;
  /** Inactive keys count for the limit of two. */
  readonly isActive: boolean;
  /** To the second, by AWS's clock. */
  readonly createdAt: Date;
}

/** The access keys of one user. */
export interface AwsKeysOfUser {
  readonly keys: readonly AwsKeyOfUser[];
  /** When AWS said so, by its own clock and to the second: comparable with `createdAt`, whatever our clock says. */
  readonly at: Date;
}

/** What AssumeRole is asked with. */
export interface AwsRoleRequest {
  readonly roleArn: string;
  /** Null to ask without one. */
  readonly externalId: string | null;
  /** Tells in the customer's CloudTrail which operation it was: 2 to 64 letters, digits and `+=,.@_-`. */
  readonly sessionName: string;
  readonly durationSeconds?: number;
  /** A policy that narrows what the session may do, as JSON. */
  readonly policy?: string;
}

/** Credentials that end by themselves. */
export interface AwsSession {
  /** With its session token. */
  readonly key: AwsAccessKey;
  readonly expiresAt: Date;
  /** The ARN of the assumed role's session; null for a session of the user itself. */
  readonly arn: string | null;
  /** AWS's own id of the assumed role, `AROA…`, never reused; null for a session of the user itself. */
  readonly roleId: string | null;
}

/**
 * What this domain asks AWS, in a region that decides which partition of AWS is asked. Each answer is had within one
 * deadline, or the question fails.
 *
 * Everything here throws `CredentialsRejected`: AWS refused, or could not be asked.
 */
export abstract class AwsIam {
  /** Needs no permission at AWS, so it proves who the key is and nothing more. */
  abstract identityOf(key: AwsAccessKey, region: string): Promise<AwsIdentity>;

  /** Needs iam:GetRole. */
  abstract role(key: AwsAccessKey, region: string, name: string): Promise<AwsTrustedRole>;

  /** Needs iam:SimulatePrincipalPolicy. One verdict for each action on each resource. */
  abstract simulate(key: AwsAccessKey, region: string, simulation: AwsSimulation): Promise<AwsVerdict[]>;

  /** Every access key of the user whose key is used. Needs iam:ListAccessKeys. */
  abstract accessKeys(key: AwsAccessKey, region: string): Promise<AwsKeysOfUser>;

  /**
   * Makes another access key of the same user. Asked once and never again: AWS may have made the key although the answer
   * was lost, and then nobody has its secret. Needs iam:CreateAccessKey.
   */
  abstract createAccessKey(key: AwsAccessKey, region: string): Promise<{ key: AwsAccessKey; createdAt: Date }>;

  /** Needs iam:UpdateAccessKey. May take effect seconds later. */
  abstract setKeyActive(key: AwsAccessKey, region: string, accessKeyId: string, isActive: boolean): Promise<void>;

  /** Needs iam:DeleteAccessKey. A key that is not there is deleted already. */
  abstract deleteAccessKey(key: AwsAccessKey, region: string, accessKeyId: string): Promise<void>;

  /** Null when AWS knows of no use; it learns of one hours late. Needs iam:GetAccessKeyLastUsed. */
  abstract keyLastUsed(key: AwsAccessKey, region: string, accessKeyId: string): Promise<Date | null>;

  /**
   * The role that a service of AWS defines for itself, made unless it is there. Needs iam:CreateServiceLinkedRole.
   *
   * @param service such as `transitgateway.amazonaws.com`
   */
  abstract createServiceLinkedRole(key: AwsAccessKey, region: string, service: string): Promise<void>;

  /** A session in a role, for whoever its trust policy lets in. */
  abstract assumeRole(key: AwsAccessKey, region: string, request: AwsRoleRequest): Promise<AwsSession>;

  /** A session of the user itself, which may call no IAM action, and of STS only AssumeRole and GetCallerIdentity. */
  abstract sessionOf(key: AwsAccessKey, region: string, durationSeconds: number): Promise<AwsSession>;
}
