import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  RevokeSecurityGroupIngressCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { build, ec2Of, port, reportsOf, type Built } from '../support/built.js';
import { cliAnswer } from '../support/cli.js';
import { inPlace, type GatewayProcess, type Place } from '../support/process.js';
import { createCloudAccount, createSubscription, newAccount, suffix } from '../support/steps.js';
import { Random } from './random.js';
import { inLanes, type SoakOptions, type SoakResult } from './soak.js';

/** Each account has a network, a subnet, a group and a volume besides its instances. */
const sizes = { short: { accounts: 3, instances: 20, kills: 1 }, full: { accounts: 50, instances: 196, kills: 10 } };

const mutation = (name: string, type: string, selection: string) =>
  `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code message } } }`;
const claim = mutation('claimProvisioningWork', 'ClaimProvisioningWorkInput', 'work { subscriptionId claimId cloudAccountId }'); // prettier-ignore
const report = mutation('reportProvisioning', 'ReportProvisioningInput', 'work { isStopRequested }');
const complete = mutation('completeProvisioning', 'CompleteProvisioningInput', 'status');
const checkDrift = mutation('checkDrift', 'CheckDriftInput', 'drift { verdict codes isBeingChecked lastCompleteAt openFindingCount }'); // prettier-ignore
const findingsQuery = `query ($first: Int, $after: String, $filter: DriftFindingFilter) { driftFindings(first: $first, after: $after, filter: $filter) {
  nodes { kind resolution resource { arn } } pageInfo { hasNextPage endCursor } } }`;
const env = { AWS_SANDBOX: 'on', LOG_LEVEL: 'error' };

interface Account {
  readonly id: string;
  readonly which: string;
  readonly awsAccountId: string;
  readonly built: Built;
}

/** Change of one resource, the expected finding, and its reversal. Null when it cannot be reversed. */
interface Deed {
  readonly kind: string;
  readonly arn: string;
  readonly repair: ((ec2: EC2Client) => Promise<unknown>) | null;
}

/**
 * Many accounts with many resources, changed in every possible way: each difference is found within one check, once,
 * even if kill -9 ends the gateway during checks. Repaired differences are resolved by the next check. The memory of
 * checks does not grow with the number of resources.
 */
export async function drift({ size, seed, database, say }: SoakOptions): Promise<SoakResult> {
  const { accounts: count, instances, kills } = sizes[size];
  return inPlace(database, async (place) => {
    const random = new Random(seed);
    const violations: string[] = [];
    const figures: Record<string, number> = {};
    let gateway = await place.start(env);
    const accounts = await prepare(gateway, place, count, instances);
    figures['accounts'] = accounts.length;
    figures['resources'] = accounts.length * (instances + 4);
    say(`${figures['resources']} resources stand in ${figures['accounts']} accounts`);
    await settle(place);
    await onTheWay();

    const before = memoryOf(gateway);
    let started = performance.now();
    for (const verdict of await checkAll(gateway, accounts))
      if (verdict !== 'IN_SYNC') violations.push(`nothing has changed, and a check says ${verdict}`);
    figures['seconds for a check of all'] = seconds(started);
    figures['MB resident before checks'] = before;
    figures['MB resident at the most'] = Math.max(before, memoryOf(gateway, 'VmHWM'));

    const deeds = (await Promise.all(accounts.map((account) => meddle(place, account, random)))).flat();
    figures['differences made'] = deeds.length;
    await onTheWay();
    for (let i = 0; i < kills; i++) {
      const checking = checkAll(gateway, random.shuffled(accounts)).catch(() => []);
      await wait(random.fraction() * 800 * figures['seconds for a check of all']);
      await gateway.kill();
      await checking;
      // Lets the leases expire.
      await place.execute('UPDATE drift_watch SET lease_until = NULL, lease_owner = NULL');
      gateway = await place.start(env);
      say(`kill ${i + 1}: ${(await findings(gateway, { isOpen: true })).length} of ${deeds.length} found`);
    }
    figures['kills in the middle of checks'] = kills;

    started = performance.now();
    await checkAll(gateway, accounts);
    figures['seconds for a check of all, drifted'] = seconds(started);
    const open = await findings(gateway, { isOpen: true });
    figures['differences found'] = open.length;
    violations.push(...differences(deeds, open));
    for (const { type, n } of await place.rows(
      `SELECT type, COUNT(*) AS n FROM event WHERE type IN ('DRIFT_FOUND', 'DRIFT_CHANGED', 'DRIFT_RESOLVED') GROUP BY type`,
    ))
      figures[`events ${type}`] = Number(n);
    if (figures['events DRIFT_FOUND'] !== deeds.length) violations.push('something was found twice, or never told');
    if (figures['events DRIFT_CHANGED'] || figures['events DRIFT_RESOLVED'])
      violations.push('something was told that has not happened');

    const repairable = deeds.filter(({ repair }) => repair !== null);
    await inLanes(4, accounts, async ({ which, awsAccountId }) => {
      const ec2 = ec2Of(urlOf(place), which);
      for (const { arn, repair } of repairable) if (arn.includes(awsAccountId)) await repair!(ec2);
    });
    await onTheWay();
    await checkAll(gateway, accounts);
    const left = deeds.filter(({ repair }) => repair === null);
    violations.push(...differences(left, await findings(gateway, { isOpen: true })));
    const closed = await findings(gateway, { isOpen: false });
    figures['repaired'] = repairable.length;
    figures['of them closed by the next check'] = closed.filter(({ resolution }) => resolution === 'REPAIRED').length;
    if (figures['repaired'] !== figures['of them closed by the next check'])
      violations.push('what was repaired is not closed');
    await gateway.stop();
    return { figures, violations };
  });
}

