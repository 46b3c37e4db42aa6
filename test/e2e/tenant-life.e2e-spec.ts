import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { ApiKeyService, newApiKeyToken, TenantChangeRefused, TenantContents, TenantService } from '#libs/access';
import { RotationPace } from '#libs/aws-credentials';
import { operator } from '#libs/events';
import { jest } from '@jest/globals';
import { withChecksum } from '../../libs/access/src/api-key-token.js';
import { database, Gateway } from '../support/gateway.js';
import {
  createApiKey,
  hostedAccount,
  issueExternalId,
  newAccount,
  numberOf,
  sandboxKey,
  stepsWith,
} from '../support/steps.js';
import { until } from '../support/until.js';

const claimWork = `mutation { claimProvisioningWork(input: { limit: 10, leaseSeconds: 300 }) {
  work { subscriptionId claimId kind } userErrors { code } } }`;
const complete = `mutation ($input: CompleteProvisioningInput!) { completeProvisioning(input: $input) { status userErrors { code } } }`;

/** What happens to the rows of a tenant. A new table with a `tenant_id` that is missing here fails a test. */
const tables = {
  /** A tenant with such a row is not removed. */
  kept: ['cloud_account', 'deleted_cloud_account', 'external_id', 'subscription'],
  /** Rows exist only for a tenant that has a row in one of the tables above. */
  keptWithThem: [
    'aws_access_key',
    'aws_access_role',
    'cloud_account_health',
    'credential_trial',
    'credential_use',
    'drift_finding',
    'drift_watch',
    'encryption_key',
    'force_detach_request',
    'key_rotation',
    'key_rotation_policy',
    'provisioned_resource',
  ],
  removed: ['api_key'],
  /** Events are kept after a removal; answers are deleted after a day. */
  left: ['event', 'idempotency_claim'],
};

