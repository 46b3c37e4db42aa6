import { setTimeout as wait } from 'node:timers/promises';
import { runCli } from '../support/cli.js';
import { databaseKinds, usePlaces } from '../support/places.js';
import type { GatewayProcess, Place } from '../support/process.js';
import * as steps from '../support/steps.js';
import { until } from '../support/until.js';

const env = { AWS_SANDBOX: 'on', PROVISIONER: 'sandbox' };
const read = `query ($id: ID!) { cloudSubscription(id: $id) { status provisioning { progress } resources(first: 20) { nodes { kind arn removedAt } } } }`;
const check = `mutation ($input: CheckDriftInput!) { checkDrift(input: $input) { drift { verdict codes } userErrors { code } } }`;
const findings = '{ driftFindings(filter: { isOpen: true }) { nodes { kind actual resource { arn } } } }';

const newPlace = usePlaces();

async function begin(gateway: GatewayProcess, which: string) {
  const { createCloudAccount } = await gateway.ask(steps.createCloudAccount, { input: steps.newAccount(which) });
  const { id: cloudAccountId } = createCloudAccount.cloudAccount;
  const input = { cloudAccountId, name: 'Orders', region: 'us-east-1' };
  const { createSubscription } = await gateway.ask(steps.createSubscription, { input });
  return { cloudAccountId, id: createSubscription.subscription.id as string };
}
const stateOf = async (gateway: GatewayProcess, id: string) => (await gateway.ask(read, { id })).cloudSubscription;
const isActive = (gateway: GatewayProcess, id: string) =>
  until('it is built', async () => (await stateOf(gateway, id)).status === 'ACTIVE');
/** Resources according to the command line. */
async function standing(place: Place): Promise<any[]> {
  const { code, stdout, stderr } = await runCli(place, 'sandbox', 'resources', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe.each(databaseKinds)('A kill -9 on %s', (kind) => {
  it('during a build is followed by a provisioner that continues, and creates nothing twice', async () => {
    const place = await newPlace(kind);
    let gateway = await place.start(env);
    const { id } = await begin(gateway, steps.suffix(1));
    for (const progress of [10, 55]) {
      await until('it is so far', async () => ((await stateOf(gateway, id)).provisioning?.progress ?? 0) >= progress);
      await wait(1_500 * Math.random());
      await gateway.kill();
      // Lets the lease expire.
      await place.execute("UPDATE provisioning_work SET lease_until = '2026-01-01 00:00:00.000'");
      gateway = await place.start(env);
    }
    await isActive(gateway, id);

    const kinds = ['vpc', 'subnet', 'security-group', 'volume', 'instance'];
    expect((await standing(place)).map((row) => row.kind)).toEqual(kinds);
    const { resources } = await stateOf(gateway, id);
    expect(resources.nodes.map(({ removedAt }: any) => removedAt)).toEqual(kinds.map(() => null));
  });
});

describe('The command line changes resources in the sandbox', () => {
  let place: Place;
  let gateway: GatewayProcess;
  let account: string;
  let rows: any[];
  const idOf = (kind: string) => rows.find((row) => row.kind === kind).id as string;
  const sandbox = (...args: string[]) => runCli(place, 'sandbox', ...args);

  beforeAll(async () => {
    place = await newPlace();
    gateway = await place.start(env);
    const begun = await begin(gateway, steps.suffix(1));
    account = begun.cloudAccountId;
    await isActive(gateway, begun.id);
    await place.execute("UPDATE provisioned_resource SET updated_at = '2026-01-01 00:00:00.000'");
    rows = await standing(place);
  });

  it('and the drift check finds it', async () => {
    const rule = 'ingress tcp 22-22 0.0.0.0/0';
    for (const args of [
      ['stop', '--id', idOf('instance')],
      ['allow', '--id', idOf('security-group'), '--rule', rule],
      ['untag', '--id', idOf('vpc')],
      ['delete', '--id', idOf('volume')],
    ])
      expect(await sandbox(...args)).toMatchObject({ code: 0, stderr: '' });
    const { drift } = (await gateway.ask(check, { input: { cloudAccountId: account } })).checkDrift;
    expect(drift).toEqual({ verdict: 'DRIFTED', codes: [] });
    const { nodes } = (await gateway.ask(findings)).driftFindings;
    expect(nodes.map(({ kind }: any) => kind).sort()).toEqual([
      'RESOURCE_DELETED',
      'RULES_CHANGED',
      'STATE_CHANGED',
      'TAG_REMOVED',
    ]);

    await until('it has stopped', async () => (await standing(place)).some(({ state }) => state === 'stopped'));
    expect((await sandbox('start', '--id', idOf('instance'))).code).toBe(0);
    expect((await sandbox('revoke', '--id', idOf('security-group'), '--rule', rule)).code).toBe(0);
    await gateway.ask(check, { input: { cloudAccountId: account } });
    expect((await gateway.ask(findings)).driftFindings.nodes).toHaveLength(2);
  });

  it.each([
    [['stop', '--id', 'i-0'], 1, /^The sandbox has no resource i-0\./],
    [
      ['revoke', '--id', '<group>', '--rule', 'ingress tcp 1-1 1.1.1.1/32'],
      1,
      /^The sandbox refused: The specified rule/,
    ],
    [['delete', '--id', '<vpc>'], 1, /^The sandbox refused: .* has a dependent object/],
    [['allow', '--id', '<group>', '--rule', 'tcp 22'], 2, /^--rule must have the form/],
    [['stop'], 2, /^--id is required/],
    [['stop', '--id', 'i-0', '--rule', 'x'], 2, /^--rule is not an option/],
    [['explode'], 2, /^There is no such command/],
  ])('or reports why not: %j', async (args, code, message) => {
    const given = args.map((arg) => arg.replace('<group>', idOf('security-group')).replace('<vpc>', idOf('vpc')));
    const { stderr, ...exit } = await sandbox(...given);
    expect(exit.code).toBe(code);
    expect(stderr).toMatch(message);
  });

  it('only while a gateway runs', async () => {
    await gateway.stop();
    const { code, stderr } = await sandbox('stop', '--id', idOf('instance'));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^No gateway with a sandbox is running/),
    });
  });
});
