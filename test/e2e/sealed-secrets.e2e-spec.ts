import { jest } from '@jest/globals';
import { SealedSecrets } from '#libs/aws-credentials';
import { Keychain, EncryptionKeyRotation } from '#libs/encryption';
import { operator } from '#libs/events';
import { StoredAccessKeys } from '../../libs/aws-credentials/src/access-keys/stored-access-keys.js';
import { Gateway } from '../support/gateway.js';
import { numberOf, sandboxKey, stepsWith } from '../support/steps.js';

describe('encrypting every secret with a new key of its tenant', () => {
  let gateway: Gateway;
  const { createAccount, deleteAccount, nextUser, updateAccount } = stepsWith(() => gateway);

  beforeAll(async () => (gateway = await Gateway.start()));
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => gateway.stop());

  const rowOf = async (id: string) =>
    (await gateway.sql('SELECT * FROM aws_access_key WHERE cloud_account_id = ?', [numberOf(id)]))[0];
  const reseal = async () => {
    const rotation = gateway.get(EncryptionKeyRotation);
    for (const key of await rotation.newestTenantKeys()) await gateway.get(Keychain).renewTenantKey(key);
    const newest = new Map((await rotation.newestTenantKeys()).map((key) => [key.tenantId!, key.id]));
    return gateway.get(SealedSecrets).reseal(newest, operator, () => undefined);
  };
  /** Runs `act` after the secret of the account was decrypted, before it is stored. */
  const onceOpened = (id: string, act: () => Promise<unknown>) => {
    const secrets = gateway.get(SealedSecrets) as unknown as { open: (...given: any[]) => Promise<unknown> };
    const open = secrets.open.bind(secrets);
    let isDone = false;
    jest.spyOn(secrets, 'open').mockImplementation(async (key: any, actor) => {
      const secret = await open(key, actor);
      if (key.cloudAccountId === numberOf(id) && !isDone) {
        isDone = true;
        await act();
      }
      return secret;
    });
  };
  /** Whether each attempt to store the account's secret succeeded. */
  const attempts = (id: string) => {
    const stored = gateway.get(StoredAccessKeys);
    const write = stored.reseal.bind(stored);
    const outcomes: boolean[] = [];
    jest.spyOn(stored, 'reseal').mockImplementation(async (seen, sealed) => {
      const isWritten = await write(seen, sealed);
      if (seen.cloudAccountId === numberOf(id)) outcomes.push(isWritten);
      return isWritten;
    });
    return outcomes;
  };
  const opens = async (id: string, expectedVersion: number) =>
    (await updateAccount({ id, expectedVersion, consoleRoleName: 'second-console-role' })).credentials.version;

  it('changes nothing else, and every secret can be decrypted', async () => {
    const { id } = await createAccount();
    const before = await rowOf(id);

    const { secrets, unreadable } = await reseal();

    const after = await rowOf(id);
    expect([secrets, unreadable]).toEqual([1, []]);
    expect(after.encryption_key_id).toBeGreaterThan(before.encryption_key_id);
    const changed = { encryption_key_id: 0, sealed_secret: 0 };
    expect({ ...after, ...changed }).toEqual({ ...before, ...changed });
    expect(await opens(id, 1)).toBe(1);
  });

  it('skips a secret that was replaced at that moment', async () => {
    const which = nextUser();
    const { id } = await createAccount({ which });
    onceOpened(id, () => updateAccount({ id, expectedVersion: 1, credentials: sandboxKey('AGAIN', which) }));
    const outcomes = attempts(id);

    const { unreadable } = await reseal();

    expect(unreadable).toEqual([]);
    expect(outcomes).toEqual([false]);
    expect(await rowOf(id)).toMatchObject({ version: 2, access_key_id: `AKIASANDBOXAGAIN${which}` });
    expect(await opens(id, 2)).toBe(2);
  });

  it('continues when an account is deleted in the meantime', async () => {
    const [{ id }, other] = [await createAccount(), await createAccount()];
    onceOpened(id, () => deleteAccount(id));

    expect((await reseal()).unreadable).toEqual([]);
    expect(await rowOf(id)).toBeUndefined();
    expect(await opens(other.id, 1)).toBe(1);
  });
});
