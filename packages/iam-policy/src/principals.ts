import { type Finding } from './conditions.js';
import { type Statement } from './policy-document.js';
import { any, not, type Truth } from './truth.js';

/** Sender of a request. */
export interface Requester {
  /** 12 digits. */
  readonly accountId: string;
  readonly partition: string;
  /**
   * ARNs of the user, or of the session and its role, most specific first. Undefined when the user or role is unknown.
   */
  readonly arns?: readonly string[];
}

const everybody = 'everybody';
const byName = 'by name';
const byAccount = 'by account';
const perhaps = 'perhaps';
type Match = typeof everybody | typeof byName | typeof byAccount | typeof perhaps;

/**
 * Whether the principals of a statement include the requester. A statement without principals applies to the holder of
 * the policy.
 */
export function testPrincipal(statement: Statement, requester: Requester): Finding {
  const { Principal, NotPrincipal, Effect } = statement;
  const truth =
    Principal !== undefined
      ? any(matchesIn(Principal, requester).map(truthOfMatch))
      : NotPrincipal !== undefined
        ? testNotPrincipal(matchesIn(NotPrincipal, requester), Effect, requester)
        : 'YES';
  return { truth, keys: truth === 'MAYBE' ? ['aws:PrincipalArn'] : [] };
}

const truthOfMatch = (match: Match): Truth => (match === perhaps ? 'MAYBE' : 'YES');

/**
 * AWS checks the account first, then the role, then its session: with Deny, all of them must be listed, or the
 * requester is denied (IAM user guide, NotPrincipal). With Allow, one of them excludes the requester.
 */
function testNotPrincipal(matches: readonly Match[], effect: Statement['Effect'], { arns }: Requester): Truth {
  if (matches.includes(everybody)) return 'NO';
  const isAccountListed = matches.includes(byAccount);
  if (effect === 'Allow') return not(any(matches.map(truthOfMatch)));
  if (!isAccountListed) return 'YES';
  if (!arns) return 'MAYBE';
  return matches.filter((match) => match === byName).length < arns.length ? 'YES' : 'NO';
}

/** Whether a statement names the user or the role, not only their account. */
export const namesRequester = ({ Principal }: Statement, requester: Requester): boolean =>
  Principal !== undefined && matchesIn(Principal, requester).some((match) => match === byName || match === everybody);

/** Never matches principals of AWS services, identity providers and S3, or IDs of deleted users and roles. */
function matchesIn(principal: NonNullable<Statement['Principal']>, requester: Requester): Match[] {
  if (principal === '*') return [everybody];
  return [...new Set([principal['AWS'] ?? []].flat())].flatMap((name) => matchOf(name, requester) ?? []);
}

function matchOf(name: string, { accountId, partition, arns }: Requester): Match | undefined {
  if (name === '*') return everybody;
  if (name === accountId || name === `arn:${partition}:iam::${accountId}:root`) return byAccount;
  if (arns) return arns.includes(name) ? byName : undefined;
  const [arn, itsPartition, , , account] = name.split(':');
  return arn === 'arn' && itsPartition === partition && account === accountId ? perhaps : undefined;
}

/** IDs of users, roles and groups in statements: IAM shows the ID instead of the ARN of a deleted one. */
export const deletedPrincipalsIn = ({ Principal }: Statement): string[] =>
  Principal === undefined || Principal === '*'
    ? []
    : [Principal['AWS'] ?? []].flat().filter((name) => /^A[A-Z]{3}[A-Z0-9]{12,}$/.test(name));
