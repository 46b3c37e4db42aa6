import { CredentialUseService } from '#libs/aws-credentials';
import { Gateway } from '../support/gateway.js';
import { hostedAccount, numberOf, sandboxKey, stepsWith, updateCloudAccount } from '../support/steps.js';

const uses = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  cloudAccount(id: $id) { name viewerCanSeeCredentialUses { isAllowed code }
    credentialUses(first: $first, after: $after, last: $last, before: $before) {
      totalCount pageInfo { hasNextPage endCursor } nodes { usedAt actorKind actorName purpose operationId result } } } }`;

describe('every use of a stored secret', () => {
  let gateway: Gateway;
  const { createAccount, deleteAccount, nextUser, readAccount, refusals, updateAccount } = stepsWith(() => gateway);

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  const usesOf = async (id: string, page: object = {}, key?: string) =>
    (await gateway.ask(uses, { id, ...page }, key)).cloudAccount.credentialUses;
  const rowOf = async (id: string) =>
    (await gateway.sql('SELECT * FROM aws_access_key WHERE cloud_account_id = ?', [numberOf(id)]))[0];
  /** Decrypts the stored secret of a new account. */
  const changeRole = { expectedVersion: 1, consoleRoleName: 'second-console-role' };

  describe('is recorded', () => {
    it('with actor, purpose and result, newest first', async () => {
      const { id } = await createAccount();
      expect(await usesOf(id)).toMatchObject({ totalCount: 0, nodes: [] });

      const manager = await gateway.newKey({ name: 'Somebody', role: 'MANAGER' });
      await updateAccount({ id, ...changeRole }, manager);
      await updateAccount({ id, expectedVersion: 2, consoleRoleName: 'console-role' });

      const { nodes, totalCount } = await usesOf(id, {}, manager);
      expect(totalCount).toBe(2);
      const use = { actorKind: 'API_KEY', purpose: 'CONSOLE_ROLE_CHANGE', result: 'DECRYPTED' };
      expect(nodes).toMatchObject([
        { ...use, actorName: 'First key' },
        { ...use, actorName: 'Somebody' },
      ]);
      const operations = nodes.map(({ operationId }: any) => operationId);
      expect(new Set(operations).size).toBe(2);
      for (const operation of operations) expect(operation).toMatch(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    });

    it('page by page', async () => {
      const { id } = await createAccount();
      for (let version = 1; version <= 5; version++)
        await updateAccount({ id, expectedVersion: version, consoleRoleName: version % 2 ? 'second-console-role' : 'console-role' }); // prettier-ignore
      const all = (await usesOf(id)).nodes.map(({ operationId }: any) => operationId);

      const first = await usesOf(id, { first: 3 });
      const rest = await usesOf(id, { first: 3, after: first.pageInfo.endCursor });
      expect([first, rest].map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, false]);
      expect([...first.nodes, ...rest.nodes].map(({ operationId }: any) => operationId)).toEqual(all);
      expect((await usesOf(id, { last: 2 })).nodes.map(({ operationId }: any) => operationId)).toEqual(all.slice(-2));
      const other = await createAccount();
      const { extensions } = await gateway.error(uses, { id: other.id, after: first.pageInfo.endCursor });
      expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', faults: [{ path: ['after'] }] });
    });

    it('before AWS is called, even if AWS then refuses', async () => {
      const { id } = await createAccount();
      await refusals(updateCloudAccount, { id, expectedVersion: 1, consoleRoleName: 'third-role' });

      expect((await usesOf(id)).nodes).toMatchObject([{ purpose: 'CONSOLE_ROLE_CHANGE', result: 'DECRYPTED' }]);
    });

    it('or the secret is not decrypted: a failed record prevents the use', async () => {
      const { id } = await createAccount();
      const before = await readAccount(id);
      await gateway.sql('ALTER TABLE credential_use RENAME TO hidden');
      try {
        const { body } = await gateway.send(updateCloudAccount, { input: { id, ...changeRole } });
        expect(body.errors).toMatchObject([{ extensions: { code: 'INTERNAL' } }]);
      } finally {
        await gateway.sql('ALTER TABLE hidden RENAME TO credential_use');
      }

      expect(await readAccount(id)).toEqual(before);
      await updateAccount({ id, ...changeRole });
    });

    it('and deleted after 90 days, not earlier, even if the account is deleted', async () => {
      const [gone, there] = [await createAccount(), await createAccount()];
      for (const { id } of [gone, there]) {
        await updateAccount({ id, ...changeRole });
        await updateAccount({ id, expectedVersion: 2, consoleRoleName: 'console-role' });
      }
      await deleteAccount(gone.id);
      const rows = () =>
        gateway.sql('SELECT id FROM credential_use WHERE cloud_account_id IN (?, ?) ORDER BY id', [
          numberOf(gone.id),
          numberOf(there.id),
        ]);
      const [first, second, third, fourth] = await rows();
      const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60 * 1000).toISOString().slice(0, 23).replace('T', ' '); // prettier-ignore
      for (const { id } of [first, third])
        await gateway.sql('UPDATE credential_use SET used_at = ? WHERE id = ?', [daysAgo(90.01), id]);
      for (const { id } of [second, fourth])
        await gateway.sql('UPDATE credential_use SET used_at = ? WHERE id = ?', [daysAgo(89.99), id]);

      await gateway.get(CredentialUseService).forgetOldUses();

      expect(await rows()).toEqual([second, fourth]);
    });
  });

  describe('is shown', () => {
    it('to MANAGERs and OWNERs, who can check that beforehand; a VIEWER gets the rest of the account', async () => {
      const account = await createAccount();
      await updateAccount({ id: account.id, ...changeRole });
      for (const role of ['MANAGER', 'OWNER'] as const) {
        const key = await gateway.newKey({ role });
        const { cloudAccount } = await gateway.ask(uses, { id: account.id }, key);
        expect(cloudAccount.viewerCanSeeCredentialUses).toEqual({ isAllowed: true, code: null });
        expect(cloudAccount.credentialUses.totalCount).toBe(1);
      }

      const { body } = await gateway.send(uses, { id: account.id }, await gateway.newKey({ role: 'VIEWER' }));
      expect(body.data.cloudAccount).toEqual({
        name: account.name,
        viewerCanSeeCredentialUses: { isAllowed: false, code: 'FORBIDDEN' },
        credentialUses: null,
      });
      expect(body.errors).toMatchObject([
        { path: ['cloudAccount', 'credentialUses'], extensions: { code: 'FORBIDDEN' } },
      ]);
    });

    it('to the tenant only, and a hosted account has none', async () => {
      const { id } = await createAccount();
      await updateAccount({ id, ...changeRole });
      const other = await gateway.anotherTenant();

      expect((await gateway.ask(uses, { id }, other)).cloudAccount).toBeNull();
      expect(await usesOf(hostedAccount, {}, other)).toMatchObject({ totalCount: 0, nodes: [] });
    });
  });

  describe('is refused when the stored data was', () => {
    const sealed = ({ sealed_secret, encryption_key_id }: any) => ({ sealed_secret, encryption_key_id });
    const put = (id: string, row: object) =>
      gateway.sql(
        `UPDATE aws_access_key SET ${Object.keys(row).map((column) => `${column} = ?`).join(', ')} WHERE cloud_account_id = ?`, // prettier-ignore
        [...Object.values(row), numberOf(id)],
      );
    const flipped = (record: Buffer, at: number) => {
      const copy = Buffer.from(record);
      copy[at]! ^= 1;
      return copy;
    };

    const tamperings: Record<string, (id: string, which: string) => Promise<unknown>> = {
      'altered in one bit of its ciphertext': async (id) => {
        const { sealed_secret: record } = await rowOf(id);
        await put(id, { sealed_secret: flipped(record, 30) });
      },
      'altered in one bit of its tag': async (id) => {
        const { sealed_secret: record } = await rowOf(id);
        await put(id, { sealed_secret: flipped(record, record.length - 1) });
      },
      'cut short': async (id) => put(id, { sealed_secret: (await rowOf(id)).sealed_secret.subarray(0, -1) }),
      'cut to nothing': (id) => put(id, { sealed_secret: Buffer.alloc(0) }),
      'exchanged for that of another account': async (id) => {
        const other = await createAccount();
        await put(id, sealed(await rowOf(other.id)));
      },
      "exchanged for another tenant's": async (id) => {
        const other = await createAccount({}, await gateway.anotherTenant());
        await put(id, sealed(await rowOf(other.id)));
      },
      'replaced by an older one of the same account': async (id, which) => {
        const older = await rowOf(id);
        await updateAccount({ id, expectedVersion: 1, credentials: sandboxKey('AGAIN', which) });
        await put(id, sealed(older));
        await updateAccount({ id, expectedVersion: 2, credentials: sandboxKey('WORKS', which) });
        await put(id, { ...sealed(older), version: 3 });
      },
    };

    it.each(Object.keys(tamperings))('%s', async (how) => {
      const which = nextUser();
      const { id } = await createAccount({ which });
      await tamperings[how]!(id, which);
      const before = await readAccount(id);
      const { totalCount } = await usesOf(id);

      const change = { id, expectedVersion: before.version, consoleRoleName: 'second-console-role' };
      const { updateCloudAccount: payload } = await gateway.ask(updateCloudAccount, { input: change });

      expect(payload).toEqual({
        cloudAccount: null,
        userErrors: [
          {
            __typename: 'GeneralUserError',
            code: 'CREDENTIALS_UNREADABLE',
            message: 'The stored credentials of the account cannot be decrypted.',
            path: ['input', 'credentials'],
            retryable: false,
            remediation: expect.stringMatching(/^Set the credentials of the account again/),
          },
        ],
      });
      expect(await readAccount(id)).toEqual(before);
      const after = await usesOf(id);
      expect(after.totalCount).toBe(totalCount + 1);
      expect(after.nodes[0]).toMatchObject({
        purpose: 'CONSOLE_ROLE_CHANGE',
        result: 'REJECTED',
        actorName: 'First key',
      });
      const [event] = await gateway.sql(
        "SELECT * FROM event WHERE subject_type = 'CloudAccount' AND subject_id = ? ORDER BY sequence DESC LIMIT 1",
        [numberOf(id)],
      );
      expect(event).toMatchObject({ type: 'CREDENTIALS_UNREADABLE', tenant_id: 2, actor_name: 'First key' });
      expect(JSON.parse(event.data)).toMatchObject({
        operationId: after.nodes[0].operationId,
        purpose: 'CONSOLE_ROLE_CHANGE',
        slot: 'CURRENT',
      });

      // The remediation, with the access key that was stored.
      const mended = await updateAccount({ ...change, credentials: sandboxKey('WORKS', which) });
      expect(mended.credentials.version).toBe(before.credentials.version + 1);
      await updateAccount({ id, expectedVersion: mended.version, consoleRoleName: 'console-role' });
    });
  });
});
