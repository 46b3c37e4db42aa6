import { evaluate } from './evaluate.js';
import { type Statement } from './policy-document.js';

const allow = (statement: Partial<Statement>): Statement => ({
  Effect: 'Allow',
  ...(statement.NotAction ? {} : { Action: '*' }),
  ...(statement.NotResource ? {} : { Resource: '*' }),
  ...statement,
});
const deny = (statement: Partial<Statement>): Statement => ({ ...allow(statement), Effect: 'Deny' });

interface Asked {
  action?: string;
  resource?: string;
  context?: Record<string, string[]>;
}

const evaluationOf = (
  Statement: Statement[],
  { action = 'iam:GetRole', resource = '*', context = {} }: Asked = {},
  Version: '2012-10-17' | '2008-10-17' = '2012-10-17',
) =>
  evaluate([{ Version, Statement }], {
    action,
    resource,
    context: new Map(Object.entries(context).map(([key, values]) => [key.toLowerCase(), values])),
  });

const decisionOf = (...of: Parameters<typeof evaluationOf>) => {
  const { decision, isExplicit } = evaluationOf(...of);
  return isExplicit ? 'DENIED explicitly' : decision;
};

describe('a policy', () => {
  it('refuses what it does not speak of', () => {
    expect(decisionOf([allow({ Action: 'iam:GetUser' })])).toBe('DENIED');
    expect(decisionOf([])).toBe('DENIED');
  });

  it('refuses what it denies, whatever else it allows and in whatever order', () => {
    const both = [allow({}), deny({ Action: 'iam:GetRole' })];

    expect(decisionOf(both)).toBe('DENIED explicitly');
    expect(decisionOf(both.toReversed())).toBe('DENIED explicitly');
    expect(decisionOf(both, { action: 'iam:GetUser' })).toBe('ALLOWED');
  });

  it('names the statements its decision rests on, and none besides', () => {
    const statements = [allow({ Sid: 'All' }), allow({ Sid: 'Other', Action: 's3:*' }), deny({ Sid: 'No' })];
    const sids = (of: Statement[]) => evaluationOf(of).matched.map(({ statement }) => statement.Sid);

    expect(sids(statements)).toEqual(['No']);
    expect(sids(statements.slice(0, 2))).toEqual(['All']);
  });

  it.each<[string | string[], boolean]>([
    ['iam:GetRole', true],
    ['IAM:getrole', true],
    ['iam:Get*', true],
    ['iam:*Role', true],
    ['iam:G?tRole', true],
    ['iam:GetRol?', true],
    ['*', true],
    [['s3:*', 'iam:GetRole'], true],
    ['iam:Get', false],
    ['iam:GetRole?', false],
    ['iam:GetRoleX', false],
    ['xiam:GetRole', false],
    ['iam.GetRole', false],
  ])('that allows %s: does it allow iam:GetRole? %s', (Action, isAllowed) => {
    expect(decisionOf([allow({ Action })]) === 'ALLOWED').toBe(isAllowed);
    expect(decisionOf([allow({ NotAction: Action })]) === 'ALLOWED').toBe(!isAllowed);
  });

  it.each<[string | string[], string, boolean]>([
    ['*', 'arn:aws:iam::1:role/a', true],
    ['*', '*', true],
    ['arn:aws:iam::1:role/a', '*', false],
    ['arn:aws:iam::1:role/*', 'arn:aws:iam::1:role/a/b', true],
    ['arn:aws:iam::1:role/a', 'arn:aws:iam::1:role/A', false],
    ['arn:aws:ec2:*:1:vpc/*', 'arn:aws:ec2:us-east-1:1:vpc/x', true],
    ['arn:aws:ec2:*:vpc/*', 'arn:aws:ec2:us-east-1:1:vpc/x', false],
    ['arn:aws:ec2:*', 'arn:aws:ec2:us-east-1:1:vpc/x', false],
    ['arn:aws:ec2:us-*:1:*', 'arn:aws:ec2:eu-west-1:1:vpc/us-', false],
    ['arn:aws:logs:*:1:log-group:*', 'arn:aws:logs:x:1:log-group:a:log-stream:b', true],
    [['arn:aws:iam::1:role/b', 'arn:aws:iam::1:role/a'], 'arn:aws:iam::1:role/a', true],
  ])('about %s: does it speak of %s? %s', (Resource, resource, isMeant) => {
    expect(decisionOf([allow({ Resource })], { resource }) === 'ALLOWED').toBe(isMeant);
    expect(decisionOf([allow({ NotResource: Resource })], { resource }) === 'ALLOWED').toBe(!isMeant);
  });

  it('is soon read, whatever its wildcards', () => {
    const started = performance.now();
    const Resource = `${'*a'.repeat(60)}b`;

    expect(decisionOf([allow({ Resource })], { resource: 'a'.repeat(2000) })).toBe('DENIED');
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('a variable in a policy', () => {
  const Resource = 'arn:aws:iam::1:user/${aws:username}';
  const of = (name: string, context = { 'aws:username': [name] }) => ({ resource: 'arn:aws:iam::1:user/ann', context });

  it('stands for what is true of the request', () => {
    expect(decisionOf([allow({ Resource })], of('ann'))).toBe('ALLOWED');
    expect(decisionOf([allow({ Resource })], of('bob'))).toBe('DENIED');
  });

  it('brings no wildcard along', () => {
    expect(decisionOf([allow({ Resource })], of('*'))).toBe('DENIED');
    expect(decisionOf([allow({ Resource })], of('a?n'))).toBe('DENIED');
  });

  it('fits nothing where it stands for nothing, which is told, unless it has a default', () => {
    const unknown = { resource: 'arn:aws:iam::1:user/ann', context: {} };

    expect(evaluationOf([allow({ Resource })], unknown)).toMatchObject({
      decision: 'DENIED',
      missing: ['aws:username'],
    });
    expect(decisionOf([allow({ Resource: "arn:aws:iam::1:user/${aws:username, 'ann'}" })], unknown)).toBe('ALLOWED');
  });

  it('stands for itself in a policy of the old version', () => {
    expect(decisionOf([allow({ Resource })], of('ann'), '2008-10-17')).toBe('DENIED');
    expect(decisionOf([allow({ Resource })], { resource: Resource, context: {} }, '2008-10-17')).toBe('ALLOWED');
  });

  it('is how a wildcard is written that is none', () => {
    const star = [allow({ Resource: 'arn:aws:s3:::${*}' })];

    expect(decisionOf(star, { resource: 'arn:aws:s3:::*' })).toBe('ALLOWED');
    expect(decisionOf(star, { resource: 'arn:aws:s3:::a' })).toBe('DENIED');
  });

  it('is filled in within conditions, too', () => {
    const Condition = { StringEquals: { 'aws:PrincipalTag/owner': '${aws:username}' } };
    const context = { 'aws:username': ['ann'], 'aws:principaltag/owner': ['ann'] };

    expect(decisionOf([allow({ Condition })], { context })).toBe('ALLOWED');
    expect(decisionOf([allow({ Condition })], { context: { ...context, 'aws:username': ['bob'] } })).toBe('DENIED');
  });
});

describe('a condition', () => {
  const arn = 'arn:aws:iam::1:user/ann';

  it.each<[string, string | string[], string[] | undefined, boolean]>([
    ['StringEquals', 'a', ['a'], true],
    ['StringEquals', 'a', ['A'], false],
    ['StringEquals', ['b', 'a'], ['a'], true],
    ['StringEquals', 'a*', ['ab'], false],
    ['StringEquals', 'a*', ['a*'], true],
    ['StringEquals', 'a', undefined, false],
    ['StringEqualsIfExists', 'a', undefined, true],
    ['StringEqualsIfExists', 'a', ['b'], false],
    ['StringEqualsIgnoreCase', 'a', ['A'], true],
    ['StringNotEquals', 'a', ['b'], true],
    ['StringNotEquals', 'a', ['a'], false],
    ['StringNotEquals', ['a', 'b'], ['b'], false],
    ['StringNotEquals', 'a', undefined, true],
    ['StringNotEqualsIfExists', 'a', undefined, true],
    ['StringNotEqualsIgnoreCase', 'a', ['A'], false],
    ['StringLike', 'a*c?', ['abbcd'], true],
    ['StringLike', 'a*c?', ['abbc'], false],
    ['StringNotLike', 'a*', ['ab'], false],
    ['StringNotLike', 'a*', ['b'], true],
    ['Bool', 'true', ['true'], true],
    ['Bool', 'True', ['true'], true],
    ['Bool', 'true', ['false'], false],
    ['Bool', 'true', undefined, false],
    ['BoolIfExists', 'true', undefined, true],
    ['Null', 'true', undefined, true],
    ['Null', 'true', ['a'], false],
    ['Null', 'false', ['a'], true],
    ['ArnEquals', 'arn:aws:iam::*:user/*', [arn], true],
    ['ArnLike', 'arn:aws:iam::*:user/*', [arn], true],
    ['ArnLike', 'arn:aws:*:user/ann', [arn], false],
    ['ArnNotLike', 'arn:aws:iam::2:*', [arn], true],
    ['ArnNotEquals', arn, [arn], false],
    ['ForAnyValue:StringEquals', 'a', ['a', 'b'], true],
    ['ForAnyValue:StringEquals', 'a', undefined, false],
    ['ForAllValues:StringEquals', 'a', ['a', 'b'], false],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
    ['ForAllValues:StringEquals', 'a', undefined, true],
  ])('%s %j of %j: %s', (operator, expected, values, holds) => {
    const Condition = { [operator]: { 'some:Key': expected } };
    const context: Record<string, string[]> = values ? { 'SOME:key': values } : {};

    expect(decisionOf([allow({ Condition })], { context }) === 'ALLOWED').toBe(holds);
  });

  it('holds when all of its tests do', () => {
    const Condition = { StringEquals: { 'a:b': 'x', 'c:d': 'y' }, Bool: { 'e:f': 'true' } };
    const context = { 'a:b': ['x'], 'c:d': ['y'], 'e:f': ['true'] };

    expect(decisionOf([allow({ Condition })], { context })).toBe('ALLOWED');
    for (const key of Object.keys(context)) {
      expect(decisionOf([allow({ Condition })], { context: { ...context, [key]: ['z'] } })).toBe('DENIED');
    }
  });

  it('tells which keys it asks for and the request does not have, where it is about the action and resource', () => {
    const Condition = { StringNotEquals: { 'aws:RequestTag/a': 'x' }, Bool: { 'aws:Second': 'true' } };

    expect(evaluationOf([allow({ Condition })]).missing).toEqual(['aws:RequestTag/a', 'aws:Second']);
    expect(evaluationOf([allow({ Condition, Action: 's3:*' })]).missing).toEqual([]);
    expect(evaluationOf([allow({ Condition, Resource: 'arn:aws:s3:::a' })]).missing).toEqual([]);
  });
});
