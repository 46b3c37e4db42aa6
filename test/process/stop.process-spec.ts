import { setTimeout as wait } from 'node:timers/promises';
import { databaseKinds, usePlaces } from '../support/places.js';
import type { Answer } from '../support/client.js';
import type { GatewayProcess, Place } from '../support/process.js';
import { createCloudAccount, newAccount, sandboxKey } from '../support/steps.js';
import { until } from '../support/until.js';

describe('A gateway told to stop', () => {
  const newPlace = usePlaces();

  it('answers accepted requests, accepts no new ones, and ends within a few seconds', async () => {
    const place = await newPlace();
    const gateway = await place.start({ AWS_TIMEOUT_MS: '1500' });
    // In progress: the sandbox never answers for this access key, so the gateway gives up after 1.5 s.
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
    expect(performance.now() - told).toBeLessThan(9500); // an open connection would delay it for 10 s
  });

  it('ends while a client keeps its connection open', async () => {
    const gateway = await (await newPlace()).start();
    await gateway.ask('{ __typename }');

    const told = performance.now();

    expect(await gateway.kill('SIGINT')).toEqual({ code: 0, signal: null });
    expect(performance.now() - told).toBeLessThan(9500);
  });

  it('returns a health check, instead of waiting for AWS', async () => {
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
    expect(performance.now() - told).toBeLessThan(15_000); // AWS does not answer for 30 s
    expect(await health()).toMatchObject({
      lease_owner: null,
      asking_aws_account_id: null,
      consecutive_failures: 0,
      next_attempt_at: '2026-01-01 00:00:00.000',
    });
  });

  /** Mutations of disconnected clients that wait for AWS and write afterwards. */
  const hungUp = async (place: Place, gateway: GatewayProcess, count: number) => {
    const hangUp = new AbortController();
    const sent = Array.from({ length: count }, (_, i) => {
      const input = newAccount('A7U1', {
        credentials: sandboxKey('HANGS', 'A7U1'),
        idempotencyKey: `hung-up-${i}`,
      });
      return fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query: createCloudAccount, variables: { input } }),
        signal: hangUp.signal,
      }).catch(() => undefined);
    });
    await until(
      'every request is under way',
      async () => (await place.rows('SELECT * FROM idempotency_claim')).length === count,
    );
    hangUp.abort();
    await Promise.all(sent);
  };

  it.each(databaseKinds.flatMap((kind) => (['SIGTERM', 'SIGINT'] as const).map((signal) => [kind, signal] as const)))(
    'finishes requests of disconnected clients, and refuses new ones in the meantime (%s, %s)',
    async (kind, signal) => {
      const place = await newPlace(kind);
      const gateway = await place.start({ AWS_SANDBOX: 'on', AWS_TIMEOUT_MS: '9000', LOG_LEVEL: 'info' });
      await hungUp(place, gateway, 6);

      const ended = gateway.kill(signal);
      const refused = await untilRefused(gateway);
      void gateway.kill(signal); // as a terminal and npm both do

      expect(refused.body.errors).toEqual([
        {
          message: expect.any(String),
          extensions: { code: 'SHUTTING_DOWN', requestId: refused.headers.get('x-request-id') },
        },
      ]);
      expect(refused.headers.get('retry-after')).toBe('1');
      expect(await ended).toEqual({ code: 0, signal: null });
      expect(gateway.output).not.toMatch(/"level":"(error|fatal)"/);
      expect(gateway.output).not.toContain('Requests were still running');
      expect(gateway.output.match(/"aborted":true/g)).toHaveLength(6);
      // Their last writes: refusals are not stored, so each idempotency key is free again.
      expect(await place.rows('SELECT * FROM idempotency_claim')).toEqual([]);
    },
  );

  it('aborts requests that do not end, and reports that', async () => {
    const place = await newPlace();
    const gateway = await place.start({ AWS_TIMEOUT_MS: '60000', LOG_LEVEL: 'info' });
    await hungUp(place, gateway, 1);

    expect(await gateway.stop()).toEqual({ code: 1, signal: null });
    expect(gateway.output).toContain('Requests were still running after 20 seconds and were aborted.');
    expect(gateway.output).not.toMatch(/"level":"(error|fatal)"/);
  });

  /** First response with 503, however long the process takes to notice the signal. */
  async function untilRefused(gateway: GatewayProcess): Promise<Answer> {
    for (;;) {
      const answer = await gateway.send('{ __typename }');
      if (answer.status !== 200) {
        expect(answer.status).toBe(503);
        return answer;
      }
    }
  }
});
