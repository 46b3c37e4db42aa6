import { setTimeout as wait } from 'node:timers/promises';
import { type Answer } from './answer.js';
import { invalidClientTokenId, throttling } from './aws-errors.js';
import { refuseUnlessCurrent } from './signature/signing-time.js';

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
  readonly accountHasNoRoles?: true;
  /** The actions no policy of the user allows: `iam:GetRole`. */
  readonly denied?: readonly string[];
  /** Comes between a correctly signed call and its action: may answer instead, later, or never. */
  readonly intercept?: (carryOut: () => Answer, lastFour: string) => Answer | Promise<Answer>;
}

const page = (status: number, text: string): Answer => ({
  status,
  contentType: 'text/html',
  body: `<!doctype html><html><body><h1>${text}</h1></body></html>`,
});

const slowness = 1500;
const anHour = 60 * 60 * 1000;

/** How long a LATER key stays unknown after it was first used, in milliseconds: as long as AWS often takes. */
export const propagation = 8000;
const firstUse = new Map<string, number>();

/** A new family is one entry here. Each example has an account of its own, except where two keys are of one user. */
export const keyFamilies: readonly KeyFamily[] = [
  {
    name: 'WORKS',
    example: 'A1U1',
    behaviour: 'Works: the user is known, and its account has the roles console-role and second-console-role.',
  },
  {
    name: 'AGAIN',
    example: 'A1U1',
    behaviour: 'Works: a second access key of the IAM user whose WORKS key ends in the same four characters.',
  },
  {
    name: 'WRONG',
    example: 'A2U1',
    behaviour: 'Exists, but no secret is right for it: every call is refused with SignatureDoesNotMatch.',
    noSecretFits: true,
  },
  {
    name: 'NROLE',
    example: 'A3U1',
    behaviour: 'Works, but its account has no roles: looking one up is refused with NoSuchEntity.',
    accountHasNoRoles: true,
  },
  {
    name: 'NLOOK',
    example: 'A4U1',
    behaviour: 'Works, but its user may not look up roles: iam:GetRole is refused with AccessDenied.',
    denied: ['iam:GetRole'],
  },
  {
    name: 'ROOTS',
    example: 'A5U1',
    behaviour: "Works, and belongs to the account's root user instead of an IAM user.",
    isRoot: true,
  },
  {
    name: 'THROT',
    example: 'A6U1',
    behaviour: 'Is throttled: every call is refused with Throttling, "Rate exceeded".',
    intercept: () => {
      throw throttling();
    },
  },
  {
    name: 'HANGS',
    example: 'A7U1',
    behaviour: 'Hangs: every call is accepted and never answered.',
    intercept: () => new Promise<never>(() => {}),
  },
  {
    name: 'SLOWS',
    example: 'A8U1',
    behaviour: `Works, after ${slowness / 1000} seconds.`,
    intercept: async (carryOut) => {
      await wait(slowness);
      return carryOut();
    },
  },
  {
    name: 'DOWNS',
    example: 'A9U1',
    behaviour: 'Meets an AWS that is down: every call is answered with status 503 and a page of HTML.',
    intercept: () => page(503, 'Service Unavailable'),
  },
  {
    name: 'PAGES',
    example: 'B1U1',
    behaviour: 'Meets a proxy in place of AWS: every call is answered with status 200 and a page of HTML.',
    intercept: () => page(200, 'Welcome to our network'),
  },
  {
    name: 'SKEWS',
    example: 'B2U1',
    behaviour: 'Meets an AWS whose clock is an hour ahead: every call is refused with "Signature expired".',
    intercept: (carryOut) => {
      refuseUnlessCurrent(new Date(Date.now() - anHour), new Date());
      return carryOut();
    },
  },
  {
    name: 'LATER',
    example: 'B3U1',
    behaviour: `Was just created: unknown (InvalidClientTokenId) for ${propagation / 1000} seconds from its first use, then works.`,
    intercept: (carryOut, lastFour) => {
      const since = firstUse.get(lastFour) ?? Date.now();
      firstUse.set(lastFour, since);
      if (Date.now() - since < propagation) throw invalidClientTokenId();
      return carryOut();
    },
  },
];

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
