import { isKnownOperator, type Condition } from './conditions.js';

/** A statement as IAM reads it; of each pair exactly one is there. A trust policy has a principal and no resource. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, string | readonly string[]>>;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Condition;
}

export interface PolicyDocument {
  /** Without 2012-10-17 policy variables stand for themselves. */
  readonly Version?: '2012-10-17' | '2008-10-17';
  readonly Statement: Statement | readonly Statement[];
}

export const statementsOf = ({ Statement }: PolicyDocument): readonly Statement[] => [Statement].flat();

/**
 * The first fault of a document, as a sentence; null when there is none. What the evaluator cannot judge is a fault:
 * leaving it out would allow, or refuse, what AWS does not.
 */
export function faultInPolicy(document: unknown): string | null {
  if (!isObject(document)) return 'A policy is a JSON object.';
  const { Version: version, Statement: statement } = document;
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17')
    return 'Version is 2012-10-17 or 2008-10-17.';

  const statements: unknown[] = [statement].flat();
  if (statements.length === 0 || !statements.every(isObject)) return 'Statement holds at least one object.';
  return statements.map(faultInStatement).find((fault) => fault !== null) ?? null;
}

const elements = 'Sid Effect Principal Action NotAction Resource NotResource Condition'.split(' ');

function faultInStatement(statement: Record<string, unknown>): string | null {
  const unknown = Object.keys(statement).find((element) => !elements.includes(element));
  if (unknown) return `A statement has no element ${unknown}.`;
  if (statement['Effect'] !== 'Allow' && statement['Effect'] !== 'Deny') return 'Effect is Allow or Deny.';

  const [action, notAction, resource, notResource] = ['Action', 'NotAction', 'Resource', 'NotResource'].map(
    (element) => statement[element],
  );
  if ((action === undefined) === (notAction === undefined)) return 'A statement has either Action or NotAction.';
  if (!isTexts(action ?? notAction)) return 'Action and NotAction are texts.';

  // A trust policy is about the role it is attached to.
  const resources = [resource, notResource].filter((texts) => texts !== undefined);
  if (resources.length !== (statement['Principal'] === undefined ? 1 : 0))
    return 'A statement has one of Resource, NotResource and Principal.';
  if (!resources.every(isTexts)) return 'Resource and NotResource are texts.';
  if (statement['Principal'] !== undefined && !isPrincipal(statement['Principal']))
    return 'Principal is * or an object of texts.';
  return faultInCondition(statement['Condition'] ?? {});
}

function faultInCondition(condition: unknown): string | null {
  if (!isObject(condition)) return 'Condition is an object.';
  const unknown = Object.keys(condition).find((operator) => !isKnownOperator(operator));
  if (unknown) return `There is no condition operator ${unknown}.`;

  const fits = Object.values(condition).every(
    (test) => isObject(test) && Object.values(test).every((value) => typeof value === 'boolean' || isTexts(value)),
  );
  return fits ? null : 'A condition operator holds condition keys and their values.';
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTexts = (value: unknown) => [value].flat().every((text) => typeof text === 'string');

const isPrincipal = (value: unknown) => value === '*' || (isObject(value) && Object.values(value).every(isTexts));
