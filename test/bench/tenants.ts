// Creates the number of tenants in its argument, in the database of the environment. Prints their IDs and API keys, and
// the key with which API keys are hashed, as JSON.
import 'reflect-metadata';
import { TenantService } from '#libs/access';
import { Keychain } from '#libs/encryption';
import { operator } from '#libs/events';
import { withServices } from '../../src/cli/services.js';
import type { Tenant } from './seed.js';

export interface OpenedTenants {
  readonly tenants: readonly Tenant[];
  readonly pepper: string;
}

const opened = await withServices(async (service): Promise<OpenedTenants> => {
  const tenants: Tenant[] = [];
  for (let i = 1; i <= Number(process.argv[2]); i++) {
    const names = { tenant: `Tenant ${i}`, key: 'Benchmark' };
    const { tenantId, token } = await service(TenantService).create(operator, names);
    tenants.push({ id: tenantId, key: token.reveal() });
  }
  const pepper = await service(Keychain).gatewayKey('api-key');
  return { tenants, pepper: pepper.toString('hex') };
});
console.log(JSON.stringify(opened));
