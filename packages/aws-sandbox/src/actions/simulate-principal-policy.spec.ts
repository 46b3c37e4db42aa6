import {
  SimulatePrincipalPolicyCommand,
  paginateSimulatePrincipalPolicy,
  type SimulatePrincipalPolicyCommandInput,
} from '@aws-sdk/client-iam';
import { startAwsSandbox, type AwsSandbox, type PolicyDocument } from '../index.js';
import { iamAt } from '../testing/sdk-clients.js';

let sandbox: AwsSandbox;
beforeEach(async () => (sandbox = await startAwsSandbox()));
afterEach(() => sandbox.close());

const accessKeyId = 'AKIASANDBOXWORKSA1U1';
const user = 'arn:aws:iam::900000000361:user/gateway-u1';
const vpc = (id: string) => `arn:aws:ec2:us-east-1:900000000361:vpc/${id}`;

const simulate = (input: Partial<SimulatePrincipalPolicyCommandInput>, key = accessKeyId) =>
  iamAt(sandbox.url, { accessKeyId: key }).send(
    new SimulatePrincipalPolicyCommand({ PolicySourceArn: user, ActionNames: ['ec2:DeleteVpc'], ...input }),
  );

const resultOf = async (input: Partial<SimulatePrincipalPolicyCommandInput>) =>
  (await simulate(input)).EvaluationResults![0]!;

const policy = (...Statement: PolicyDocument['Statement'][]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: Statement.flat(),
});
const allowing = (Action: string | string[], Resource: string | string[] = '*', Condition = {}) =>
  policy({ Effect: 'Allow', Action, Resource, Condition });
const denying = (Action: string, Resource = '*') => policy({ Effect: 'Deny', Action, Resource });

/** The caller itself always may simulate. */
const mayDo = (...documents: PolicyDocument[]) =>
  sandbox.admin.setUserPolicies(accessKeyId, [allowing('iam:SimulatePrincipalPolicy'), ...documents]);

