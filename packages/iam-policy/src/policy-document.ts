import { type Condition } from './conditions.js';
import { isKnownOperator } from './operators.js';

/**
 * `*`: every principal. The kinds are AWS (accounts, users, roles and sessions), Service, Federated and CanonicalUser.
 */
export type Principal = '*' | Readonly<Record<string, string | readonly string[]>>;

/** Statement of IAM. Exactly one of each pair is present. A trust policy has a principal and no resource. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: Principal;
  readonly NotPrincipal?: Principal;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Condition;
}

export interface PolicyDocument {
  /** Defaults to 2008-10-17. Only 2012-10-17 has policy variables. */
  readonly Version?: '2012-10-17' | '2008-10-17';
  readonly Statement: Statement | readonly Statement[];
}

export const statementsOf = ({ Statement }: PolicyDocument): readonly Statement[] => [Statement].flat();

/** Parsed policy, or the reason why it cannot be evaluated, as a sentence. */
export function policyFrom(json: string): { policy: PolicyDocument } | { fault: string } {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    return { fault: 'The policy is not JSON.' };
  }
  const fault = faultInPolicy(document);
  return fault === null ? { policy: document as PolicyDocument } : { fault };
}

/**
 * First problem of a document, as a sentence. Null when it is valid. What cannot be evaluated is a problem: ignoring it
 * could change the decision.
 */
export function faultInPolicy(document: unknown): string | null {
  if (!isObject(document)) return 'A policy must be a JSON object.';
  const { Version: version, Statement: statement } = document;
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17')
    return 'Version must be 2012-10-17 or 2008-10-17.';

  const statements: unknown[] = [statement].flat();
  if (statements.length === 0 || !statements.every(isObject)) return 'Statement must contain at least one object.';
  return statements.map(faultInStatement).find((fault) => fault !== null) ?? null;
}

const elements = 'Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition'.split(' ');

function faultInStatement(statement: Record<string, unknown>): string | null {
  const unknown = Object.keys(statement).find((element) => !elements.includes(element));
  if (unknown) return `A statement must not have the element ${unknown}.`;
  if (statement['Sid'] !== undefined && typeof statement['Sid'] !== 'string') return 'Sid must be a string.';
  if (statement['Effect'] !== 'Allow' && statement['Effect'] !== 'Deny') return 'Effect must be Allow or Deny.';

  const present = (...names: string[]) => names.map((name) => statement[name]).filter((value) => value !== undefined);
  const actions = present('Action', 'NotAction');
  if (actions.length !== 1) return 'A statement must have either Action or NotAction.';
  if (!actions.every(isTexts)) return 'Action and NotAction must be strings.';

  // A trust policy applies to the role that it is attached to.
  const [principals, resources] = [present('Principal', 'NotPrincipal'), present('Resource', 'NotResource')];
  if (principals.length + resources.length !== 1)
    return 'A statement must have exactly one of Resource, NotResource, Principal and NotPrincipal.';
  if (!resources.every(isTexts)) return 'Resource and NotResource must be strings.';
  if (!principals.every(isPrincipal)) return 'Principal and NotPrincipal must be * or an object of strings.';
  return faultInCondition(statement['Condition'] ?? {});
}

function faultInCondition(condition: unknown): string | null {
  if (!isObject(condition)) return 'Condition must be an object.';
  const unknown = Object.keys(condition).find((operator) => !isKnownOperator(operator));
  if (unknown !== undefined) return `The condition operator ${unknown} does not exist.`;

  const fits = Object.values(condition).every((test) => isObject(test) && Object.values(test).every(isValues));
  return fits ? null : 'A condition operator must contain condition keys and their values.';
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTexts = (value: unknown) => [value].flat().every((text) => typeof text === 'string');

const isValues = (value: unknown) =>
  [value].flat().every((one) => ['string', 'number', 'boolean'].includes(typeof one));

const isPrincipal = (value: unknown) => value === '*' || (isObject(value) && Object.values(value).every(isTexts));
