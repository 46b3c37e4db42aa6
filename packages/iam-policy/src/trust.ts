import { type Context } from './context.js';
import { evaluate, type Evaluation } from './evaluate.js';
import { type PolicyDocument } from './policy-document.js';
import { namesRequester, type Requester } from './principals.js';

/** Decision of a trust policy about a requester. */
export interface TrustVerdict extends Evaluation {
  /**
   * Whether the policy names the user or role, not only the account. Otherwise the identity-based policies must allow
   * the call as well.
   */
  readonly byName: boolean;
}

/** Whether the trust policy of a role lets the requester assume it. */
export function decideTrust(
  trust: PolicyDocument,
  roleArn: string,
  requester: Requester,
  context: Context,
): TrustVerdict {
  const evaluation = evaluate([trust], { action: 'sts:AssumeRole', resource: roleArn, context, requester });
  return { ...evaluation, byName: evaluation.matched.some(({ statement }) => namesRequester(statement, requester)) };
}
