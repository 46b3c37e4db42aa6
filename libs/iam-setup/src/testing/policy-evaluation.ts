import type { PolicyDocument, Statement } from '../policies.js';

export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
  /** Of the IAM user who asks; a role has none. */
  readonly username?: string;
}

/**
 * What IAM says of a request (IAM user guide, "Policy evaluation logic"): an explicit denial wins, and what nothing
 * allows is denied. Knows the operators the policies use, and stumbles over any other.
 */
export function isAllowed(documents: readonly PolicyDocument[], request: Request): boolean {
  const applying = documents.flatMap(({ Statement }) => Statement).filter((statement) => applies(statement, request));
  return applying.length > 0 && applying.every(({ Effect }) => Effect === 'Allow');
}

function applies(
  { Action, Resource = [], Condition = {} }: Statement,
  { action, resource, context = {}, username }: Request,
) {
  return (
    Action.some((pattern) => like(pattern, action)) &&
    Resource.some((pattern) => {
      if (!pattern.includes('${aws:username}')) return like(pattern, resource);
      return username !== undefined && like(pattern.replace('${aws:username}', username), resource);
    }) &&
    Object.entries(Condition).every(([operator, test]) =>
      Object.entries(test).every(([key, values]) => holds(operator, [values].flat(), context[key])),
    )
  );
}

function holds(operator: string, values: readonly string[], actual: string | undefined): boolean {
  switch (operator) {
    case 'StringEquals':
    case 'Bool':
      return actual !== undefined && values.includes(actual);
    case 'StringNotEquals':
      return actual === undefined || !values.includes(actual);
    case 'StringLike':
      return actual !== undefined && values.some((value) => like(value, actual));
    default:
      throw new Error(`The operator ${operator} is not known here.`);
  }
}

const like = (pattern: string, text: string) =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+^${}()|[\]\\?]/g, '\\$&'))
      .join('.*')}$`,
  ).test(text);
