import { testCondition, type Finding } from './conditions.js';
import { type Context } from './context.js';
import { anyMatches, charactersOf, lowerCase, matches, matchesArn, patternOf } from './patterns.js';
import { statementsOf, type PolicyDocument, type Statement } from './policy-document.js';
import { testPrincipal, type Requester } from './principals.js';
import { all, not } from './truth.js';

/** Decision about a request. DEPENDS: on condition keys whose values are unknown. */
export type Decision = 'ALLOWED' | 'DENIED' | 'DEPENDS';

export interface PolicyRequest {
  /** For example `iam:GetRole`. */
  readonly action: string;
  /** An ARN, or `*`. */
  readonly resource: string;
  readonly context: Context;
  /** Needed to evaluate the principals of resource-based policies, including trust policies. */
  readonly requester?: Requester;
}

/** Statement, and the condition keys that determined its result, as it spells them. */
export interface DecidingStatement {
  /** Index of the policy, starting at 0. */
  readonly policy: number;
  /** Position in the policy, starting at 1. */
  readonly number: number;
  readonly statement: Statement;
  readonly keys: readonly string[];
}

/** Decision of the policies of one type, with its reasons. */
export interface Evaluation {
  readonly decision: Decision;
  /** Whether a Deny statement applies. A request that no statement allows is denied as well. */
  readonly isExplicit: boolean;
  /** Statements that determine the decision: the denying ones, the allowing ones, or the uncertain ones. */
  readonly matched: readonly DecidingStatement[];
  /** Allow statements about this request whose conditions are not met. */
  readonly unmet: readonly DecidingStatement[];
  /** Condition keys in statements about this request that the request does not have. */
  readonly missing: readonly string[];
}

/**
 * A Deny that applies denies; otherwise an Allow that applies allows (IAM user guide, policy evaluation logic). Unknown
 * values never change a certain decision: they only lead to DEPENDS.
 */
export function evaluate(policies: readonly PolicyDocument[], request: PolicyRequest): Evaluation {
  const missing = new Set<string>();
  const tested = policies.flatMap((document, policy) =>
    statementsOf(document).map((statement, i) => {
      const { truth, keys, isAbout } = testStatement(statement, document, request, missing);
      return { truth, isAbout, statement: { policy, number: i + 1, statement, keys } };
    }),
  );
  const those = (effect: Statement['Effect'], truth: Finding['truth']) =>
    tested
      .filter(({ statement: { statement }, ...test }) => statement.Effect === effect && test.truth === truth)
      .map(({ statement }) => statement);
  const unmet = tested
    .filter(({ statement: { statement }, truth, isAbout }) => statement.Effect === 'Allow' && isAbout && truth === 'NO')
    .map(({ statement }) => statement);
  const of = (decision: Decision, matched: DecidingStatement[], isExplicit = false): Evaluation => ({
    ...{ decision, matched, isExplicit, unmet, missing: [...missing] },
  });

  const [denying, perhapsDenying] = [those('Deny', 'YES'), those('Deny', 'MAYBE')];
  const [allowing, perhapsAllowing] = [those('Allow', 'YES'), those('Allow', 'MAYBE')];
  if (denying.length > 0) return of('DENIED', denying, true);
  if (allowing.length === 0 && perhapsAllowing.length === 0) return of('DENIED', []);
  if (allowing.length === 0) return of('DEPENDS', [...perhapsDenying, ...perhapsAllowing]);
  return perhapsDenying.length > 0 ? of('DEPENDS', perhapsDenying) : of('ALLOWED', allowing);
}

/** `isAbout`: the statement matches the principal, the action and the resource, regardless of its condition. */
function testStatement(
  statement: Statement,
  { Version }: PolicyDocument,
  { resource, context, ...request }: PolicyRequest,
  missing: Set<string>,
): Finding & { isAbout: boolean } {
  const { Action, NotAction, Resource, NotResource, Condition } = statement;
  const action = lowerCase(charactersOf(request.action));
  const isAction = (name: string) => matches(patternOf(name.toLowerCase(), undefined)!.tokens, action) === 'YES';
  const variables = Version === '2012-10-17' ? context : undefined;
  const note = (key: string) => missing.add(key);
  const isResource = (texts: string | readonly string[]) => {
    const found = anyMatches(
      [texts].flat().map((text) => patternOf(text, variables, note)),
      (pattern) => matchesArn(pattern, charactersOf(resource)),
    );
    return { truth: found.truth, keys: found.unknown };
  };

  const nothing = { truth: 'NO', keys: [], isAbout: false } as const;
  if (Action !== undefined ? ![Action].flat().some(isAction) : [NotAction!].flat().some(isAction)) return nothing;
  const principal = request.requester ? testPrincipal(statement, request.requester) : always;
  if (principal.truth === 'NO') return nothing;
  const including = Resource === undefined ? always : isResource(Resource);
  const excluding = NotResource === undefined ? never : isResource(NotResource);
  const about: Finding[] = [principal, including, { ...excluding, truth: not(excluding.truth) }];
  if (about.some(({ truth }) => truth === 'NO')) return nothing;

  const findings = [...about, testCondition(Condition ?? {}, context, variables, note)];
  const truth = all(findings.map((finding) => finding.truth));
  const deciding = findings.filter((finding) => finding.truth === truth);
  return { truth, keys: [...new Set(deciding.flatMap(({ keys }) => keys))], isAbout: true };
}

const always: Finding = { truth: 'YES', keys: [] };
const never: Finding = { truth: 'NO', keys: [] };

/** Name of a statement in a message: its Sid or its position. */
export const nameOf = ({ number, statement }: DecidingStatement) =>
  statement.Sid ? `statement \`${statement.Sid}\`` : `statement ${number}`;
