import { randomUUID } from 'node:crypto';
import { TenantService } from '#libs/access';
import { operator } from '#libs/events';
import { StoredKeys } from '#libs/encryption';
import { UnitOfWork } from '#libs/kernel';
import { CloudAccounts } from '../../libs/cloud-accounts/src/cloud-accounts.js';
import { itBehavesLikeCloudAccounts } from '../../libs/cloud-accounts/src/testing/cloud-accounts.contract.js';
import { itBehavesLikeStoredKeys } from '../../libs/encryption/src/testing/stored-keys.contract.js';
import { Gateway } from '../support/gateway.js';

// Same contracts as for the collections in memory, for those that the gateway uses.
describe('in the database', () => {
  let gateway: Gateway;
  let tenantIds: [number, number];

  beforeAll(async () => {
    gateway = await Gateway.start();
    const tenants = gateway.get(TenantService);
    const open = async () =>
      (await tenants.create(operator, { tenant: `Tenant ${randomUUID()}`, key: 'Its key' })).tenantId;
    tenantIds = [await open(), await open()];
  });
  afterAll(() => gateway.stop());

  describe('cloud accounts', () => {
    itBehavesLikeCloudAccounts(async () => {
      await gateway.sql('DELETE FROM cloud_account WHERE id <> 1');
      return { accounts: gateway.get(CloudAccounts), unitOfWork: gateway.get(UnitOfWork), tenantIds };
    });
  });

  describe('stored keys', () => {
    itBehavesLikeStoredKeys(async () => {
      for (const table of ['encryption_key', 'key_canary']) await gateway.sql(`DELETE FROM ${table}`);
      const storedKeys = gateway.get(StoredKeys);
      for (const kekId of ['kek-00000001', 'kek-00000002'])
        await storedKeys.admit({ kekId, canary: Buffer.alloc(60), admittedAt: new Date() });
      return storedKeys;
    });
  });
});
