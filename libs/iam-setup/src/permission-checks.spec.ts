import { permissionChecks, policyFor, simulationsFor, type CheckedPrincipal } from './permission-checks.js';
import { permissionManifest } from './permission-manifest.js';
import { isAllowed } from './testing/policy-evaluation.js';

const user: CheckedPrincipal = {
  holder: 'user',
  options: ['allowKeyRotation'],
  region: 'eu-west-1',
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
const checks = permissionChecks(user);

describe('the simulations of all that a user must be allowed', () => {
  const simulations = simulationsFor(checks);

  it('are few, and hold every check with its actions, its resources and what is true of it', () => {
    expect(simulations.length).toBeLessThanOrEqual(8);
    expect(simulations.flatMap((simulation) => simulation.checks)).toHaveLength(checks.length);
    for (const simulation of simulations)
      for (const check of simulation.checks) {
        expect(simulation.actions).toEqual(expect.arrayContaining([...check.actions]));
        expect(simulation.resources).toEqual(expect.arrayContaining([...check.resources]));
        expect(simulation.context).toMatchObject(check.context);
      }
  });

  it('say nothing more of tags than is true of each check, and nothing at all where nothing may be said', () => {
    for (const { context, checks } of simulations)
      for (const check of checks) {
        const tagsOf = (keys: object) => Object.keys(keys).filter((key) => key.startsWith('aws:'));
        expect(tagsOf(context)).toEqual(tagsOf(check.context));
        expect(Object.keys(context).length === 0).toBe(Object.keys(check.context).length === 0);
      }
  });

  it('take * alone, because AWS reads it as no resource in particular', () => {
    for (const { resources } of simulations) if (resources.includes('*')) expect(resources).toEqual(['*']);
  });
});

describe('the policy for what is missing', () => {
  const groups = [...new Set(checks.map(({ group }) => group))];
  const ofGroup = (group: string) =>
    checks
      .filter((check) => check.group === group)
      .flatMap((check) => check.actions.map((action) => ({ check, action })));

  it.each(groups)('allows all of %s, and nothing but its actions', (group) => {
    const policy = policyFor(user, ofGroup(group));

    for (const { check, action } of ofGroup(group))
      for (const resource of check.resources)
        expect(isAllowed([policy], { action, resource, context: check.context, username: user.values.userName })).toBe(
          true,
        );
    const its = permissionManifest.policies
      .flatMap((manifest) => manifest.groups)
      .find(({ id }) => id === group)!
      .rules.flatMap(({ actions }) => actions);
    expect(its).toEqual(expect.arrayContaining(policy.Statement.flatMap(({ Action }) => Action)));
  });

  it('holds one action and one statement when one action of one check is missing', () => {
    const check = checks.find(({ group, resources }) => group === 'TAG' && resources.includes('*'))!;

    expect(policyFor(user, [{ check, action: 'ec2:DeleteTags' }]).Statement).toEqual([
      expect.objectContaining({ Action: ['ec2:DeleteTags'], Resource: ['*'], Condition: expect.anything() as object }),
    ]);
  });

  it('holds nothing when nothing is missing', () => {
    expect(policyFor(user, []).Statement).toEqual([]);
  });
});
