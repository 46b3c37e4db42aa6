import { evaluate } from '@cloud-account-gateway/iam-policy';
import type { PolicyDocument } from '../policies.js';

export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** Name of the IAM user. Undefined for a role. */
  readonly username?: string;
}

/** Whether the identity-based policies allow the request, according to the policy engine of the sandbox. */
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
