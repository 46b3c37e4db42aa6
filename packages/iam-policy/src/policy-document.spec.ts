import { faultInPolicy } from './policy-document.js';

const Statement = { Effect: 'Allow', Action: '*', Resource: '*' };

describe('a policy document', () => {
  it.each([
    { Version: '2012-10-17', Statement },
    { Statement: [Statement, { ...Statement, Sid: 'No', Effect: 'Deny' }] },
    { Statement: { Effect: 'Allow', NotAction: ['iam:*'], NotResource: ['arn:aws:s3:::a'] } },
    { Statement: { Effect: 'Allow', Principal: { AWS: ['*'] }, Action: 'sts:AssumeRole' } },
    { Statement: { Effect: 'Deny', NotPrincipal: { AWS: '123456789012' }, NotAction: 'sts:TagSession' } },
    { Statement: { ...Statement, Condition: { NumericLessThan: { 'aws:MultiFactorAuthAge': 3600 } } } },
    { Statement: { ...Statement, Condition: { 'ForAnyValue:StringLikeIfExists': { 'a:b': ['c'] } } } },
    { Statement: { ...Statement, Condition: { Bool: { 'aws:MultiFactorAuthPresent': true } } } },
  ])('may be %j', (document) => {
    expect(faultInPolicy(document)).toBeNull();
  });

  it.each<[unknown, RegExp]>([
    [null, /JSON object/],
    [[], /JSON object/],
    [{ Version: '2020-01-01', Statement }, /Version/],
    [{}, /Statement/],
    [{ Statement: [] }, /Statement/],
    [{ Statement: 'Allow' }, /Statement/],
    [{ Statement: { ...Statement, Effect: 'allow' } }, /Effect/],
    [{ Statement: { Effect: 'Allow', Resource: '*' } }, /either Action or NotAction/],
    [{ Statement: { ...Statement, NotAction: '*' } }, /either Action or NotAction/],
    [{ Statement: { ...Statement, Action: 1 } }, /Action/],
    [{ Statement: { Effect: 'Allow', Action: '*' } }, /one of Resource/],
    [{ Statement: { ...Statement, NotResource: '*' } }, /one of Resource/],
    [{ Statement: { ...Statement, Principal: '*' } }, /one of Resource/],
    [{ Statement: { Effect: 'Allow', Action: '*', Principal: 'me' } }, /Principal/],
    [{ Statement: { ...Statement, NotPrincipal: '*' } }, /one of Resource/],
    [{ Statement: { ...Statement, Sid: 1 } }, /Sid/],
    [{ Statement: { ...Statement, Purpose: 'x' } }, /must not have the element Purpose/],
    [{ Statement: { ...Statement, Condition: { NumericAlmost: { 'a:b': '1' } } } }, /operator NumericAlmost/],
    [{ Statement: { ...Statement, Condition: { NullIfExists: { 'a:b': 'true' } } } }, /operator NullIfExists/],
    [{ Statement: { ...Statement, Condition: { Bool: { 'a:b': null } } } }, /condition keys/],
    [{ Statement: { ...Statement, Condition: { constructor: { 'a:b': '1' } } } }, /operator constructor/],
    [{ Statement: { ...Statement, Condition: { StringLike: 'x' } } }, /condition keys/],
  ])('may not be %j', (document, fault) => {
    expect(faultInPolicy(document)).toMatch(fault);
  });
});
