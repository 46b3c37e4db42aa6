import { Unknown, type ContextValue } from './context.js';
import { evaluate } from './evaluate.js';
import { operatorNames } from './operators.js';

type Expected = string | number | boolean | (string | number | boolean)[];

const decisionOn = (operator: string, expected: Expected, value: ContextValue) =>
  evaluate(
    [
      {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Action: '*', Resource: '*', Condition: { [operator]: { 'Some:Key': expected } } },
      },
    ],
    { action: 'iam:GetRole', resource: '*', context: new Map([['some:key', value]]) },
  ).decision;

const arn = 'arn:aws:iam::111122223333:user/team/ann';
const absent = undefined;

/** Written from the IAM user guide: condition operators, and conditions with multiple keys or values. */
const table: readonly [operator: string, expected: Expected, values: string[] | undefined, holds: boolean][] = [
  ['StringEquals', 'a', ['a'], true],
  ['StringEquals', 'a', ['A'], false],
  ['StringEquals', ['b', 'a'], ['a'], true],
  ['StringEquals', 'a*', ['ab'], false],
  ['StringEquals', 'a*', ['a*'], true],
  ['StringEquals', 'a?', ['a?'], true],
  ['StringEquals', '${*}', ['*'], true],
  ['StringEquals', 'a', absent, false],
  ['StringEquals', 'a', [], false],
  ['StringEqualsIfExists', 'a', absent, true],
  ['StringEqualsIfExists', 'a', ['a'], true],
  ['StringEqualsIfExists', 'a', ['b'], false],
  ['StringEqualsIgnoreCase', 'a', ['A'], true],
  ['StringEqualsIgnoreCase', 'ab', ['A'], false],
  ['StringEqualsIgnoreCaseIfExists', 'a', absent, true],
  ['StringNotEquals', 'a', ['b'], true],
  ['StringNotEquals', 'a', ['a'], false],
  ['StringNotEquals', ['a', 'b'], ['b'], false],
  ['StringNotEquals', ['a', 'b'], ['c'], true],
  ['StringNotEquals', 'a', absent, true],
  ['StringNotEqualsIfExists', 'a', absent, true],
  ['StringNotEqualsIfExists', 'a', ['a'], false],
  ['StringNotEqualsIgnoreCase', 'a', ['A'], false],
  ['StringNotEqualsIgnoreCase', 'a', ['B'], true],
  ['StringLike', 'a*c?', ['abbcd'], true],
  ['StringLike', 'a*c?', ['abbc'], false],
  ['StringLike', '*', [''], true],
  ['StringLike', 'A*', ['ab'], false],
  ['StringLike', 'a${*}', ['a*'], true],
  ['StringLike', 'a${*}', ['ab'], false],
  ['StringLike', 'a${?}', ['ab'], false],
  ['StringLike', '${$}{x}', ['${x}'], true],
  ['StringLike', '*', absent, false],
  ['StringLikeIfExists', 'a*', absent, true],
  ['StringNotLike', 'a*', ['ab'], false],
  ['StringNotLike', 'a*', ['b'], true],
  ['StringNotLike', ['a*', 'b*'], ['bc'], false],
  ['StringNotLike', 'a*', absent, true],
  ['NumericEquals', '10', ['10'], true],
  ['NumericEquals', 10, ['10.0'], true],
  ['NumericEquals', '10', ['11'], false],
  ['NumericEquals', 'ten', ['10'], false],
  ['NumericEquals', '10', absent, false],
  ['NumericNotEquals', '10', ['11'], true],
  ['NumericNotEquals', ['10', '11'], ['11'], false],
  ['NumericNotEquals', '10', absent, true],
  ['NumericLessThan', '3600', ['3599'], true],
  ['NumericLessThan', 3600, ['3600'], false],
  ['NumericLessThan', '3600', ['-1'], true],
  ['NumericLessThan', '3600', absent, false],
  ['NumericLessThan', '9', ['10'], false],
  ['NumericLessThanIfExists', '3600', absent, true],
  ['NumericLessThanEquals', '3600', ['3600'], true],
  ['NumericLessThanEquals', '3600', ['3600.5'], false],
  ['NumericGreaterThan', '3600', ['3601'], true],
  ['NumericGreaterThan', '3600', ['3600'], false],
  ['NumericGreaterThanEquals', '3600', ['3600'], true],
  ['NumericGreaterThanEquals', '3600', ['3599'], false],
  ['NumericGreaterThanEqualsIfExists', '1', ['0'], false],
  ['DateEquals', '2026-11-29T00:00:00Z', ['2026-11-29T00:00:00.000Z'], true],
  ['DateEquals', '1764374400', ['2025-11-29T00:00:00Z'], true],
  ['DateEquals', '2026-11-29T01:00:00+01:00', ['2026-11-29T00:00:00Z'], true],
  ['DateEquals', 'soon', ['2026-11-29T00:00:00Z'], false],
  ['DateNotEquals', '2026-11-29T00:00:00Z', ['2026-11-30T00:00:00Z'], true],
  ['DateNotEquals', '2026-11-29', ['2026-11-29T00:00:00Z'], false],
  ['DateLessThan', '2026-11-29T00:00:00Z', ['2026-11-28T23:59:59Z'], true],
  ['DateLessThan', '2026', ['2025-12-31T00:00:00Z'], true],
  ['DateLessThan', '2026-11-29T00:00:00Z', ['2026-11-29T00:00:00Z'], false],
  ['DateLessThanEquals', '2026-11-29T00:00:00Z', ['2026-11-29T00:00:00Z'], true],
  ['DateGreaterThan', '2026-11-29T00:00:00Z', ['2026-11-29T00:00:01Z'], true],
  ['DateGreaterThan', '2026-11-29T00:00:00Z', ['1764374400'], false],
  ['DateGreaterThanEquals', '2026-11-29T00:00:00Z', ['2026-11-28T00:00:00Z'], false],
  ['DateGreaterThan', '2026-11-29T00:00:00Z', absent, false],
  ['Bool', 'true', ['true'], true],
  ['Bool', true, ['true'], true],
  ['Bool', 'True', ['true'], true],
  ['Bool', 'true', ['false'], false],
  ['Bool', 'yes', ['true'], false],
  ['Bool', ['true', 'false'], ['false'], true],
  ['Bool', 'true', absent, false],
  ['Bool', 'false', absent, false],
  ['BoolIfExists', 'true', absent, true],
  ['BoolIfExists', 'false', ['true'], false],
  ['BinaryEquals', 'QmluYXJ5', ['QmluYXJ5'], true],
  ['BinaryEquals', 'QmluYXJ5', ['QmluYXJ6'], false],
  ['IpAddress', '203.0.113.0/24', ['203.0.113.7'], true],
  ['IpAddress', '203.0.113.0/24', ['203.0.114.7'], false],
  ['IpAddress', '203.0.113.7', ['203.0.113.7'], true],
  ['IpAddress', '203.0.113.7', ['203.0.113.8'], false],
  ['IpAddress', '0.0.0.0/0', ['198.51.100.1'], true],
  ['IpAddress', '203.0.113.9/24', ['203.0.113.7'], true],
  ['IpAddress', ['198.51.100.0/24', '203.0.113.0/24'], ['203.0.113.7'], true],
  ['IpAddress', '2001:db8:1234:5678::/64', ['2001:0db8:1234:5678::1'], true],
  ['IpAddress', '2001:db8:1234:5678::/64', ['2001:db8:1234:5679::1'], false],
  ['IpAddress', '::/0', ['203.0.113.7'], false],
  ['IpAddress', '203.0.113.0/33', ['203.0.113.7'], false],
  ['IpAddress', '203.0.113.0/24', ['nowhere'], false],
  ['IpAddress', '203.0.113.0/24', absent, false],
  ['IpAddressIfExists', '203.0.113.0/24', absent, true],
  ['NotIpAddress', '203.0.113.0/24', ['203.0.114.7'], true],
  ['NotIpAddress', ['198.51.100.0/24', '203.0.113.0/24'], ['203.0.113.7'], false],
  ['NotIpAddress', '203.0.113.0/24', absent, true],
  ['ArnEquals', 'arn:aws:iam::*:user/*', [arn], true],
  ['ArnEquals', arn, [arn], true],
  ['ArnLike', 'arn:aws:iam::111122223333:user/*/ann', [arn], true],
  ['ArnLike', 'arn:aws:*:user/team/ann', [arn], false],
  ['ArnLike', 'arn:aws:iam::111122223333:user/Team/ann', [arn], false],
  ['ArnLike', 'arn:*:iam::????22223333:user/*', [arn], true],
  ['ArnLike', '*', [arn], true],
  ['ArnLike', arn, absent, false],
  ['ArnNotLike', 'arn:aws:iam::2:*', [arn], true],
  ['ArnNotLike', 'arn:aws:iam::*:*', [arn], false],
  ['ArnNotEquals', arn, [arn], false],
  ['ArnNotEquals', arn, absent, true],
  ['Null', 'true', absent, true],
  ['Null', 'true', [], true],
  ['Null', true, absent, true],
  ['Null', 'true', ['a'], false],
  ['Null', 'false', ['a'], true],
  ['Null', 'False', ['a'], true],
  ['Null', 'false', absent, false],
  ['Null', ['true', 'false'], absent, true],
  ['ForAnyValue:StringEquals', 'a', ['a', 'b'], true],
  ['ForAnyValue:StringEquals', 'a', ['b'], false],
  ['ForAnyValue:StringEquals', 'a', absent, false],
  ['ForAnyValue:StringEquals', '', [''], false],
  ['ForAnyValue:StringEqualsIfExists', 'a', absent, true],
  ['ForAnyValue:StringNotEquals', 'a', ['a', 'b'], true],
  ['ForAnyValue:StringNotEquals', 'a', ['a'], false],
  ['ForAnyValue:StringNotEquals', 'a', absent, false],
  ['ForAnyValue:StringLike', 'x-*', ['y', 'x-1'], true],
  ['ForAllValues:StringEquals', 'a', ['a', 'b'], false],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
  ['ForAllValues:StringEquals', 'a', absent, true],
  ['ForAllValues:StringEquals', 'a', [''], true],
  ['ForAllValues:StringNotEquals', 'a', ['b', 'c'], true],
  ['ForAllValues:StringNotEquals', 'a', ['a', 'b'], false],
  ['ForAllValues:StringNotLike', 'a*', absent, true],
  ['ForAllValues:StringLike', 'a*', ['ab', 'ac'], true],
];

