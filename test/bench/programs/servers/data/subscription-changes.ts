import type { Viewer } from './api-keys.js';
import { database, type Statements } from './database.js';
import { idOf } from './ids.js';

export interface NewSubscription {
  readonly cloudAccountId: string;
  readonly name: string;
  readonly region: string;
}

export interface ChangedSubscription {
  readonly id: number;
  readonly name: string;
  readonly status: string;
}

/** The message is the code of the gateway's error. */
export class Refused extends Error {}

const subjectType = 'CloudSubscription';

interface Recorded {
  readonly id: number;
  readonly name: string;
  readonly region: string;
  readonly cloudAccountId: number;
}

/** As the gateway: the account is held, its state and health are checked, and the event is written in the same transaction. */
export function createSubscription(viewer: Viewer, input: NewSubscription): Promise<ChangedSubscription> {
  refuseViewer(viewer);
  const { name, region } = input;
  const cloudAccountId = idOf('CloudAccount', input.cloudAccountId);
  return database.transaction(async (statements) => {
    const [account] = await statements.query<{ status: string; state: string | null }>(
      `SELECT status, (SELECT state FROM cloud_account_health h WHERE h.cloud_account_id = cloud_account.id) AS state
       FROM cloud_account WHERE id = ? AND (tenant_id = ? OR ownership = 'HOSTED')${statements.forUpdate}`,
      [cloudAccountId, viewer.tenantId],
    );
    if (!account) throw new Refused('CLOUD_ACCOUNT_NOT_FOUND');
    if (account.status !== 'ACTIVE') throw new Refused('CLOUD_ACCOUNT_NOT_ACTIVE');
    if (account.state === 'BROKEN') throw new Refused('CLOUD_ACCOUNT_BROKEN');

    const now = new Date();
    const id = await statements.run(
      `INSERT INTO subscription (tenant_id, cloud_account_id, name, region, status, tags, version, created_at, updated_at)
       VALUES (?, ?, ?, ?, 'PENDING', '[]', 1, ?, ?)`,
      [viewer.tenantId, cloudAccountId, name, region, now, now],
    );
    await statements.run(
      `INSERT INTO provisioning_work (subscription_id, kind, created_at, claims, progress, next_attempt_at)
       VALUES (?, 'BUILD', ?, 0, 0, ?)`,
      [id, now, now],
    );
    await record(statements, viewer, 'SUBSCRIPTION_CREATED', { id, name, region, cloudAccountId }, now);
    return { id, name, status: 'PENDING' };
  });
}

/** Ends a subscription that no provisioner has claimed. The account is locked last, because its deletion can be scheduled. */
export function deleteSubscription(viewer: Viewer, input: { readonly id: string }): Promise<ChangedSubscription> {
  refuseViewer(viewer);
  const id = idOf(subjectType, input.id);
  return database.transaction(async (statements) => {
    const { forUpdate } = statements;
    const [row] = await statements.query<Recorded & { status: string }>(
      `SELECT id, name, region, status, cloud_account_id AS cloudAccountId FROM subscription
       WHERE tenant_id = ? AND id = ?${forUpdate}`,
      [viewer.tenantId, id],
    );
    if (!row) throw new Refused('SUBSCRIPTION_NOT_FOUND');
    if (row.status === 'DELETED') throw new Refused('SUBSCRIPTION_ALREADY_ENDED');
    const [work] = await statements.query<{ claims: number }>(
      `SELECT claims FROM provisioning_work WHERE subscription_id = ?${forUpdate}`,
      [id],
    );
    if (row.status !== 'PENDING' || work?.claims !== 0) throw new Error('The benchmark ends only what is not begun.');

    const now = new Date();
    await statements.run(
      `UPDATE subscription SET status = 'DELETED', version = version + 1, updated_at = ?, ended_at = ?, end_reason = 'DELETED'
       WHERE id = ?`,
      [now, now, id],
    );
    await statements.run('DELETE FROM provisioning_work WHERE subscription_id = ?', [id]);
    await record(statements, viewer, 'SUBSCRIPTION_ENDED', row, now);
    const [account] = await statements.query<{ status: string }>(
      `SELECT status FROM cloud_account WHERE id = ?${forUpdate}`,
      [row.cloudAccountId],
    );
    if (account?.status === 'DELETING_WHEN_UNUSED') throw new Error('No account of the benchmark is being deleted.');
    return { id, name: row.name, status: 'DELETED' };
  });
}

function refuseViewer({ role }: Viewer): void {
  if (role === 'VIEWER') throw new Refused('FORBIDDEN');
}

async function record(
  statements: Statements,
  { tenantId, apiKeyId, apiKeyName }: Viewer,
  type: string,
  { id, name, region, cloudAccountId }: Recorded,
  now: Date,
): Promise<void> {
  await statements.run(
    `INSERT INTO event (tenant_id, subject_type, subject_id, sequence, type, actor_kind, actor_id, actor_name, data, happened_at)
     SELECT ?, ?, ?, COALESCE(MAX(sequence), 0) + 1, ?, 'API_KEY', ?, ?, ?, ? FROM event WHERE subject_type = ? AND subject_id = ?`,
    [
      ...[tenantId, subjectType, id, type, apiKeyId, apiKeyName],
      ...[JSON.stringify({ name, region, cloudAccountId }), now, subjectType, id],
    ],
  );
}
