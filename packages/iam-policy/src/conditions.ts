import { Unknown, type Context, type ContextValue } from './context.js';
import { operatorOf, type Operator } from './operators.js';
import { anyMatches, charactersOf, matches, patternOf, tokensOf, type Pattern, type Token } from './patterns.js';
import { all, any, inEveryCase, not, truthOf, type Truth } from './truth.js';

type Value = string | number | boolean;

/** Operators with their condition keys and values. One of several values must match. */
export type Condition = Readonly<Record<string, Readonly<Record<string, Value | readonly Value[]>>>>;

/** Result of a test, and the condition keys that caused it, as spelled in the policy. */
export interface Finding {
  readonly truth: Truth;
  readonly keys: readonly string[];
}

/**
 * Whether all tests of a condition are true. `missing` receives each condition key that the condition names and the
 * request does not have, even if the test is true without it.
 */
export function testCondition(
  condition: Condition,
  context: Context,
  variables: Context | undefined,
  missing: (key: string) => void,
): Finding {
  // Every test is evaluated, so that every missing key is reported.
  const findings = Object.entries(condition).flatMap(([operator, tests]) =>
    Object.entries(tests).map(([key, expected]) => {
      const values = present(context.get(key.toLowerCase()));
      if (!values) missing(key);
      const texts = [expected].flat().map(String);
      return testKey(operatorOf(operator)!, key, texts, values, variables, missing);
    }),
  );
  const truth = all(findings.map((finding) => finding.truth));
  const deciding = findings.filter((finding) => finding.truth === truth);
  return { truth, keys: [...new Set(deciding.flatMap(({ keys }) => keys))] };
}

/** A key without values counts as missing. */
const present = (values: ContextValue) => (values instanceof Unknown || values?.length ? values : undefined);

function testKey(
  operator: Operator,
  key: string,
  expected: readonly string[],
  values: ContextValue,
  variables: Context | undefined,
  missing: (key: string) => void,
): Finding {
  const isUnknown = values instanceof Unknown;
  if (operator.name === 'Null') {
    const isExpected = (isAbsent: boolean) => truthOf(expected.some((text) => text.toLowerCase() === String(isAbsent)));
    const truth =
      isUnknown && values.mayBeAbsent ? inEveryCase([isExpected(true), isExpected(false)]) : isExpected(!values);
    return { truth, keys: [key] };
  }

  const patterns = expected.map((text) => patternOf(text, variables, missing));
  const whenAbsent = truthOf(
    operator.ifExists || operator.set === 'ForAllValues' || (operator.isNegated && !operator.set),
  );
  if (!values) return { truth: whenAbsent, keys: [key] };

  const test = (tokens: readonly Token[][]) => testValues(operator, patterns, tokens);
  if (!isUnknown) {
    const { truth, unknown } = test(values.map(charactersOf));
    return { truth, keys: [key, ...unknown] };
  }
  // Set operators treat an empty text as missing.
  const mayBeEmpty = (tokens: Token[]) => operator.set !== undefined && matches(tokens, []) === 'YES';
  const cases = values.possible
    .map(tokensOf)
    .flatMap((tokens) => (mayBeEmpty(tokens) ? [test([tokens]), test([])] : [test([tokens])]));
  const truths = cases.map((one) => one.truth);
  return {
    truth: inEveryCase(values.mayBeAbsent ? [...truths, whenAbsent] : truths),
    keys: [key, ...cases.flatMap(({ unknown }) => unknown)],
  };
}

function testValues(
  { compare, isNegated, set }: Operator,
  patterns: readonly (Pattern | undefined)[],
  values: readonly Token[][],
): { truth: Truth; unknown: readonly string[] } {
  // Set operators ignore empty texts (IAM user guide, multivalued context keys).
  const compared = set ? values.filter((value) => value.length > 0) : values;
  const results = compared.map((value) => anyMatches(patterns, (pattern) => compare(pattern, value)));
  const truths = results.map(({ truth }) => (isNegated ? not(truth) : truth));
  const isForAll = set === 'ForAllValues' || (!set && isNegated);
  return { truth: isForAll ? all(truths) : any(truths), unknown: results.flatMap(({ unknown }) => unknown) };
}
