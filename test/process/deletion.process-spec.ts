import { setTimeout as wait } from 'node:timers/promises';
import { cliAnswer } from '../support/cli.js';
import { databaseKinds, usePlaces } from '../support/places.js';
import type { GatewayProcess, Place } from '../support/process.js';
import * as steps from '../support/steps.js';

const request =
  'mutation ($input: ForceDetachCloudAccountInput!) { forceDetachCloudAccount(input: $input) { userErrors { code } } }';
const approve =
  'mutation ($input: ApproveForceDetachInput!) { approveForceDetach(input: $input) { userErrors { code } } }';
const env = { AWS_SANDBOX: 'on' };
const each = 12;

/** Accounts in use: half of them wait for their last subscription, the others for an approval. */
async function prepare(gateway: GatewayProcess, place: Place) {
  const [{ key: another }] = await cliAnswer(
    place,
    ...['api-keys', 'create', '--tenant', '2', '--name', 'Another', '--role', 'OWNER'],
  );
  const prepared = await Promise.all(
    Array.from({ length: 2 * each }, async (_, i) => {
      const created = await gateway.ask(steps.createCloudAccount, { input: steps.newAccount(steps.suffix(i + 1)) });
      const { id, name } = created.createCloudAccount.cloudAccount;
      const input = { cloudAccountId: id, name: 'Orders', region: 'us-east-1' };
      const { createSubscription } = await gateway.ask(steps.createSubscription, { input });
      const isWaiting = i < each;
      if (isWaiting) await gateway.ask(steps.deleteCloudAccount, { input: { id, mode: 'WHEN_UNUSED' } });
      else await gateway.ask(request, { input: { id, name, reason: 'A test.' } });
      return { id, subscription: createSubscription.subscription.id, isWaiting };
    }),
  );
  return { prepared, another };
}

describe.each(databaseKinds)('A kill -9 on %s', (kind) => {
  const newPlace = usePlaces();

  it('during deletions keeps each account with its subscription, or neither', async () => {
    const place = await newPlace(kind);
    const first = await place.start(env);
    const { prepared, another } = await prepare(first, place);

    const told = Promise.allSettled(
      prepared.map(({ id, subscription, isWaiting }) =>
        isWaiting
          ? first.ask(steps.deleteSubscription, { input: { id: subscription } })
          : first.ask(approve, { input: { id } }, another),
      ),
    );
    await wait(60 * Math.random());
    await first.kill();
    const done = (await told).map(({ status }) => status === 'fulfilled');
    await place.start(env);

    expect(await cliAnswer(place, 'doctor')).toEqual([]);
    const rows = await place.rows(
      `SELECT s.cloud_account_id AS account, s.status, s.end_reason, a.id AS standing, d.kind FROM subscription s
       LEFT JOIN cloud_account a ON a.id = s.cloud_account_id LEFT JOIN deleted_cloud_account d ON d.id = s.cloud_account_id`,
    );
    expect(rows).toHaveLength(2 * each);
    prepared.forEach(({ id, isWaiting }, i) => {
      const { status, end_reason, standing, kind } = rows.find(({ account }) => account === steps.numberOf(id))!;
      const gone = isWaiting ? ['DELETED', 'DELETED', 'WHEN_UNUSED'] : ['DELETED', 'ABANDONED', 'FORCE_DETACH'];
      const isGone = standing === null;
      expect([status, end_reason, kind]).toEqual(isGone ? gone : ['PENDING', null, null]);
      if (done[i]) expect(isGone).toBe(true);
    });
  });
});
