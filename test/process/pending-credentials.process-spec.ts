import { onMariaDb, databaseKinds, usePlaces } from '../support/places.js';
import { startKeyedAws, type KeyedAws } from '../support/keyed-aws.js';
import type { GatewayProcess, Place } from '../support/process.js';
import { createCloudAccount, newAccount, numberOf, sandboxKey } from '../support/steps.js';
import { until } from '../support/until.js';

describe('credentials that AWS does not recognize yet', () => {
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

  it.each(databaseKinds)('are tried by the next start after a kill -9, on %s', async (kind) => {
    const place = await newPlace(kind);
    const env = { AWS_SANDBOX: 'on' };
    const first = await place.start(env);
    const id = await create(first, newAccount('B3U1', { credentials: sandboxKey('LATER', 'B3U1') }));
    await first.kill('SIGKILL');
    expect(await statusOf(place, id)).toBe('PROPAGATING');

    // The sandbox starts again with the process: it recognizes the access key eight seconds later.
    const second = await place.start(env);
    await until('the account is ACTIVE', async () => (await statusOf(place, id)) === 'ACTIVE', 50);

    expect(await eventsOf(place, id)).toEqual([
      'CLOUD_ACCOUNT_CREATED',
      'CREDENTIALS_PROPAGATING',
      'CREDENTIALS_PROVEN',
    ]);
    expect(await second.stop()).toEqual({ code: 0, signal: null });
  });

  describe('with a controlled propagation in AWS', () => {
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

    /** Gateway during an attempt that AWS does not answer. */
    const attempting = async (place: Place, i: number) => {
      aws.silent.delete(idOf(i));
      const gateway = await place.start({ ...env(), AWS_TIMEOUT_MS: '15000' });
      const id = await create(gateway, accountWith(i));
      aws.silent.add(idOf(i));
      await until('an attempt is under way', async () => (await trialIn(place)).lease_owner !== null);
      return { gateway, id };
    };
    const trialIn = async (place: Place) => (await place.rows('SELECT * FROM credential_trial'))[0];

    it.each(databaseKinds)('do not delay a shutdown while AWS does not answer, on %s', async (kind) => {
      const place = await newPlace(kind);
      const { gateway } = await attempting(place, 9001);

      const told = performance.now();
      expect(await gateway.stop()).toEqual({ code: 0, signal: null });

      expect(performance.now() - told).toBeLessThan(10_000); // AWS does not answer for 15 s
      expect(await trialIn(place)).toMatchObject({ lease_owner: null, ended_at: null, attempt: 1 });
    });

    it.each(databaseKinds)('are taken over from a gateway that was killed during an attempt, on %s', async (kind) => {
      const place = await newPlace(kind);
      const { gateway, id } = await attempting(place, 9002);
      await gateway.kill('SIGKILL');
      aws.silent.delete(idOf(9002));
      aws.secrets.set(idOf(9002), secret);
      expect((await trialIn(place)).lease_owner).not.toBeNull();
      // Lets half a minute pass.
      await place.execute("UPDATE credential_trial SET lease_until = '2026-01-01 00:00:00.000'");

      await place.start(env());
      await until('the account is ACTIVE', async () => (await statusOf(place, id)) === 'ACTIVE');

      expect((await eventsOf(place, id)).at(-1)).toBe('CREDENTIALS_PROVEN');
      aws.secrets.delete(idOf(9002));
    });

    onMariaDb('are verified once, by one of two gateways on one database', async () => {
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