describe('A tenant', () => {
  let gateway: Gateway;
  let tenants: TenantService;
  const steps = stepsWith(() => gateway);
  const { createQuickAccount, createSubscription, deleteAccount, endSubscription } = steps;
  beforeAll(async () => {
    gateway = await Gateway.start({ FAILED_API_KEYS_PER_MINUTE: '30', TRUSTED_PROXIES: '127.0.0.0/8' });
    tenants = gateway.get(TenantService);
  });
  afterAll(() => gateway.stop());

  const open = async () => {
    const names = { tenant: `Tenant ${randomUUID()}`, key: 'Its key' };
    const { tenantId, token } = await tenants.create(operator, names);
    return { id: tenantId, name: names.tenant, key: token.reveal() };
  };
  const issue = async (tenantId: number, change: object = {}) => {
    const key = {
      name: 'Another',
      role: 'OWNER',
      lifetime: 1,
      allowedCidrs: [],
      canIntrospect: false,
      ...change,
    } as const;
    const { apiKey, token } = await gateway.get(ApiKeyService).issue(operator, tenantId, key);
    return { id: apiKey.id, secret: token.reveal() };
  };
  const refusal = async (key: string, from = '127.0.0.1') => {
    const { status, body } = await gateway.post(JSON.stringify({ query: '{ viewer { role } }' }), key, {
      'x-forwarded-for': from,
    });
    return status === 200 ? null : body.errors[0].extensions.reason;
  };
  const events = async (id: number) => {
    const rows = await gateway.sql(
      "SELECT type, sequence, actor_kind, tenant_id FROM event WHERE subject_type = 'Tenant' AND subject_id = ? ORDER BY sequence",
      [id],
    );
    expect(rows.map(({ sequence }: any) => sequence)).toEqual(rows.map((_: unknown, i: number) => i + 1));
    expect(new Set(rows.map(({ tenant_id }: any) => tenant_id))).toEqual(new Set([id]));
    return rows.slice(1).map(({ type, actor_kind }: any) => `${type} ${actor_kind}`);
  };

  describe('that is suspended', () => {
    it('has no valid API key, until it is resumed', async () => {
      const [{ id, key }, other] = [await open(), await open()];
      const viewer = await issue(id, { role: 'VIEWER' });
      expect(await refusal(key)).toBeNull();

      await tenants.suspend(operator, id);
      const later = await issue(id);
      expect([await refusal(key), await refusal(viewer.secret), await refusal(later.secret)]).toEqual(
        Array(3).fill('TENANT_SUSPENDED'),
      );
      expect(await refusal(other.key)).toBeNull();
      expect(await tenants.find(id)).toMatchObject({ suspendedAt: expect.any(Date) });

      await tenants.resume(operator, id);
      expect([await refusal(key), await refusal(viewer.secret), await refusal(later.secret)]).toEqual([
        null,
        null,
        null,
      ]);
      expect(await tenants.find(id)).toMatchObject({ suspendedAt: null });
    });

    it('learns that only with a complete and otherwise valid API key from an allowed address', async () => {
      const { id, key } = await open();
      const [revoked, bound] = [await issue(id), await issue(id, { allowedCidrs: ['203.0.113.0/24'] })];
      await gateway.get(ApiKeyService).revokeInAllTenants(operator, revoked.id);
      await tenants.suspend(operator, id);
      const wrongSecret = withChecksum(key.slice(0, 17) + newApiKeyToken().token.reveal().slice(17, -6));

      expect(await refusal(wrongSecret)).toBe('UNKNOWN');
      expect(await refusal(revoked.secret)).toBe('REVOKED');
      expect(await refusal(bound.secret)).toBe('UNKNOWN');
      expect(await refusal(bound.secret, '203.0.113.7')).toBe('TENANT_SUSPENDED');
    });

    it('has API keys that do not count as guesses', async () => {
      const { id, key } = await open();
      await tenants.suspend(operator, id);

      for (let i = 0; i < 40; i++) expect(await refusal(key, '198.51.100.1')).toBe('TENANT_SUSPENDED');

      expect(await refusal((await open()).key, '198.51.100.1')).toBeNull();
    });

    it('starts no change any more, even in the middle of a document', async () => {
      const { id, key } = await open();
      const which = steps.nextUser();
      const asked = gateway.send(
        `mutation ($account: CreateCloudAccountInput!) {
           createCloudAccount(input: $account) { cloudAccount { name } userErrors { code } }
           createApiKey(input: { name: "Kept", role: OWNER }) { secret }
         }`,
        {
          account: { ...newAccount(which), credentials: sandboxKey('LATER', which) },
        },
        key,
      );
      await until('its key was looked at', async () => {
        const [{ n }] = await gateway.sql('SELECT COUNT(*) AS n FROM api_key WHERE tenant_id = ? AND last_used_at IS NOT NULL', [id]); // prettier-ignore
        return Number(n) === 1;
      });
      await tenants.suspend(operator, id);

      const { body } = await asked;
      expect(body.data.createApiKey).toBeNull();
      const refused = { path: ['createApiKey'], extensions: { code: 'UNAUTHENTICATED', reason: 'TENANT_SUSPENDED' } };
      expect(body.errors.at(-1)).toMatchObject(refused);
    });

    it('is suspended once, and resumed once', async () => {
      const { id } = await open();
      const { suspendedAt } = await tenants.suspend(operator, id);
      expect(await tenants.suspend(operator, id)).toMatchObject({ suspendedAt });
      await tenants.resume(operator, id);
      await tenants.resume(operator, id);

      expect(await events(id)).toEqual(['TENANT_SUSPENDED OPERATOR', 'TENANT_RESUMED OPERATOR']);
    });

    it('gets no new work done, but current work is finished', async () => {
      const provisioner = (await issue(1, { role: 'PROVISIONER' })).secret;
      const [{ id, key }, other] = [await open(), await open()];
      const begun = await createSubscription(hostedAccount, key);
      const claimed = async () => {
        const { claimProvisioningWork } = await gateway.ask(claimWork, {}, provisioner);
        return claimProvisioningWork.work;
      };
      const [work] = await claimed();
      const ids = async () => (await claimed()).map(({ subscriptionId }: any) => subscriptionId);
      const later = await createSubscription(hostedAccount, key);
      await tenants.suspend(operator, id);
      const others = await createSubscription(hostedAccount, other.key);

      expect(await ids()).toEqual([others.id]);
      expect(work.subscriptionId).toBe(begun.id);
      const input = { subscriptionId: work.subscriptionId, claimId: work.claimId };
      expect(await gateway.ask(complete, { input }, provisioner)).toEqual({
        completeProvisioning: { status: 'ACTIVE', userErrors: [] },
      });
      expect(await ids()).toEqual([]);

      await tenants.resume(operator, id);
      expect(await ids()).toEqual([later.id]);
    });

    it('still has its accounts checked, and rotations completed', async () => {
      Object.assign(gateway.get(RotationPace), { grace: 300, settling: 50, overlap: 20, retry: 20, longestRetry: 100 });
      gateway.aws.propagationTakes(0);
      const { id, key } = await open();
      const account = await steps.createAccount({}, key);
      const number = numberOf(account.id);
      const { rotateAwsCredentials } = await gateway.ask(
        `mutation { rotateAwsCredentials(input: { id: "${account.id}", expectedVersion: ${account.version} }) { userErrors { code } } }`,
        {},
        key,
      );
      expect(rotateAwsCredentials.userErrors).toEqual([]);
      await tenants.suspend(operator, id);
      await gateway.sql("UPDATE cloud_account_health SET next_attempt_at = '2026-01-01 00:00:00.000' WHERE cloud_account_id = ?", [number]); // prettier-ignore

      await until('the rotation is over', async () => {
        const [{ ended }] = await gateway.sql('SELECT ended_at AS ended FROM key_rotation WHERE cloud_account_id = ?', [number]); // prettier-ignore
        return ended !== null;
      });
      await until('the account is checked', async () => {
        const due =
          "SELECT cloud_account_id FROM cloud_account_health WHERE cloud_account_id = ? AND next_attempt_at < '2026-02-01'";
        return (await gateway.sql(due, [number])).length === 0;
      });
    });
  });

  describe('that is removed', () => {
    const refusalToRemove = async (id: number) => {
      const error = await tenants.remove(operator, id).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(TenantChangeRefused);
      return (error as Error).message;
    };

    it('is deleted with its API keys, and its events are kept', async () => {
      const { id, key } = await open();
      await gateway.ask(createApiKey, { input: { name: 'Spare', role: 'VIEWER', idempotencyKey: randomUUID() } }, key);
      await tenants.suspend(operator, id);

      await tenants.remove(operator, id);

      expect(await tenants.find(id)).toBeNull();
      expect(await refusal(key)).toBe('UNKNOWN');
      expect(await events(id)).toEqual(['TENANT_SUSPENDED OPERATOR', 'TENANT_REMOVED OPERATOR']);
      for (const table of Object.values(tables).flat()) {
        const [{ n }] = await gateway.sql(`SELECT COUNT(*) AS n FROM ${table} WHERE tenant_id = ?`, [id]);
        expect([table, Number(n) > 0]).toEqual([table, tables.left.includes(table)]);
      }
    });

    it('has no data that must be kept, of any kind', async () => {
      const { id, key } = await open();
      const suspend = `Suspend the tenant instead: \`cloud-account-gateway tenants suspend --id ${id}\`.`;
      const account = await createQuickAccount({}, key);
      const subscription = await createSubscription(hostedAccount, key);
      expect(await refusalToRemove(id)).toBe(
        `Tenant ${id} cannot be removed: it has 1 cloud account, 1 active subscription. Delete its cloud accounts with \`deleteCloudAccount\`. End its subscriptions with \`deleteSubscription\`, and wait until they are DELETED.`,
      );

      await deleteAccount(account.id, key);
      await endSubscription(subscription.id, key);
      for (let i = 0; i < 2; i++) await gateway.ask(issueExternalId, { input: {} }, key);
      const records = '1 record of a deleted cloud account, 1 ended subscription, 2 issued external IDs';
      expect(await refusalToRemove(id)).toBe(
        `Tenant ${id} cannot be removed: it has ${records}. Audits need ${records}: such records are never removed. ${suspend}`,
      );
      expect(await refusal(key)).toBeNull();
    });

    it('is looked for in every table with rows of tenants', async () => {
      const found = await gateway.sql(
        database === 'SQLite'
          ? "SELECT m.name AS name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'tenant_id'"
          : "SELECT TABLE_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND COLUMN_NAME = 'tenant_id'",
      );

      expect(found.map(({ name }: { name: string }) => name).toSorted()).toEqual(
        Object.values(tables).flat().toSorted(),
      );
    });

    it('gets no new data between the check and the removal', async () => {
      const { id, key } = await open();
      const contents = gateway.get(TenantContents);
      const look = contents.of.bind(contents);
      let sent!: ReturnType<Gateway['send']>;
      const spy = jest.spyOn(contents, 'of').mockImplementation(async (tenant) => {
        const found = await look(tenant);
        sent = gateway.send(issueExternalId, { input: {} }, key);
        await Promise.race([sent, wait(300)]); // on MariaDB it waits for the tenant
        return found;
      });
      try {
        expect(await tenants.remove(operator, id)).toMatchObject({ id });
      } finally {
        spy.mockRestore();
      }

      expect((await sent).body.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', reason: 'UNKNOWN' } }]);
      expect(await gateway.sql('SELECT id FROM external_id WHERE tenant_id = ?', [id])).toEqual([]);
    });

    it('is not the only one, which the next start would create again', async () => {
      const fresh = await Gateway.start();
      try {
        const remove = () => fresh.get(TenantService).remove(operator, 2);
        await expect(remove()).rejects.toThrow(/^Tenant 2 is the only one\. .* Add another tenant first\.$/);
        await fresh.anotherTenant();
        expect(await remove()).toMatchObject({ id: 2 });
      } finally {
        await fresh.stop();
      }
    });
  });

  it('of the operator can be neither suspended nor removed', async () => {
    const refused = (change: string) => new RegExp(`^Tenant 1 is the operator's own: it cannot be ${change}\\.`);

    await expect(tenants.suspend(operator, 1)).rejects.toThrow(refused('suspended'));
    await expect(tenants.remove(operator, 1)).rejects.toThrow(refused('removed'));
    expect(await tenants.find(1)).toMatchObject({ suspendedAt: null });
  });
});
