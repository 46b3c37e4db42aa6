import { evaluate, type Decision } from './evaluate.js';
import { type Context } from './patterns.js';
import { type PolicyDocument, type Statement } from './policy-document.js';

/** Who asks to be trusted. */
export interface Trusted {
  readonly accountId: string;
  readonly partition: string;
  /** Of the user or of the session, and of the role the session is of. */
  readonly arns: readonly string[];
}

/** What a role's trust policy says of somebody. */
export interface TrustVerdict {
  readonly decision: Decision;
  /** Whether the policy names them, and not just their account, whose own policies then have to allow it. */
  readonly byName: boolean;
}

export function decideTrust(trust: PolicyDocument, who: Trusted, context: Context): TrustVerdict {
  const request = { action: 'sts:AssumeRole', resource: '*', context };
  const { decision, matched } = evaluate([trust], request, (statement) => isTrusted(statement, who) !== false);
  return { decision, byName: matched.some(({ statement }) => isTrusted(statement, who) === 'by name') };
}

function isTrusted(
  { Principal }: Statement,
  { accountId, partition, arns }: Trusted,
): 'by name' | 'by account' | false {
  if (Principal === '*') return 'by name';

  const names = [Principal?.['AWS'] ?? []].flat();
  if (names.some((name) => name === '*' || arns.includes(name))) return 'by name';
  const account = [accountId, `arn:${partition}:iam::${accountId}:root`];
  return names.some((name) => account.includes(name)) && 'by account';
}
