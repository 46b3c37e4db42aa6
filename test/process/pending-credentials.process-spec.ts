import { onMariaDb, databaseKinds, usePlaces } from '../support/places.js';
import { startKeyedAws, type KeyedAws } from '../support/keyed-aws.js';
import type { GatewayProcess, Place } from '../support/process.js';
import { createCloudAccount, newAccount, numberOf, sandboxKey } from '../support/steps.js';
import { until } from '../support/until.js';

describe('credentials that AWS does not know yet', () => {
  const newPlace = usePlaces();

  const create = async (gateway: GatewayProcess, input: object): Promise<string> => {
    const { createCloudAccount: payload } = await gateway.ask(createCloudAccount, { input });
    expect(payload).toMatchObject({ userErrors: [], cloudAccount: { status: 'PROPAGATING' } });
    return payload.cloudAccount.id;
  };
  const statusOf = async (place: Place, id: string) =>
    (await place.rows('SELECT status FROM cloud_account WHERE id = ?', [numberOf(id)]))[0]?.status;
  const eventsOf = async (place: Place, id: string) =>
    (
      await place.rows(
        "SELECT type FROM event WHERE subject_type = 'CloudAccount' AND subject_id = ? ORDER BY sequence",
        [numberOf(id)],
      )
    ).map(({ type }) => type);

  it.each(databaseKinds)('are tried on by the next start after a kill -9, on %s', async (kind) => {
    const place = await newPlace(kind);
    const env = { AWS_SANDBOX: 'on' };
    const first = await place.start(env);
    const id = await create(first, newAccount('B3U1', { credentials: sandboxKey('LATER', 'B3U1') }));
    await first.kill('SIGKILL');
    expect(await statusOf(place, id)).toBe('PROPAGATING');

    // The sandbox begins anew with the process: eight seconds from now it knows the key.
    const second = await place.start(env);
    await until('the account is ACTIVE', async () => (await statusOf(place, id)) === 'ACTIVE', 50);

    expect(await eventsOf(place, id)).toEqual([
      'CLOUD_ACCOUNT_CREATED',
      'CREDENTIALS_PROPAGATING',
      'CREDENTIALS_PROVEN',
    ]);
    expect(await second.stop()).toEqual({ code: 0, signal: null });
  });

  describe('at an AWS of which it can be said when it knows them', () => {
    let aws: KeyedAws;
    beforeAll(async () => (aws = await startKeyedAws()));
    afterAll(() => aws.close());

    const env = () => ({ AWS_SANDBOX: 'off', AWS_ENDPOINT_OVERRIDE: aws.url, AWS_TIMEOUT_MS: '5000' });
    const secret = 'k'.repeat(40);
    const idOf = (i: number) => `AKIAKEYSTHATCOME${String(i).padStart(4, '0')}`;
    const accountWith = (i: number) => ({
      name: `Account ${i}`,
      consoleRoleName: 'console-role',
      credentials: { awsAccessKey: { accessKeyId: idOf(i), secretAccessKey: secret } },
    });

    onMariaDb('are proven once, by one of two gateways on one database', async () => {
      const place = await newPlace('MariaDB');
      const gateways = [await place.start(env()), await place.start(env())];
      const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => create(gateways[i % 2]!, accountWith(i))));
      for (let i = 0; i < ids.length; i++) aws.secrets.set(idOf(i), secret);

      await until('all are ACTIVE', async () =>
        (await Promise.all(ids.map((id) => statusOf(place, id)))).every((status) => status === 'ACTIVE'),
      );
      for (const id of ids)
        expect(await eventsOf(place, id)).toEqual([
          'CLOUD_ACCOUNT_CREATED',
          'CREDENTIALS_PROPAGATING',
          'CREDENTIALS_PROVEN',
        ]);
      expect(await place.rows('SELECT * FROM credential_trial')).toEqual([]);
      expect(await place.rows("SELECT * FROM aws_access_key WHERE slot <> 'CURRENT'")).toEqual([]);
    });
  });
});
