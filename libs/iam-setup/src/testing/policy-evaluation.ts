import { evaluate } from '@cloud-account-gateway/iam-policy';
import type { PolicyDocument } from '../policies.js';

export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** Of the IAM user who asks; a role has none. */
  readonly username?: string;
}

/** Whether the identity policies allow the request, by the policy engine that the sandbox answers with. */
export function isAllowed(documents: readonly PolicyDocument[], request: Request): boolean {
  const { action, resource, context = {}, username } = request;
  const known = Object.entries({ ...context, ...(username !== undefined && { 'aws:username': username }) });
  return (
    evaluate(documents, {
      action,
      resource,
      context: new Map(known.map(([key, values]) => [key.toLowerCase(), [values].flat()])),
    }).decision === 'ALLOWED'
  );
}
