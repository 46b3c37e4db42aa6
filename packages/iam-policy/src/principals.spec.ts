import { evaluate } from './evaluate.js';
import { type Principal, type Statement } from './policy-document.js';
import { deletedPrincipalsIn, type Requester } from './principals.js';

const account = '111122223333';
const other = '444455556666';
const root = `arn:aws:iam::${account}:root`;
const ann = `arn:aws:iam::${account}:user/team/ann`;
const role = `arn:aws:iam::${account}:role/people`;
const session = `arn:aws:sts::${account}:assumed-role/people/ann`;

const user: Requester = { accountId: account, partition: 'aws', arns: [ann] };
const inRole: Requester = { accountId: account, partition: 'aws', arns: [session, role] };
const somebody: Requester = { accountId: account, partition: 'aws' };

const decide = (requester: Requester, ...Statement: Statement[]) =>
  evaluate([{ Version: '2012-10-17', Statement }], {
    ...{ action: 'sts:AssumeRole', resource: '*', context: new Map(), requester },
  });
const allow = (of: Partial<Statement>): Statement => ({ Effect: 'Allow', Action: 'sts:AssumeRole', ...of });
const deny = (of: Partial<Statement>): Statement => ({ Effect: 'Deny', Action: 'sts:AssumeRole', ...of });

describe('Principal', () => {
  it.each<[Principal, user: string, inRole: string, somebody: string]>([
    ['*', 'ALLOWED', 'ALLOWED', 'ALLOWED'],
    [{ AWS: '*' }, 'ALLOWED', 'ALLOWED', 'ALLOWED'],
    [{ AWS: account }, 'ALLOWED', 'ALLOWED', 'ALLOWED'],
    [{ AWS: root }, 'ALLOWED', 'ALLOWED', 'ALLOWED'],
    [{ AWS: [other, root] }, 'ALLOWED', 'ALLOWED', 'ALLOWED'],
    [{ AWS: ann }, 'ALLOWED', 'DENIED', 'DEPENDS'],
    [{ AWS: role }, 'DENIED', 'ALLOWED', 'DEPENDS'],
    [{ AWS: session }, 'DENIED', 'ALLOWED', 'DEPENDS'],
    [{ AWS: `arn:aws:sts::${account}:assumed-role/people/bob` }, 'DENIED', 'DENIED', 'DEPENDS'],
    [{ AWS: `arn:aws:iam::${account}:user/*` }, 'DENIED', 'DENIED', 'DEPENDS'],
    [{ AWS: other }, 'DENIED', 'DENIED', 'DENIED'],
    [{ AWS: `arn:aws:iam::${other}:root` }, 'DENIED', 'DENIED', 'DENIED'],
    [{ AWS: root.replace('arn:aws:', 'arn:aws-cn:') }, 'DENIED', 'DENIED', 'DENIED'],
    [{ AWS: ann.replace('arn:aws:', 'arn:aws-us-gov:') }, 'DENIED', 'DENIED', 'DENIED'],
    [{ AWS: 'AROAIOSFODNN7EXAMPLE1' }, 'DENIED', 'DENIED', 'DENIED'],
    [{ Service: 'ec2.amazonaws.com' }, 'DENIED', 'DENIED', 'DENIED'],
    [{ Federated: 'cognito-identity.amazonaws.com' }, 'DENIED', 'DENIED', 'DENIED'],
    [{ CanonicalUser: account }, 'DENIED', 'DENIED', 'DENIED'],
    [{ Service: ['ec2.amazonaws.com'], AWS: [root] }, 'ALLOWED', 'ALLOWED', 'ALLOWED'],
    [{}, 'DENIED', 'DENIED', 'DENIED'],
  ])('%j', (Principal, ofUser, ofRole, ofSomebody) => {
    const decisions = [user, inRole, somebody].map((who) => decide(who, allow({ Principal })).decision);

    expect(decisions).toEqual([ofUser, ofRole, ofSomebody]);
  });

  it('depends on aws:PrincipalArn when it is not known which principal of the account it is', () => {
    expect(decide(somebody, allow({ Principal: { AWS: ann } })).matched).toMatchObject([
      { number: 1, keys: ['aws:PrincipalArn'] },
    ]);
  });

  it('is known in any partition', () => {
    const Principal = { AWS: `arn:aws-us-gov:iam::${account}:root` };

    expect(decide({ ...user, partition: 'aws-us-gov' }, allow({ Principal })).decision).toBe('ALLOWED');
  });
});

describe('NotPrincipal', () => {
  it.each<[string, Principal, user: string, inRole: string, somebody: string]>([
    ['Deny', { AWS: other }, 'DENIED', 'DENIED', 'DENIED'],
    ['Deny', { AWS: [root, ann] }, 'ALLOWED', 'DENIED', 'DEPENDS'],
    // The account has to be listed beside its user.
    ['Deny', { AWS: ann }, 'DENIED', 'DENIED', 'DENIED'],
    ['Deny', { AWS: root }, 'DENIED', 'DENIED', 'DEPENDS'],
    ['Deny', { AWS: [account, role, session] }, 'DENIED', 'ALLOWED', 'DEPENDS'],
    ['Deny', '*', 'ALLOWED', 'ALLOWED', 'ALLOWED'],
    ['Allow', { AWS: other }, 'ALLOWED', 'ALLOWED', 'ALLOWED'],
    ['Allow', { AWS: root }, 'DENIED', 'DENIED', 'DENIED'],
    ['Allow', { AWS: ann }, 'DENIED', 'ALLOWED', 'DEPENDS'],
    ['Allow', '*', 'DENIED', 'DENIED', 'DENIED'],
  ])('%s %j', (effect, NotPrincipal, ofUser, ofRole, ofSomebody) => {
    const statements =
      effect === 'Deny' ? [allow({ Principal: '*' }), deny({ NotPrincipal })] : [allow({ NotPrincipal })];
    const decisions = [user, inRole, somebody].map((who) => decide(who, ...statements).decision);

    expect(decisions).toEqual([ofUser, ofRole, ofSomebody]);
  });
});

describe('the ids of deleted principals', () => {
  it.each<[Principal, string[]]>([
    [{ AWS: 'AROAIOSFODNN7EXAMPLE1' }, ['AROAIOSFODNN7EXAMPLE1']],
    [{ AWS: ['AIDAIOSFODNN7EXAMPLE1', root] }, ['AIDAIOSFODNN7EXAMPLE1']],
    [{ AWS: [root, ann, account, '*'] }, []],
    [{ Service: 'ec2.amazonaws.com' }, []],
    ['*', []],
  ])('in %j: %j', (Principal, ids) => {
    expect(deletedPrincipalsIn(allow({ Principal }))).toEqual(ids);
  });
});