/** An instance of the sandbox takes two seconds from one state to another. */
const onTheWay = () => wait(2_500);
const seconds = (started: number) => Math.round((performance.now() - started) / 100) / 10;
const urlOf = (place: Place) => readFileSync(join(place.dataDir, 'sandbox-url'), 'utf8').trim();

/** In MB: current, or maximum. */
function memoryOf(gateway: GatewayProcess, what: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const status = readFileSync(`/proc/${gateway.process.pid}/status`, 'utf8');
  return Math.round(Number(new RegExp(`${what}:\\s+(\\d+)`).exec(status)![1]) / 1024);
}

/** Makes reports look older. */
const settle = (place: Place) =>
  place.execute("UPDATE provisioned_resource SET created_at = '2026-01-01 00:00:00.000', updated_at = '2026-01-01 00:00:00.000'"); // prettier-ignore

async function one(gateway: GatewayProcess, document: string, input: object, key?: string): Promise<any> {
  const [payload] = Object.values<any>(await gateway.ask(document, { input }, key));
  if (payload.userErrors.length > 0) throw new Error(`Refused: ${JSON.stringify(payload.userErrors)}`);
  return payload;
}

async function prepare(
  gateway: GatewayProcess,
  place: Place,
  count: number,
  instances: number,
): Promise<readonly Account[]> {
  const [{ key }] = await cliAnswer(
    place,
    ...['api-keys', 'create', '--tenant', '1', '--name', 'Builder', '--role', 'PROVISIONER'],
  );
  const accounts: Account[] = [];
  const places = Array.from({ length: count }, (_, i) => suffix(i + 1));
  await inLanes(4, places, async (which) => {
    const { cloudAccount } = await one(gateway, createCloudAccount, newAccount(which));
    const built = await build(ec2Of(urlOf(place), which), instances);
    accounts.push({ id: cloudAccount.id, which, awsAccountId: cloudAccount.awsAccountId, built });
  });
  for (const account of accounts) {
    await one(gateway, createSubscription, { cloudAccountId: account.id, name: 'Orders', region: 'us-east-1' });
    const [{ subscriptionId, claimId }] = (await one(gateway, claim, {}, key)).work;
    const reports = reportsOf(account.built, account.awsAccountId);
    for (let i = 0; i < reports.length; i += 100)
      await one(gateway, report, { subscriptionId, claimId, resources: reports.slice(i, i + 100) }, key);
    await one(gateway, complete, { subscriptionId, claimId }, key);
  }
  return accounts;
}

