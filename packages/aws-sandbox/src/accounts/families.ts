import type { PolicyDocument } from '@cloud-account-gateway/iam-policy';
import { invalidClientTokenId } from '../protocol/aws-errors.js';
import { misfortunes, slowness, type CarryOut } from './misfortunes.js';
import { type Outcome } from '../protocol/answer.js';
import { everythingBut, everythingExceptDenied } from './common-policies.js';

/**
 * How AWS treats the keys of one kind. A key works unless its family says otherwise, so an entry below is a sentence
 * for people and the ways in which its keys differ from one that works.
 */
export interface KeyFamily {
  /** Five capital letters, as they stand in the access key id. */
  readonly name: string;
  readonly behaviour: string;
  /** The last four characters of the key shown as the example. */
  readonly example: string;
  /** The key exists, and whatever it is signed with is wrong. */
  readonly noSecretFits?: true;
  /** The key belongs to the account's root user, not to an IAM user. */
  readonly isRoot?: true;
  /** The key belongs to the gateway's own account, whatever it ends in. */
  readonly isGateway?: true;
  readonly accountHasNoRoles?: true;
  /** What the user may do, where it is not everything. */
  readonly policies?: readonly PolicyDocument[];
  readonly boundary?: PolicyDocument;
  readonly serviceControlPolicies?: readonly PolicyDocument[];
  /** The user has a second key, which nobody knows the secret of. */
  readonly hasSpareKey?: true;
  /** How long keys that the user creates stay unknown at the least, in milliseconds at the pace of 1. */
  readonly createdKeysTake?: number;
  /** Comes between a correctly signed call and its action: may answer instead, later, or never. */
  readonly intercept?: (carryOut: CarryOut, call: KeyCall, sandbox: Surroundings) => Outcome | Promise<Outcome>;
}

/** What a family may know of a call. */
export interface KeyCall {
  readonly keyId: string;
  /** Whose key it is, the same for all keys of a user. */
  readonly owner: string;
  readonly action: string | null;
}

/** What a family may know of the sandbox it is used in. */
export interface Surroundings {
  /** What every waiting time is multiplied with. */
  readonly pace: number;
  /** When each key was first used, in milliseconds since 1970. */
  readonly firstUses: Map<string, number>;
  /** How many calls a family has counted, by its name and the owner of the keys. */
  readonly counts: Map<string, number>;
}

/** How long a LATER key stays unknown after it was first used, in milliseconds at the pace of 1: as long as AWS often takes. */
export const propagation = 8000;

/**
 * A new family is one entry here, the last: keys that were created know their family by its place. Each example has an
 * account of its own, except where two keys are of one user.
 */
