/** The role every sandbox account has that has roles at all: the one people take on in the AWS console. */
export const sandboxConsoleRole = 'console-role';

const roleNames = [sandboxConsoleRole, 'second-console-role'];

/** Who may take on the roles. No sandbox key belongs to this account: their account ids end in 0000 to 1295. */
const trustedAccountId = '900000009999';

/** All that is in an account was created together with it. */
export const createDate = '2024-01-01T00:00:00Z';

/** An AWS account. Everything in it follows from two characters of the access key, so nothing needs to be kept. */
export interface Account {
  readonly part: string;
  /** Twelve digits beginning 9000. */
  readonly id: string;
  /** `aws`, `aws-cn`, … : the second word of every ARN. */
  readonly partition: string;
}

export interface User {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  readonly path: string;
  readonly createDate: string;
}

export interface Role extends User {
  readonly maxSessionDuration: number;
  /** The trust policy, as JSON. */
  readonly assumeRolePolicy: string;
}

export function accountOf(part: string, region: string): Account {
  return { part, id: `9000${String(parseInt(part, 36)).padStart(8, '0')}`, partition: partitionOf(region) };
}

export function userOf(account: Account, userPart: string): User {
  const name = `gateway-${userPart.toLowerCase()}`;
  return {
    name,
    id: `AIDASANDBOXUSERID${account.part}${userPart}`,
    arn: iamArn(account, `user/${name}`),
    path: '/',
    createDate,
  };
}

/** Every user a key could belong to exists. */
export function findUser(account: Account, name: string): User | undefined {
  const userPart = /^gateway-([a-z0-9]{2})$/.exec(name)?.[1];
  return userPart === undefined ? undefined : userOf(account, userPart.toUpperCase());
}

export function findRole(account: Account, name: string): Role | undefined {
  const number = roleNames.indexOf(name) + 1;
  if (number === 0) return undefined;

  return {
    name,
    id: `AROASANDBOXROLEID${account.part}0${number}`,
    arn: iamArn(account, `role/${name}`),
    path: '/',
    createDate,
    maxSessionDuration: 3600,
    assumeRolePolicy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:${account.partition}:iam::${trustedAccountId}:root` },
          Action: 'sts:AssumeRole',
          Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
        },
      ],
    }),
  };
}

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