describe('a simulation', () => {
  it('has one result for each action, in the order in which they were asked', async () => {
    mayDo(allowing('ec2:DeleteVpc'), denying('ec2:CreateVpc'));
    const { EvaluationResults, IsTruncated, Marker } = await simulate({
      ActionNames: ['ec2:CreateVpc', 'ec2:DeleteVpc', 'nonsense:Whatever'],
    });

    expect(EvaluationResults!.map(({ EvalActionName, EvalDecision }) => [EvalActionName, EvalDecision])).toEqual([
      ['ec2:CreateVpc', 'explicitDeny'],
      ['ec2:DeleteVpc', 'allowed'],
      ['nonsense:Whatever', 'implicitDeny'],
    ]);
    expect({ IsTruncated, Marker }).toEqual({ IsTruncated: false, Marker: undefined });
  });

  it('speaks of all resources when none is named', async () => {
    mayDo(allowing('ec2:DeleteVpc', vpc('*')));

    expect(await resultOf({})).toMatchObject({ EvalResourceName: '*', EvalDecision: 'implicitDeny' });
    expect((await resultOf({ ResourceArns: ['*'] })).ResourceSpecificResults).toBeUndefined();
    expect(await resultOf({ ResourceArns: [vpc('a')] })).toMatchObject({ EvalDecision: 'allowed' });
  });

  it('has the most restrictive decision on top, and the one of each resource below', async () => {
    mayDo(allowing('ec2:DeleteVpc', [vpc('a'), vpc('b')]), denying('ec2:DeleteVpc', vpc('b')));
    const below = async (...ResourceArns: string[]) => {
      const { EvalDecision, ResourceSpecificResults } = await resultOf({ ResourceArns });
      return [
        EvalDecision,
        ResourceSpecificResults!.map(({ EvalResourceName, EvalResourceDecision }) => [
          EvalResourceName,
          EvalResourceDecision,
        ]),
      ];
    };

    expect(await below(vpc('a'))).toEqual(['allowed', [[vpc('a'), 'allowed']]]);
    expect(await below(vpc('c'), vpc('a'))).toEqual([
      'implicitDeny',
      [
        [vpc('c'), 'implicitDeny'],
        [vpc('a'), 'allowed'],
      ],
    ]);
    expect(await below(vpc('a'), vpc('b'), vpc('c'))).toEqual([
      'explicitDeny',
      [
        [vpc('a'), 'allowed'],
        [vpc('b'), 'explicitDeny'],
        [vpc('c'), 'implicitDeny'],
      ],
    ]);
  });

  it('names on top no resource that was asked for, but what its kind is called', async () => {
    expect((await resultOf({ ResourceArns: [vpc('a'), vpc('b')] })).EvalResourceName).toBe(
      'arn:${Partition}:ec2:${Region}:${Account}:vpc/${Name}',
    );
  });

  it('names the statements a decision rests on, and where they stand', async () => {
    const all = policy(
      { Effect: 'Allow', Action: 'ec2:*', Resource: '*' },
      { Effect: 'Deny', Action: 'ec2:DeleteVpc', Resource: vpc('b') },
    );
    mayDo(all);
    const { MatchedStatements, ResourceSpecificResults } = await resultOf({ ResourceArns: [vpc('a'), vpc('b')] });

    expect(MatchedStatements).toEqual([
      {
        SourcePolicyId: 'user_gateway-u1_policy-2',
        SourcePolicyType: 'IAM Policy',
        StartPosition: { Line: 1, Column: expect.any(Number) },
        EndPosition: { Line: 1, Column: expect.any(Number) },
      },
    ]);
    const [{ StartPosition, EndPosition }] = MatchedStatements as [any];
    expect(JSON.parse(JSON.stringify(all).slice(StartPosition.Column - 1, EndPosition.Column - 1)).Effect).toBe('Deny');
    expect(ResourceSpecificResults![0]!.MatchedStatements).toHaveLength(1);
    expect(ResourceSpecificResults![0]!.MatchedStatements).not.toEqual(MatchedStatements);
  });

  it('tells which context is missing, and takes it', async () => {
    mayDo(allowing('ec2:DeleteVpc', '*', { StringEquals: { 'aws:ResourceTag/ours': 'yes' } }));
    const given = (...ContextKeyValues: string[]) => [
      { ContextKeyName: 'aws:resourcetag/OURS', ContextKeyType: 'string' as const, ContextKeyValues },
    ];

    const without = await resultOf({ ResourceArns: [vpc('a')] });
    expect(without).toMatchObject({ EvalDecision: 'implicitDeny', MissingContextValues: ['aws:ResourceTag/ours'] });
    expect(without.ResourceSpecificResults![0]!.MissingContextValues).toEqual(['aws:ResourceTag/ours']);
    expect(await resultOf({ ContextEntries: given('yes') })).toMatchObject({
      EvalDecision: 'allowed',
      MissingContextValues: [],
    });
    expect(await resultOf({ ContextEntries: given('no') })).toMatchObject({ EvalDecision: 'implicitDeny' });
    expect(await resultOf({ ContextEntries: given('no', 'yes') })).toMatchObject({ EvalDecision: 'allowed' });
  });

  it('knows the name of the user it is about', async () => {
    const own = 'arn:aws:iam::*:user/${aws:username}';
    mayDo(allowing('iam:CreateAccessKey', own));
    const ofUser = (name: string) =>
      resultOf({ ActionNames: ['iam:CreateAccessKey'], ResourceArns: [user.replace('gateway-u1', name)] });

    expect((await ofUser('gateway-u1')).EvalDecision).toBe('allowed');
    expect((await ofUser('gateway-u2')).EvalDecision).toBe('implicitDeny');
  });

  it('says whether a permissions boundary withholds something', async () => {
    expect((await resultOf({})).PermissionsBoundaryDecisionDetail).toBeUndefined();

    sandbox.admin.setBoundary(accessKeyId, allowing(['iam:*', 'ec2:CreateVpc']));
    const withheld = await resultOf({ ResourceArns: [vpc('a')] });

    expect(withheld).toMatchObject({
      EvalDecision: 'implicitDeny',
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
    });
    expect(withheld.ResourceSpecificResults![0]).toMatchObject({
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
    });
    expect(await resultOf({ ActionNames: ['ec2:CreateVpc'] })).toMatchObject({
      EvalDecision: 'allowed',
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: true },
    });
  });

  it('says whether the organization withholds something, and not by which statement', async () => {
    expect((await resultOf({})).OrganizationsDecisionDetail).toBeUndefined();

    sandbox.admin.setServiceControlPolicies(accessKeyId, [allowing('*'), denying('ec2:DeleteVpc')]);

    expect(await resultOf({})).toMatchObject({
      EvalDecision: 'explicitDeny',
      OrganizationsDecisionDetail: { AllowedByOrganizations: false },
      MatchedStatements: [],
    });
    expect(await resultOf({ ActionNames: ['ec2:CreateVpc'] })).toMatchObject({
      EvalDecision: 'allowed',
      OrganizationsDecisionDetail: { AllowedByOrganizations: true },
    });
  });

  it('can be about a role', async () => {
    const role = 'arn:aws:iam::900000000361:role/console-role';
    sandbox.admin.setRolePolicies(accessKeyId, 'console-role', [allowing('ec2:CreateVpc')]);

    expect((await resultOf({ PolicySourceArn: role })).EvalDecision).toBe('implicitDeny');
    expect((await resultOf({ PolicySourceArn: role, ActionNames: ['ec2:CreateVpc'] })).EvalDecision).toBe('allowed');
  });

  it('takes policies to try, on top of what there is', async () => {
    mayDo();

    expect((await resultOf({})).EvalDecision).toBe('implicitDeny');
    expect((await resultOf({ PolicyInputList: [JSON.stringify(allowing('ec2:*'))] })).EvalDecision).toBe('allowed');
    expect(
      await resultOf({
        PolicyInputList: [JSON.stringify(allowing('ec2:*'))],
        PermissionsBoundaryPolicyInputList: [JSON.stringify(allowing('s3:*'))],
      }),
    ).toMatchObject({
      EvalDecision: 'implicitDeny',
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
    });
  });
});

