import { setTimeout as wait } from 'node:timers/promises';
import { usePlaces } from '../support/places.js';
import { createCloudAccount, newAccount, sandboxKey } from '../support/steps.js';
import { until } from '../support/until.js';

describe('A gateway told to stop', () => {
  const newPlace = usePlaces();

  it('answers what it has accepted, takes nothing new, and ends well within a few seconds', async () => {
    const place = await newPlace();
    const gateway = await place.start({ AWS_TIMEOUT_MS: '1500' });
    // In flight: the sandbox never answers this key, so the gateway gives up on it after 1.5 s.
    const input = newAccount('A7U1', { credentials: sandboxKey('HANGS', 'A7U1') });
    const inFlight = gateway.ask(createCloudAccount, { input });
    await wait(400);

    const told = performance.now();
    const stopping = gateway.stop();
    await wait(200);
    const newOne = fetch(`${gateway.url}/livez`).then(
      ({ status }) => status,
      () => 'refused',
    );

    expect(await newOne).not.toBe(200);
    expect((await inFlight).createCloudAccount.userErrors).toMatchObject([{ code: 'AWS_UNREACHABLE' }]);
    expect(await stopping).toEqual({ code: 0, signal: null });
    expect(performance.now() - told).toBeLessThan(9500); // a connection kept open would hold it for 10 s
  });

  it('ends while a client keeps its connection open', async () => {
    const gateway = await (await newPlace()).start();
    await gateway.ask('{ __typename }');

    const told = performance.now();

    expect(await gateway.kill('SIGINT')).toEqual({ code: 0, signal: null });
    expect(performance.now() - told).toBeLessThan(9500);
  });

  it('gives back a look at the health of an account, instead of waiting for AWS', async () => {
    const place = await newPlace();
    const gateway = await place.start({ AWS_TIMEOUT_MS: '30000' });
    const { createCloudAccount: created } = await gateway.ask(createCloudAccount, { input: newAccount('A1U1') });
    expect(created.userErrors).toEqual([]);
    await place.execute("UPDATE aws_access_key SET access_key_id = 'AKIASANDBOXHANGSA1U1'");
    await place.execute("UPDATE cloud_account_health SET next_attempt_at = '2026-01-01 00:00:00.000'");
    const health = async () => (await place.rows('SELECT * FROM cloud_account_health'))[0];
    await until('the look begins', async () => (await health()).lease_owner !== null);

    const told = performance.now();

    expect(await gateway.stop()).toEqual({ code: 0, signal: null });
    expect(performance.now() - told).toBeLessThan(15_000); // AWS is silent for 30 s
    expect(await health()).toMatchObject({
      lease_owner: null,
      asking_aws_account_id: null,
      consecutive_failures: 0,
      next_attempt_at: '2026-01-01 00:00:00.000',
    });
  });
});
