import { CallerGone, currentCaller } from '#libs/kernel';
import { HttpAdapterHost } from '@nestjs/core';
import type { Socket } from 'node:net';
import { DataSource } from 'typeorm';
import { Gateway } from '../support/gateway.js';
import { insertSubscriptions } from '../support/many-rows.js';
import { createSubscription, hostedAccount } from '../support/steps.js';
import { until } from '../support/until.js';

describe('a request whose caller has disconnected', () => {
  let gateway: Gateway;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    gateway = await Gateway.start();
    gateway
      .get(HttpAdapterHost)
      .httpAdapter.getHttpServer()
      .on('connection', (socket: Socket) => sockets.push(socket));
    await insertSubscriptions(
      (...statement) => gateway.sql(...statement),
      20,
      (i) => `10.0.${i}.0/24`,
    );
  });
  afterAll(() => gateway.stop());

  const page = /SELECT .*deployment_cidr.* FROM .?subscription/;
  const query = `{ cloudSubscriptions(first: 20) { totalCount nodes { id cloudAccount { id subscriptions(first: 5) { nodes { id } } }
    provisioning { kind } overlappingSubscriptions(first: 5) { totalCount nodes { id } } } } }`;

  /** Counts statements of requests, and holds the first one that matches `which` until it is released. */
  function watchStatements(which: RegExp) {
    const dataSource = gateway.get(DataSource);
    const create = dataSource.createQueryRunner;
    const [reached, letGo] = [Promise.withResolvers<AbortSignal>(), Promise.withResolvers<void>()];
    const seen: string[] = [];
    let isHeld = false;
    dataSource.createQueryRunner = (mode) => {
      const runner = create.call(dataSource, mode);
      const query = runner.query.bind(runner) as (...given: unknown[]) => Promise<never>;
      runner.query = (async (statement: string, ...rest: unknown[]) => {
        const caller = currentCaller.getStore();
        const found = query(statement, ...rest);
        if (!caller) return found;
        seen.push(statement);
        found.catch((error: unknown) => error instanceof CallerGone && seen.splice(seen.indexOf(statement), 1));
        if (isHeld || !which.test(statement)) return found;
        isHeld = true;
        const answer = await found;
        reached.resolve(caller);
        await letGo.promise;
        return answer;
      }) as typeof runner.query;
      return runner;
    };
    return {
      seen,
      reached: reached.promise,
      letGo: letGo.resolve,
      stop: () => void (dataSource.createQueryRunner = create),
    };
  }

  const send = (query: string, variables: object, signal?: AbortSignal) =>
    fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify({ query, variables }),
      ...(signal && { signal }),
    }).then(
      (answer) => answer.json(),
      () => 'gone',
    );

  it('sends no further statement if it is a query', async () => {
    const whole = watchStatements(page);
    whole.letGo();
    await send(query, {});
    whole.stop();
    expect(whole.seen.length).toBeGreaterThan(5);

    const watch = watchStatements(page);
    const abort = new AbortController();
    const answer = send(query, {}, abort.signal);
    const caller = await watch.reached;
    abort.abort();
    expect(await answer).toBe('gone');
    await until('the gateway notices', () => caller.aborted);
    const before = watch.seen.length;
    watch.letGo();
    watch.stop();
    // These wait behind any further statement of the query.
    for (let i = 0; i < 10; i++) await gateway.ask('{ viewer { role } }');

    expect(before).toBeLessThan(whole.seen.length - 3);
    expect(watch.seen.length).toBeLessThanOrEqual(before);
  });

  it('is finished if it is a mutation that has begun, and its answer is stored', async () => {
    const input = { cloudAccountId: hostedAccount, name: 'Orders', region: 'us-east-1', idempotencyKey: 'an-order-1' };
    const watch = watchStatements(/INSERT INTO .?idempotency|INSERT INTO .?claim|SELECT .*FROM .?cloud_account/i);
    const abort = new AbortController();
    const answer = send(createSubscription, { input }, abort.signal);
    await watch.reached;
    abort.abort();
    expect(await answer).toBe('gone');
    await until('the connection is closed', () => sockets.some((socket) => socket.destroyed));
    watch.letGo();
    watch.stop();

    let kept: { id: string } | null = null;
    await until('the answer is kept', async () => {
      const { data } = await send(createSubscription, { input });
      kept = data.createSubscription.subscription;
      return kept !== null;
    });
    expect(kept).toMatchObject({ id: expect.any(String) });
    const [{ n }] = await gateway.sql("SELECT COUNT(*) AS n FROM subscription WHERE name = 'Orders'");
    expect(Number(n)).toBe(1);
  });
});
