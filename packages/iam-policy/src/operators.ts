import { BlockList, isIP } from 'node:net';
import { literal, lowerCase, matches, matchesArn, textOf, type Token } from './patterns.js';
import { truthOf, type Truth } from './truth.js';

/** Compares a value of a policy with a known or possible value of a request. */
type Comparison = (pattern: readonly Token[], value: readonly Token[]) => Truth;

const same: Comparison = (pattern, value) => matches(literal(pattern), value);
const sameButForCase: Comparison = (pattern, value) => matches(lowerCase(literal(pattern)), lowerCase(value));

/** Comparison of parsed values. A value that cannot be parsed matches nothing, and an unknown value can match. */
const read =
  <T>(reader: (text: string) => T | undefined, compare: (expected: T, actual: T) => boolean): Comparison =>
  (pattern, value) => {
    const [expected, actual] = [textOf(literal(pattern)), textOf(value)];
    if (expected === undefined || actual === undefined) return 'MAYBE';
    const [one, other] = [reader(expected), reader(actual)];
    return truthOf(one !== undefined && other !== undefined && compare(one, other));
  };

const number = (text: string) => (/^[+-]?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined);

/** In milliseconds. Dates are in the W3C profile of ISO 8601, or in seconds since 1970. Four digits are a year. */
function date(text: string): number | undefined {
  const time = /^\d+$/.test(text) && text.length !== 4 ? Number(text) * 1000 : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

const binary = (text: string) => Buffer.from(text, 'base64').toString('hex');

function isInBlock(block: string, address: string): boolean {
  const [network = '', prefix, ...rest] = block.split('/');
  const family = isIP(network);
  const longest = family === 6 ? 128 : 32;
  const length = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
  if (family === 0 || isIP(address) === 0 || rest.length > 0 || !(length <= longest)) return false;
  const blocks = new BlockList();
  blocks.addSubnet(network, length, family === 6 ? 'ipv6' : 'ipv4');
  return isIP(address) === family && blocks.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

const text = (value: string) => value;

/** Comparison of each operator (IAM user guide, condition operators). IAM evaluates ArnEquals as ArnLike. */
const comparisons: Readonly<Record<string, Comparison>> = {
  StringEquals: same,
  StringEqualsIgnoreCase: sameButForCase,
  StringLike: matches,
  NumericEquals: read(number, (expected, actual) => actual === expected),
  NumericLessThan: read(number, (expected, actual) => actual < expected),
  NumericLessThanEquals: read(number, (expected, actual) => actual <= expected),
  NumericGreaterThan: read(number, (expected, actual) => actual > expected),
  NumericGreaterThanEquals: read(number, (expected, actual) => actual >= expected),
  DateEquals: read(date, (expected, actual) => actual === expected),
  DateLessThan: read(date, (expected, actual) => actual < expected),
  DateLessThanEquals: read(date, (expected, actual) => actual <= expected),
  DateGreaterThan: read(date, (expected, actual) => actual > expected),
  DateGreaterThanEquals: read(date, (expected, actual) => actual >= expected),
  Bool: sameButForCase,
  BinaryEquals: read(binary, (expected, actual) => actual === expected),
  IpAddress: read(text, isInBlock),
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
};

const negations: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
};

/** Parts of a condition operator. */
export interface Operator {
  readonly name: string;
  readonly compare: Comparison;
  readonly isNegated: boolean;
  readonly set: 'ForAnyValue' | 'ForAllValues' | undefined;
  readonly ifExists: boolean;
}

/**
 * Parses an operator such as `ForAnyValue:StringNotLikeIfExists`. Undefined for an unknown operator. `Null` compares
 * nothing.
 */
export function operatorOf(text: string): Operator | undefined {
  const [, set, name = '', suffix] = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/.exec(text) ?? [];
  const isNegated = Object.hasOwn(negations, name);
  const compared = isNegated ? negations[name]! : name;
  const isNull = name === 'Null' && !suffix;
  if (!isNull && !Object.hasOwn(comparisons, compared)) return undefined;
  return {
    name,
    compare: comparisons[compared] ?? (() => 'NO'),
    isNegated,
    set: set as Operator['set'],
    ifExists: suffix !== undefined,
  };
}

export const isKnownOperator = (text: string) => operatorOf(text) !== undefined;

/** All operators without prefix and suffix. */
export const operatorNames = [...Object.keys(comparisons), ...Object.keys(negations), 'Null'];
