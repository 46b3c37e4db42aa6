import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudAccountHealthReconciler } from '#libs/cloud-accounts';
import { readConfig } from '../../src/config.js';
import { startGateway, type Gateway as RunningGateway } from '../../src/gateway.js';
import { database, Gateway } from '../support/gateway.js';
import { newDatabase } from '../support/new-database.js';
import { numberOf, sandboxKey, stepsWith, suffix } from '../support/steps.js';
import { until } from '../support/until.js';

const onServer = database === 'MariaDB' ? describe : describe.skip;

onServer('the health of accounts that two gateways watch', () => {
  let one: Gateway;
  let other: RunningGateway;
  let removeDatabase: () => Promise<unknown>;
  let folder: string;
  const { createAccount } = stepsWith(() => one);

  beforeAll(async () => {
    const { url, remove } = await newDatabase('MariaDB');
    removeDatabase = remove;
    folder = await mkdtemp(join(tmpdir(), 'gateway-'));
    one = await Gateway.start({ DATABASE_URL: url });
    other = await startGateway(
      readConfig({
        DATA_DIR: folder,
        KEY_RING_FILE: join(one.dataDir, 'key-ring.json'),
        DATABASE_URL: url,
        PORT: '0',
        AWS_SANDBOX: 'on',
        LOG_LEVEL: 'warn',
      }),
    );
  });
  afterAll(async () => {
    await other.close();
    await one.stop();
    await removeDatabase();
    await rm(folder, { recursive: true, force: true });
  });

  it('is checked by one of them each time, and recorded once', async () => {
    const users = Array.from({ length: 24 }, (_, i) => suffix(100 + i));
    const ids: number[] = [];
    for (const which of users) ids.push(numberOf((await createAccount({ which })).id));
    await one.sql("UPDATE cloud_account SET console_role_name = 'gone-role' WHERE id <> 1");
    const askedFor = () =>
      [one.aws, other.sandbox!.admin].map((aws) =>
        aws.calls().flatMap(({ action, accessKeyId }) => (action === 'GetCallerIdentity' ? [accessKeyId!] : [])),
      );
    const all = [one.get(CloudAccountHealthReconciler), other.app.get(CloudAccountHealthReconciler, { strict: false })];
    const round = async (first = all) => {
      for (const aws of [one.aws, other.sandbox!.admin]) aws.forgetCalls();
      await one.sql("UPDATE cloud_account_health SET last_checked_at = '2026-01-01', next_attempt_at = '2026-01-01'");
      for (const checks of first) checks.nudge();
      await until('every account is checked', async () => {
        const [{ n }] = await one.sql(
          "SELECT COUNT(*) AS n FROM cloud_account_health WHERE last_checked_at > '2026-01-02' AND lease_owner IS NULL",
        );
        return Number(n) === users.length;
      });
    };

    await round();
    const [byOne = [], byOther = []] = askedFor();
    await round(all.slice(0, 1));
    const ofOne = askedFor()[0]!;
    await round(all.slice(1));
    const ofOther = askedFor()[1]!;

    const keys = users.map((which) => sandboxKey('WORKS', which).awsAccessKey.accessKeyId);
    expect([...byOne, ...byOther].sort()).toEqual(keys.sort());
    expect(ofOne.length).toBeGreaterThan(0);
    expect(ofOther.length).toBeGreaterThan(0);
    const events = await one.sql(
      "SELECT subject_id, data FROM event WHERE type = 'CLOUD_ACCOUNT_HEALTH_CHANGED' ORDER BY subject_id",
    );
    expect(events.map((event: any) => event.subject_id)).toEqual(ids);
    for (const { data } of events)
      expect(JSON.parse(data)).toEqual({ from: 'HEALTHY', to: 'BROKEN', codes: ['AWS_ROLE_NOT_FOUND'] });
  });
});
