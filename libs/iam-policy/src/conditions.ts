import { arnFits, fits, patternOf, type Context, type Pattern } from './patterns.js';

/** Operators, their condition keys, and the values to compare with: any of several may fit. */
export type Condition = Readonly<Record<string, Readonly<Record<string, string | boolean | readonly string[]>>>>;

type Comparison = (pattern: Pattern, value: string) => boolean;

const literal = (pattern: Pattern) => pattern.map((token) => (typeof token === 'string' ? token : token.description));
const same: Comparison = (pattern, value) => literal(pattern).join('') === value;
const sameButForCase: Comparison = (pattern, value) => literal(pattern).join('').toLowerCase() === value.toLowerCase();

/** What each operator compares by; IAM has the negation of each but Bool. ArnEquals and ArnLike are one to IAM. */
const comparisons: Readonly<Record<string, Comparison>> = {
  StringEquals: same,
  StringEqualsIgnoreCase: sameButForCase,
  StringLike: fits,
  Bool: sameButForCase,
  ArnEquals: arnFits,
  ArnLike: arnFits,
};

const negations: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
};

const anatomy = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/;

export function isKnownOperator(operator: string): boolean {
  const [, , name = '', ifExists] = anatomy.exec(operator) ?? [];
  if (name === 'Null') return !ifExists;
  return Object.hasOwn(comparisons, name) || Object.hasOwn(negations, name);
}

/**
 * Whether all tests of a condition hold. Each condition key that is compared with and not in the context is told to
 * `missing`, also where the test holds without it.
 */
export function conditionHolds(
  condition: Condition,
  context: Context,
  variables: Context | undefined,
  missing: (key: string) => void,
): boolean {
  // Every test is looked at, so that every missing key is told.
  const outcomes = Object.entries(condition).flatMap(([operator, tests]) =>
    Object.entries(tests).map(([key, expected]) => {
      const values = context.get(key.toLowerCase());
      if (!values && !operator.endsWith('Null')) missing(key);
      const texts = [expected].flat().map(String);
      return testHolds(operator, texts, values, variables, missing);
    }),
  );
  return outcomes.every(Boolean);
}

function testHolds(
  operator: string,
  expected: readonly string[],
  values: readonly string[] | undefined,
  variables: Context | undefined,
  missing: (key: string) => void,
): boolean {
  const [, set, name = '', ifExists] = anatomy.exec(operator)!;
  if (name === 'Null') return expected.includes(String(values === undefined));
  if (!values && ifExists) return true;

  const isNegated = Object.hasOwn(negations, name);
  const compare = comparisons[negations[name] ?? name]!;
  const patterns = expected.map((text) => patternOf(text, variables, missing)).filter((pattern) => !!pattern);
  const holds = (value: string) => patterns.some((pattern) => compare(pattern, value)) !== isNegated;

  if (set === 'ForAllValues') return (values ?? []).every(holds);
  if (set === 'ForAnyValue') return (values ?? []).some(holds);
  return isNegated ? (values ?? []).every(holds) : (values ?? []).some(holds);
}