describe('the pages of a simulation', () => {
  const actions = Array.from({ length: 101 }, (_, i) => `ec2:Action${i}`);

  it('hold a hundred results unless told otherwise, and lead on', async () => {
    const first = await simulate({ ActionNames: actions });
    expect(first.EvaluationResults).toHaveLength(100);
    expect(first.IsTruncated).toBe(true);

    const second = await simulate({ ActionNames: actions, Marker: first.Marker });
    expect(second.EvaluationResults!.map(({ EvalActionName }) => EvalActionName)).toEqual(['ec2:Action100']);
    expect(second).toMatchObject({ IsTruncated: false });
    expect(second.Marker).toBeUndefined();
  });

  it('are walked by the SDK', async () => {
    const pages = paginateSimulatePrincipalPolicy(
      { client: iamAt(sandbox.url, { accessKeyId }), pageSize: 40 },
      { PolicySourceArn: user, ActionNames: actions },
    );
    const seen: string[] = [];
    for await (const { EvaluationResults } of pages) {
      expect(EvaluationResults!.length).toBeLessThanOrEqual(40);
      seen.push(...EvaluationResults!.map(({ EvalActionName }) => EvalActionName!));
    }
    expect(seen).toEqual(actions);
  });

  it.each([{ MaxItems: 0 }, { MaxItems: 1001 }, { Marker: 'elsewhere' }])('cannot be %j', async (input) => {
    await expect(simulate(input)).rejects.toMatchObject({ name: 'ValidationError' });
  });
});

describe('a simulation is refused', () => {
  it('to whoever may not simulate, before anything else is said', async () => {
    sandbox.admin.setUserPolicies(accessKeyId, [allowing('ec2:*')]);

    for (const PolicySourceArn of [user, user.replace('u1', 'nobody')]) {
      await expect(simulate({ PolicySourceArn })).rejects.toMatchObject({
        name: 'AccessDenied',
        message: `User: ${user} is not authorized to perform: iam:SimulatePrincipalPolicy on resource: ${PolicySourceArn} because no identity-based policy allows the iam:SimulatePrincipalPolicy action`,
      });
    }
  });

  it.each([
    ['a user', 'arn:aws:iam::900000000361:user/nobody'],
    ['a role', 'arn:aws:iam::900000000361:role/nothing'],
    ['a user of another account', 'arn:aws:iam::900000000362:user/gateway-u1'],
  ])('for %s there is not', async (_, PolicySourceArn) => {
    await expect(simulate({ PolicySourceArn })).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      $metadata: expect.objectContaining({ httpStatusCode: 404 }),
    });
  });

  it.each<[Partial<SimulatePrincipalPolicyCommandInput>, RegExp]>([
    [{ PolicySourceArn: 'arn:aws:iam::900000000361:root' }, /does not clearly define entity type and name/],
    [{ PolicySourceArn: 'arn:aws:sts::900000000361:assumed-role/a/b' }, /does not clearly define entity/],
    [{ ResourceArns: ['vpc-1'] }, /Invalid Resource Arn: vpc-1/],
    [{ ResourceArns: [vpc('a'), 'arn:aws:ec2'] }, /Invalid Resource Arn/],
    [{ ActionNames: ['DeleteVpc'] }, /Invalid Action: DeleteVpc/],
    [{ ResourcePolicy: '{}' }, /does not simulate ResourcePolicy/],
  ])('for what cannot be: %j', async (input, message) => {
    await expect(simulate(input)).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: expect.stringMatching(message),
      $metadata: expect.objectContaining({ httpStatusCode: 400 }),
    });
  });

  it.each([{ PolicySourceArn: '' }, { ActionNames: [] }])('for what is missing: %j', async (input) => {
    await expect(simulate(input)).rejects.toMatchObject({ name: 'ValidationError' });
  });
});
