import type { PolicyDocument } from '@cloud-account-gateway/iam-policy';
import { createHash } from 'node:crypto';

/** The role every sandbox account has that has roles at all: the one people take on in the AWS console. */
export const sandboxConsoleRole = 'console-role';

/** The account of the vendor, whose people may take on the console roles. No sandbox key belongs to it. */
const vendorAccountId = '900000009999';

/** Where the keys of the family GTWAY belong, whatever they end in: no customer shares an account with the gateway. */
const gatewayAccountId = '900000009998';

/** Whom nobody here trusts, or is. */
const foreignAccountId = '900000009997';

/** All that is in an account was created together with it. */
export const createDate = '2024-01-01T00:00:00Z';

/** An AWS account. That it exists follows from two characters of the access key, so nothing needs to be kept. */
export interface Account {
  /** The two characters. */
  readonly part: string;
  /** Twelve digits beginning 9000. */
  readonly id: string;
  /** `aws`, `aws-cn`, … : the second word of every ARN. */
  readonly partition: string;
  /** What the ids of its users begin with. */
  readonly userIds: string;
}

export interface User {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly path: string;
  readonly createDate: string;
}

export interface Role extends User {
  /** In seconds. */
  readonly maxSessionDuration: number;
  readonly trust: PolicyDocument;
}

export function accountOf(part: string, region: string): Account {
  const id = `9000${String(parseInt(part, 36)).padStart(8, '0')}`;
  return { part, id, partition: partitionOf(region), userIds: `AIDASANDBOXUSERID${part}` };
}

export const gatewayAccount = (region: string): Account => ({
  part: 'A0',
  id: gatewayAccountId,
  partition: partitionOf(region),
  userIds: 'AIDASANDBOXUSERGWA0',
});

/** The account with this id, when a sandbox key could belong to it. */
export function findAccount(id: string, region: string): Account | undefined {
  if (id === gatewayAccountId) return gatewayAccount(region);

  const part = accountPartOf(id);
  return part === undefined ? undefined : accountOf(part, region);
}

/** The two characters of the keys of an account; undefined when none could belong to it. */
export function accountPartOf(id: string): string | undefined {
  const number = /^9000\d{8}$/.test(id) ? Number(id.slice(4)) : NaN;
  return number < 36 ** 2 ? number.toString(36).toUpperCase().padStart(2, '0') : undefined;
}

export function userOf(account: Account, userPart: string): User {
  const name = `gateway-${userPart.toLowerCase()}`;
  return { name, id: account.userIds + userPart, arn: iamArn(account, `user/${name}`), path: '/', createDate };
}

/** Every user a key could belong to exists. */
export function findUser(account: Account, name: string): User | undefined {
  const userPart = /^gateway-([a-z0-9]{2})$/.exec(name)?.[1];
  return userPart === undefined ? undefined : userOf(account, userPart.toUpperCase());
}

/** The identity of the gateway that access roles trust, unless the sandbox was started with another. */
export const defaultGatewayIdentity = `arn:aws:iam::${gatewayAccountId}:user/gateway-u1`;

/** What `access-role` demands until a test sets another trust. */
export const sandboxExternalId = 'sandbox-external-id';

/** The roles of every account, and whom they trust; `access-role-<externalId>` comes on top. */
const trusts: Readonly<Record<string, (gateway: string) => Trust>> = {
  [sandboxConsoleRole]: () => ({ account: vendorAccountId, mfa: true }),
  'second-console-role': () => ({ account: vendorAccountId, mfa: true }),
  'no-mfa-role': () => ({ account: vendorAccountId }),
  'external-id-console-role': () => ({ account: vendorAccountId, mfa: true, externalId: sandboxExternalId }),
  'foreign-role': () => ({ account: foreignAccountId, mfa: true }),
  'access-role': (gateway) => ({ arn: gateway, externalId: sandboxExternalId }),
  'access-role-open': (gateway) => ({ arn: gateway }),
};

interface Trust {
  readonly account?: string;
  readonly arn?: string;
  readonly mfa?: boolean;
  readonly externalId?: string;
}

/** A role as its account was created with it. */
export function findRole(account: Account, name: string, gatewayIdentity: string): Role | undefined {
  const externalId = /^access-role-([\w+=,.@-]{2,52})$/.exec(name)?.[1];
  const trust = Object.hasOwn(trusts, name)
    ? trusts[name]!(gatewayIdentity)
    : externalId !== undefined && { arn: gatewayIdentity, externalId };
  return trust ? roleOf(account, name, trustPolicy(account, trust)) : undefined;
}

export const roleOf = (account: Account, name: string, trust: PolicyDocument, path = '/'): Role => ({
  name,
  id: `AROASANDBOX${identifier(`${account.id}/${name}`)}`,
  arn: iamArn(account, `role${path}${name}`),
  path,
  createDate,
  maxSessionDuration: 3600,
  trust,
});

function trustPolicy(account: Account, { account: trusted, arn, mfa, externalId }: Trust): PolicyDocument {
  const Condition = {
    ...(mfa && { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
    ...(externalId !== undefined && { StringEquals: { 'sts:ExternalId': externalId } }),
  };
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        // Trust does not reach beyond a partition.
        Principal: { AWS: (arn ?? `arn:aws:iam::${trusted}:root`).replace(/^arn:[^:]+/, `arn:${account.partition}`) },
        Action: 'sts:AssumeRole',
        ...(Object.keys(Condition).length > 0 && { Condition }),
      },
    ],
  };
}

/** Ten characters that are always the same for the same text. */
const identifier = (text: string) =>
  BigInt(`0x${createHash('sha256').update(text).digest('hex')}`)
    .toString(36)
    .slice(-10)
    .toUpperCase();

/** Of a session, which the path of its role is not part of. */
export const assumedRoleArn = (
  { partition, accountId, name }: { partition: string; accountId: string; name: string },
  sessionName: string,
) => `arn:${partition}:sts::${accountId}:assumed-role/${name}/${sessionName}`;

/** IAM knows no regions, so its ARNs have none. */
export function iamArn(account: Account, resource: string): string {
  return `arn:${account.partition}:iam::${account.id}:${resource}`;
}

const partitions = {
  'cn-': 'aws-cn',
  'us-gov-': 'aws-us-gov',
  'us-iso-': 'aws-iso',
  'us-isob-': 'aws-iso-b',
  'us-isof-': 'aws-iso-f',
  'eu-isoe-': 'aws-iso-e',
  'eusc-': 'aws-eusc',
};

/** Which of the separate AWS clouds a region is in. */
function partitionOf(region: string): string {
  return Object.entries(partitions).find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}
