import { type Finding } from './conditions.js';
import { type Statement } from './policy-document.js';
import { any, not, type Truth } from './truth.js';

/** Who makes a request. */
export interface Requester {
  /** Twelve digits. */
  readonly accountId: string;
  readonly partition: string;
  /**
   * The ARNs of the user, or of the session and of the role it is of, most specific first. Undefined when it is not known
   * which user or role of the account it is.
   */
  readonly arns?: readonly string[];
}

const everybody = 'everybody';
const byName = 'by name';
const byAccount = 'by account';
const perhaps = 'perhaps';
type Match = typeof everybody | typeof byName | typeof byAccount | typeof perhaps;

/**
 * Whether a statement of a resource-based policy is about the requester. One without principals is about whoever holds
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
 * AWS looks up the account first, then the role, then its session: with Deny all of them have to be listed, or the
 * requester is denied (IAM user guide, NotPrincipal). With Allow one of them excludes the requester.
 */
function testNotPrincipal(matches: readonly Match[], effect: Statement['Effect'], { arns }: Requester): Truth {
  if (matches.includes(everybody)) return 'NO';
  const isAccountListed = matches.includes(byAccount);
  if (effect === 'Allow') return not(any(matches.map(truthOfMatch)));
  if (!isAccountListed) return 'YES';
  if (!arns) return 'MAYBE';
  return matches.filter((match) => match === byName).length < arns.length ? 'YES' : 'NO';
}

/** Whether a statement names the user or the role, and not only their account. */
export const namesRequester = ({ Principal }: Statement, requester: Requester): boolean =>
  Principal !== undefined && matchesIn(Principal, requester).some((match) => match === byName || match === everybody);

/** Principals of AWS services, of identity providers and of S3 alone, and ids of deleted users and roles, are none of ours. */
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

/** The ids of users, roles and groups that statements name: IAM shows the id in place of the ARN when it was deleted. */
export const deletedPrincipalsIn = ({ Principal }: Statement): string[] =>
  Principal === undefined || Principal === '*'
    ? []
    : [Principal['AWS'] ?? []].flat().filter((name) => /^A[A-Z]{3}[A-Z0-9]{12,}$/.test(name));