/** @returns the verdict of each; waits for checks that take longer than a request */
async function checkAll(gateway: GatewayProcess, accounts: readonly Account[]): Promise<string[]> {
  const verdicts: string[] = [];
  await inLanes(4, accounts, async ({ id }) => {
    let drift;
    do drift = (await one(gateway, checkDrift, { cloudAccountId: id })).drift;
    while (drift.isBeingChecked);
    if (drift.codes.length > 0) throw new Error(`A check was not complete: ${drift.codes.join(', ')}`);
    verdicts.push(drift.verdict);
  });
  return verdicts;
}

async function findings(gateway: GatewayProcess, filter: object): Promise<any[]> {
  const found: any[] = [];
  let after: string | null = null;
  do {
    const { driftFindings } = await gateway.ask(findingsQuery, { first: 100, after, filter });
    found.push(...driftFindings.nodes);
    after = driftFindings.pageInfo.hasNextPage ? driftFindings.pageInfo.endCursor : null;
  } while (after);
  return found;
}

/** One change of every kind in every account, in different orders and on different instances. */
async function meddle(place: Place, { which, awsAccountId, built }: Account, random: Random): Promise<Deed[]> {
  const ec2 = ec2Of(urlOf(place), which);
  const arn = (type: string, id: string) => `arn:aws:ec2:us-east-1:${awsAccountId}:${type}/${id}`;
  const tag = { Key: 'managed-by', Value: 'cloud-account-gateway' };
  const [stopped, ended, untagged] = random.shuffled(built.instances) as [string, string, string];
  const GroupId = built.group;
  const world = { GroupId, IpPermissions: [port(22, '0.0.0.0/0')] };
  const ours = { GroupId, IpPermissions: [port(6379)] };
  const rules = random.pick<{ make: () => Promise<unknown>; undo: Deed['repair'] }>([
    {
      make: () => ec2.send(new AuthorizeSecurityGroupIngressCommand(world)),
      undo: (by) => by.send(new RevokeSecurityGroupIngressCommand(world)),
    },
    {
      make: () => ec2.send(new RevokeSecurityGroupIngressCommand(ours)),
      undo: (by) => by.send(new AuthorizeSecurityGroupIngressCommand(ours)),
    },
    {
      make: async () => {
        await ec2.send(new RevokeSecurityGroupIngressCommand(ours));
        await ec2.send(new AuthorizeSecurityGroupIngressCommand(world));
      },
      undo: async (by) => {
        await by.send(new RevokeSecurityGroupIngressCommand(world));
        await by.send(new AuthorizeSecurityGroupIngressCommand(ours));
      },
    },
  ]);

  await ec2.send(new StopInstancesCommand({ InstanceIds: [stopped] }));
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [ended] }));
  await ec2.send(new DeleteTagsCommand({ Resources: [untagged, built.subnet], Tags: [{ Key: tag.Key }] }));
  await ec2.send(new DeleteVolumeCommand({ VolumeId: built.volume }));
  await rules.make();
  const retag = (id: string) => (by: EC2Client) => by.send(new CreateTagsCommand({ Resources: [id], Tags: [tag] }));
  return [
    {
      kind: 'STATE_CHANGED',
      arn: arn('instance', stopped),
      repair: (by) => by.send(new StartInstancesCommand({ InstanceIds: [stopped] })),
    },
    { kind: 'RESOURCE_DELETED', arn: arn('instance', ended), repair: null },
    { kind: 'RESOURCE_DELETED', arn: arn('volume', built.volume), repair: null },
    { kind: 'TAG_REMOVED', arn: arn('instance', untagged), repair: retag(untagged) },
    { kind: 'TAG_REMOVED', arn: arn('subnet', built.subnet), repair: retag(built.subnet) },
    { kind: 'RULES_CHANGED', arn: arn('security-group', GroupId), repair: rules.undo },
  ];
}

/** Changes that were not found, and findings without a change. */
function differences(deeds: readonly Deed[], found: readonly any[]): string[] {
  const done = deeds.map(({ kind, arn }) => `${kind} ${arn}`).sort();
  const told = found.map(({ kind, resource }) => `${kind} ${resource.arn}`).sort();
  return [
    ...done.filter((deed) => !told.includes(deed)).map((deed) => `not found: ${deed}`),
    ...told.filter((one, i) => !done.includes(one) || told.indexOf(one) < i).map((one) => `found for nothing: ${one}`),
  ];
}
