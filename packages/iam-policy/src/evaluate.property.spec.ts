import * as fc from 'fast-check';
import { Unknown, type ContextValue } from './context.js';
import { evaluate, type Decision } from './evaluate.js';
import { faultInPolicy, policyFrom, type PolicyDocument, type Statement } from './policy-document.js';
import { operatorNames } from './operators.js';

const keys = ['aws:a', 'aws:b', 'aws:c'];
const texts = [
  'a',
  'ab',
  'A',
  '',
  '*',
  '${aws:b}',
  "${aws:c, 'a'}",
  'a*',
  '7',
  '08',
  'true',
  'false',
  '203.0.113.0/24',
  '2026',
  'arn:aws:iam::1:user/*',
];
const values = [
  'a',
  'ab',
  'A',
  '',
  '7',
  '8',
  'true',
  'false',
  '203.0.113.9',
  '2026-11-29T00:00:00Z',
  'arn:aws:iam::1:user/a',
];

const operator = fc
  .tuple(
    fc.constantFrom('', 'ForAnyValue:', 'ForAllValues:'),
    fc.constantFrom(...operatorNames),
    fc.constantFrom('', 'IfExists'),
  )
  .map(([set, name, suffix]) => (name === 'Null' ? name : set + name + suffix));
const condition = fc.dictionary(
  operator,
  fc.dictionary(fc.constantFrom(...keys), fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 2 }), {
    minKeys: 1,
    maxKeys: 2,
  }),
  { maxKeys: 2 },
);
const account = '111122223333';
const principal = fc.constantFrom<NonNullable<Statement['Principal']>>(
  '*',
  { AWS: account },
  { AWS: `arn:aws:iam::${account}:user/ann` },
  { AWS: `arn:aws:iam::${account}:role/people` },
  { AWS: [account, `arn:aws:iam::${account}:user/ann`] },
  { AWS: '444455556666' },
  { Service: 'ec2.amazonaws.com' },
);
const statement = fc
  .record({
    Effect: fc.constantFrom('Allow' as const, 'Deny' as const),
    Action: fc.constantFrom('sts:AssumeRole', 'sts:*', 'iam:*'),
    Principal: principal,
    Condition: condition,
    isNot: fc.integer({ min: 0, max: 4 }),
  })
  .map(({ isNot, Principal, ...rest }): Statement => ({
    ...rest,
    ...(isNot === 0 ? { NotPrincipal: Principal } : { Principal }),
  }));
const document = fc
  .record({
    Version: fc.constantFrom('2012-10-17' as const, '2008-10-17' as const),
    Statement: fc.array(statement, { minLength: 1, maxLength: 4 }),
  })
  .map((policy): PolicyDocument => policy);
const context = fc.record(
  Object.fromEntries(
    keys.map((key) => [
      key,
      fc.option(fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }), { nil: undefined }),
    ]),
  ),
);
const arns = fc.constantFrom(
  [`arn:aws:iam::${account}:user/ann`],
  [`arn:aws:sts::${account}:assumed-role/people/x`, `arn:aws:iam::${account}:role/people`],
);

const decide = (
  policy: PolicyDocument,
  known: Readonly<Record<string, ContextValue>>,
  who?: readonly string[],
): Decision =>
  evaluate([policy], {
    action: 'sts:AssumeRole',
    resource: '*',
    context: new Map(Object.entries(known)),
    requester: { accountId: account, partition: 'aws', ...(who && { arns: who }) },
  }).decision;

const runs = { numRuns: 4000 };

describe('a decision about any policy', () => {
  it('is certain when everything is known', () => {
    fc.assert(
      fc.property(document, context, arns, (policy, known, who) => {
        expect(faultInPolicy(policy)).toBeNull();
        expect(['ALLOWED', 'DENIED']).toContain(decide(policy, known, who));
      }),
      runs,
    );
  });

  it('stays, or becomes DEPENDS, when a known value becomes unknown', () => {
    fc.assert(
      fc.property(document, context, arns, fc.constantFrom(...keys), (policy, known, who, key) => {
        const before = decide(policy, known, who);
        const values = known[key];
        const patterns =
          values?.length === 1 ? [new Unknown([`${values[0]!.slice(0, 1).replace(/[*?]/, '')}*`, 'zz'], false)] : [];
        for (const unknown of [new Unknown(), ...patterns])
          expect([before, 'DEPENDS']).toContain(decide(policy, { ...known, [key]: unknown }, who));
      }),
      runs,
    );
  });

  it('stays, or becomes DEPENDS, when it is no longer known who asks', () => {
    fc.assert(
      fc.property(document, context, arns, (policy, known, who) => {
        expect([decide(policy, known, who), 'DEPENDS']).toContain(decide(policy, known));
      }),
      runs,
    );
  });

  it('does not turn from DENIED into anything else when a Deny is added, nor from ALLOWED into DENIED when an Allow is', () => {
    fc.assert(
      fc.property(document, statement, context, arns, fc.boolean(), (policy, added, known, who, isUnknown) => {
        const request = isUnknown ? { ...known, [keys[0]!]: new Unknown() } : known;
        const before = decide(policy, request, who);
        const after = decide({ ...policy, Statement: [policy.Statement, added].flat() }, request, who);
        if (added.Effect === 'Deny' && before === 'DENIED') expect(after).toBe('DENIED');
        if (added.Effect === 'Allow' && before === 'ALLOWED') expect(after).toBe('ALLOWED');
      }),
      runs,
    );
  });

  it('does not depend on the order of statements, nor on the case of keys and actions', () => {
    const upper = (condition: Statement['Condition'] = {}) =>
      Object.fromEntries(
        Object.entries(condition).map(([name, tests]) => [
          name,
          Object.fromEntries(Object.entries(tests).map(([key, value]) => [key.toUpperCase(), value])),
        ]),
      );
    fc.assert(
      fc.property(document, context, arns, (policy, known, who) => {
        const Statement = [policy.Statement]
          .flat()
          .toReversed()
          .map((one) => ({ ...one, Action: String(one.Action).toUpperCase(), Condition: upper(one.Condition) }));
        expect(decide({ ...policy, Statement }, known, who)).toBe(decide(policy, known, who));
      }),
      runs,
    );
  });
});

describe('reading a policy', () => {
  it('finds a fault or a policy that can be evaluated in whatever it is given, and never throws', () => {
    const name = fc.constantFrom(
      'Version',
      'Statement',
      'Effect',
      'Principal',
      'NotPrincipal',
      'Action',
      'Condition',
      'AWS',
      'Bool',
      'Allow',
    );
    const odd = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom('Allow', 'Deny', '*', '2012-10-17', 'sts:AssumeRole'),
        fc.constantFrom(null, 1, true, ''),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(name, tie('node'), { maxKeys: 4 }),
      ),
    })).node;
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          odd.map((value) => JSON.stringify(value)),
          document.map((value) => JSON.stringify(value)),
        ),
        (json) => {
          const read = policyFrom(json);
          if ('fault' in read) expect(read.fault).toMatch(/\.$/);
          else expect(['ALLOWED', 'DENIED', 'DEPENDS']).toContain(decide(read.policy, {}));
        },
      ),
      runs,
    );
  });
});