export const keyFamilies: readonly KeyFamily[] = [
  {
    name: 'WORKS',
    example: 'A1U1',
    behaviour: 'Works. The IAM user exists, and its account has the roles console-role and second-console-role.',
  },
  {
    name: 'AGAIN',
    example: 'A1U1',
    behaviour: 'Works. It is the second access key of the IAM user whose WORKS key has the same last four characters.',
  },
  {
    name: 'WRONG',
    example: 'A2U1',
    behaviour: 'Exists, but every secret is wrong: every call is refused with SignatureDoesNotMatch.',
    noSecretFits: true,
  },
  {
    name: 'NROLE',
    example: 'A3U1',
    behaviour: 'Works, but its account has no roles: iam:GetRole is refused with NoSuchEntity.',
    accountHasNoRoles: true,
  },
  {
    name: 'NLOOK',
    example: 'A4U1',
    behaviour: 'Works, but its user is not allowed to read roles: iam:GetRole is refused with AccessDenied.',
    policies: [everythingBut('iam:GetRole')],
  },
  {
    name: 'ROOTS',
    example: 'A5U1',
    behaviour: 'Works, but belongs to the root user of the account instead of an IAM user.',
    isRoot: true,
  },
  {
    name: 'THROT',
    example: 'A6U1',
    behaviour: 'Is throttled: every call is refused with Throttling, "Rate exceeded".',
    intercept: misfortunes.throttle,
  },
  {
    name: 'HANGS',
    example: 'A7U1',
    behaviour: 'Hangs: every call is accepted but never answered.',
    intercept: misfortunes.hang,
  },
  {
    name: 'SLOWS',
    example: 'A8U1',
    behaviour: `Works, after ${slowness / 1000} seconds.`,
    intercept: (carryOut, _, { pace }) => misfortunes.slow(carryOut, pace),
  },
  {
    name: 'DOWNS',
    example: 'A9U1',
    behaviour: 'Simulates an outage of AWS: every call is answered with status 503 and an HTML page.',
    intercept: misfortunes['503'],
  },
  {
    name: 'PAGES',
    example: 'B1U1',
    behaviour: 'Simulates a proxy in place of AWS: every call is answered with status 200 and an HTML page.',
    intercept: misfortunes['html-200'],
  },
  {
    name: 'SKEWS',
    example: 'B2U1',
    behaviour: 'Simulates a clock difference of one hour: every call is refused with "Signature expired".',
    intercept: misfortunes.skew,
  },
  {
    name: 'LATER',
    example: 'B3U1',
    behaviour: `Simulates a new access key: unknown (InvalidClientTokenId) for ${propagation / 1000} seconds from its first use, then works.`,
    intercept: (carryOut, { keyId }, { pace, firstUses }) => {
      if (Date.now() - firstUses.get(keyId)! < propagation * pace) throw invalidClientTokenId();
      return carryOut();
    },
  },
  {
    name: 'GTWAY',
    example: 'A0U1',
    behaviour:
      'Works. It is the identity of the gateway, in an account of its own. Access roles trust the one that ends in U1: for example access-role-<externalId>, with that external ID.',
    isGateway: true,
  },
  {
    name: 'NPERM',
    example: 'C1U1',
    behaviour:
      'Works, but its user cannot create VPC peerings: no policy allows the four actions of ec2:…VpcPeeringConnection.',
    policies: [
      everythingBut(
        'ec2:CreateVpcPeeringConnection',
        'ec2:AcceptVpcPeeringConnection',
        'ec2:RejectVpcPeeringConnection',
        'ec2:DeleteVpcPeeringConnection',
      ),
    ],
  },
  {
    name: 'BOUND',
    example: 'B5U1',
    behaviour: 'Works, but the permissions boundary of its user does not allow ec2:RunInstances.',
    boundary: everythingBut('ec2:RunInstances'),
  },
  {
    name: 'SCPDY',
    example: 'B6U1',
    behaviour: 'Works, but a service control policy of its organization denies ec2:CreateVpc.',
    serviceControlPolicies: [everythingExceptDenied('ec2:CreateVpc')],
  },
  {
    name: 'NSIMU',
    example: 'B7U1',
    behaviour:
      'Works, but its user is not allowed to simulate policies: iam:SimulatePrincipalPolicy is refused with AccessDenied.',
    policies: [everythingBut('iam:SimulatePrincipalPolicy')],
  },
  {
    name: 'TWOKY',
    example: 'B8U1',
    behaviour: 'Works, but its user already has a second access key: CreateAccessKey is refused with LimitExceeded.',
    hasSpareKey: true,
  },
  {
    name: 'NROTA',
    example: 'B9U1',
    behaviour: 'Works, but its user is not allowed to create access keys: a policy denies iam:CreateAccessKey.',
    policies: [everythingExceptDenied('iam:CreateAccessKey')],
  },
  {
    name: 'DROPS',
    example: 'B4U1',
    behaviour:
      'Works, but the first answer to CreateAccessKey is lost: the access key exists, but its secret is unknown.',
    intercept: (carryOut, { owner, action }, { counts }) =>
      action === 'CreateAccessKey' && nextCount(counts, `DROPS ${owner}`) === 1
        ? misfortunes['drop-answer'](carryOut)
        : carryOut(),
  },
  {
    name: 'THRTY',
    example: 'C2U1',
    behaviour:
      'Works, but three of every ten calls (the fourth, the seventh and the tenth) are refused with Throttling.',
    intercept: (carryOut, { owner }, { counts }) =>
      [4, 7, 0].includes(nextCount(counts, `THRTY ${owner}`) % 10) ? misfortunes.throttle() : carryOut(),
  },
  {
    name: 'SLOWP',
    example: 'C3U1',
    behaviour: `Works, but access keys that its user creates remain unknown (InvalidClientTokenId) for ${propagation / 1000} seconds.`,
    createdKeysTake: propagation,
  },
];

/** Counts one more call, beginning with 1. */
function nextCount(counts: Map<string, number>, name: string): number {
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  return count;
}

/** What people are told about a family of keys. */
export interface SandboxKey {
  readonly family: string;
  /** A key to try the family with. */
  readonly accessKeyId: string;
  /** Every access key id of the family, as a regular expression. */
  readonly pattern: string;
  readonly behaviour: string;
}

export const keyPrefix = 'AKIASANDBOX';

export const sandboxKeys: readonly SandboxKey[] = keyFamilies.map(({ name, example, behaviour }) => ({
  family: name,
  accessKeyId: `${keyPrefix}${name}${example}`,
  pattern: `${keyPrefix}${name}[A-Z0-9]{4}`,
  behaviour,
}));