describe('a condition operator', () => {
  it.each(table)('%s %j on %j holds: %s', (operator, expected, values, holds) => {
    expect(decisionOn(operator, expected, values)).toBe(holds ? 'ALLOWED' : 'DENIED');
  });

  it.each(table)('%s %j: an unknown value decides nothing that %j does not', (operator, expected, _, holds) => {
    const unknown = decisionOn(operator, expected, new Unknown());

    expect(['DEPENDS', holds ? 'ALLOWED' : 'DENIED']).toContain(unknown);
  });

  it('has a row for each operator, and there are at least 100', () => {
    const tested = new Set(table.map(([operator]) => operator.replace(/^For\w+:|IfExists$/g, '')));

    expect([...tested].sort()).toEqual([...operatorNames].sort());
    expect(table.length).toBeGreaterThan(100);
  });
});

describe('a condition on a value of which something is known', () => {
  const inAccount = new Unknown(['arn:aws:iam::111122223333:user/*', 'arn:aws:iam::111122223333:role/*'], false);

  it.each<[string, Expected, Unknown, string]>([
    ['ArnLike', 'arn:aws:iam::111122223333:*', inAccount, 'ALLOWED'],
    ['ArnLike', 'arn:aws:iam::*:*', inAccount, 'ALLOWED'],
    ['ArnLike', 'arn:aws:iam::444455556666:*', inAccount, 'DENIED'],
    ['ArnLike', 'arn:aws:iam::111122223333:role/*', inAccount, 'DEPENDS'],
    ['ArnEquals', 'arn:aws:iam::111122223333:root', inAccount, 'DENIED'],
    ['ArnNotLike', 'arn:aws:iam::444455556666:*', inAccount, 'ALLOWED'],
    ['ArnNotLike', 'arn:aws:iam::111122223333:*', inAccount, 'DENIED'],
    ['StringLike', 'arn:aws:iam::111122223333:*', inAccount, 'ALLOWED'],
    ['StringLike', '*', inAccount, 'ALLOWED'],
    ['StringLike', 'arn:aws:iam::1111*:u*', inAccount, 'DEPENDS'],
    ['StringLike', 'arn:aws-cn:*', inAccount, 'DENIED'],
    [
      'StringLike',
      'arn:aws:iam::111122223333:?ser/*',
      new Unknown(['arn:aws:iam::111122223333:user/*'], false),
      'ALLOWED',
    ],
    ['StringEquals', 'arn:aws:iam::111122223333:user/*', inAccount, 'DEPENDS'],
    ['StringEquals', ['User', 'AssumedRole'], new Unknown(['User', 'AssumedRole'], false), 'ALLOWED'],
    ['StringEquals', 'User', new Unknown(['User', 'AssumedRole'], false), 'DEPENDS'],
    ['StringNotEquals', 'Account', new Unknown(['User', 'AssumedRole'], false), 'ALLOWED'],
    ['StringEqualsIgnoreCase', 'account', new Unknown(['User', 'AssumedRole'], false), 'DENIED'],
    ['ForAllValues:StringEquals', ['User', 'AssumedRole'], new Unknown(['User', 'AssumedRole']), 'ALLOWED'],
    ['ForAnyValue:StringEquals', ['User', 'AssumedRole'], new Unknown(['User', 'AssumedRole']), 'DEPENDS'],
    ['ForAnyValue:StringLike', '*', new Unknown(['*'], false), 'DEPENDS'],
    ['ForAnyValue:StringLike', 'a*', new Unknown(['ab*'], false), 'ALLOWED'],
    ['Null', 'false', new Unknown(['*'], false), 'ALLOWED'],
    ['Null', 'true', new Unknown(['*'], false), 'DENIED'],
    ['Null', 'true', new Unknown(), 'DEPENDS'],
    ['Null', ['true', 'false'], new Unknown(), 'ALLOWED'],
    ['IpAddress', '203.0.113.0/24', new Unknown(['*'], false), 'DEPENDS'],
    ['NumericLessThan', '3600', new Unknown(['5'], false), 'ALLOWED'],
    ['NumericLessThan', '3600', new Unknown(['5']), 'DEPENDS'],
    ['NumericLessThanIfExists', '3600', new Unknown(['5']), 'ALLOWED'],
    ['Bool', 'true', new Unknown(['true', 'false'], false), 'DEPENDS'],
  ])('%s %j on %j: %s', (operator, expected, value, decision) => {
    expect(decisionOn(operator, expected, value)).toBe(decision);
  });
});
