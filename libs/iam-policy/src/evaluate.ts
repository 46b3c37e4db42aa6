import { conditionHolds } from './conditions.js';
import { arnFits, fits, patternOf, type Context } from './patterns.js';
import { statementsOf, type PolicyDocument, type Statement } from './policy-document.js';

/** As SimulatePrincipalPolicy spells it, from the least to the most restrictive. */
export const decisions = ['allowed', 'implicitDeny', 'explicitDeny'] as const;
export type Decision = (typeof decisions)[number];

export interface PolicyRequest {
  /** `iam:GetRole` */
  readonly action: string;
  /** An ARN, or `*`. */
  readonly resource: string;
  readonly context: Context;
}

export interface MatchedStatement {
  /** Which of the evaluated policies it stands in, counted from 0. */
  readonly policy: number;
  readonly statement: Statement;
}

/** What policies of one type say of a request. */
export interface Evaluation {
  readonly decision: Decision;
  /** The statements the decision rests on: the denying ones, or else the allowing ones. */
  readonly matched: readonly MatchedStatement[];
  /** Condition keys that statements about this action and resource ask for and the request does not have. */
  readonly missing: readonly string[];
}

/** One Deny that fits refuses; else one Allow that fits allows (IAM user guide, policy evaluation logic). */
export function evaluate(
  policies: readonly PolicyDocument[],
  request: PolicyRequest,
  isAbout: (statement: Statement) => boolean = () => true,
): Evaluation {
  const missing = new Set<string>();
  const fitting = policies.flatMap((document, policy) =>
    statementsOf(document)
      .filter((statement) => isAbout(statement) && statementFits(statement, document, request, missing))
      .map((statement) => ({ policy, statement })),
  );
  const denying = fitting.filter(({ statement }) => statement.Effect === 'Deny');
  const decision = denying.length > 0 ? 'explicitDeny' : fitting.length > 0 ? 'allowed' : 'implicitDeny';
  return { decision, matched: denying.length > 0 ? denying : fitting, missing: [...missing] };
}

function statementFits(
  { Action, NotAction, Resource, NotResource, Condition }: Statement,
  { Version }: PolicyDocument,
  { action, resource, context }: PolicyRequest,
  missing: Set<string>,
): boolean {
  const isAction = (name: string) => fits(patternOf(name.toLowerCase(), undefined)!, action.toLowerCase());
  if (Action !== undefined ? ![Action].flat().some(isAction) : [NotAction!].flat().some(isAction)) return false;

  const variables = Version === '2012-10-17' ? context : undefined;
  const note = (key: string) => missing.add(key);
  const isResource = (text: string) => {
    const pattern = patternOf(text, variables, note);
    return pattern !== undefined && arnFits(pattern, resource);
  };
  if (Resource !== undefined && ![Resource].flat().some(isResource)) return false;
  if (NotResource !== undefined && [NotResource].flat().some(isResource)) return false;

  return conditionHolds(Condition ?? {}, context, variables, note);
}
