import { TenantService, type Tenant } from '#libs/access';
import { operator } from '#libs/events';
import { NotFound } from '#libs/kernel';
import type { Given, Run } from '../command.js';
import { iso, type Row } from '../rows.js';
import { withServices } from '../services.js';

export const list: Run = () =>
  withServices(async (service) =>
    (await service(TenantService).list()).map(({ id, name, createdAt, suspendedAt }) => ({
      id,
      name,
      state: suspendedAt ? 'SUSPENDED' : 'ACTIVE',
      created: iso(createdAt),
      suspended: iso(suspendedAt),
    })),
  );

export const rename: Run = (given) =>
  withServices(async (service) => {
    const [id, name] = [given.number('id'), given.text('name')];
    await service(TenantService).rename(operator, id, name);
    return [{ tenant: id, outcome: 'renamed' }];
  });

export const add: Run = async (given) => {
  const names = { tenant: given.text('name'), key: 'First key' };
  const output = given.secretOutput();
  return withServices(async (service) => {
    const { tenantId, token } = await service(TenantService).create(operator, names);
    return [{ tenant: tenantId, ...output.put(token) }];
  });
};

export const suspend = change((tenants, id) => tenants.suspend(operator, id), 'suspended');
export const resume = change((tenants, id) => tenants.resume(operator, id), 'active');
export const remove = change((tenants, id) => tenants.remove(operator, id), 'removed');

/** Command for the tenant of --id or --name. */
function change(apply: (tenants: TenantService, id: number) => Promise<Tenant>, outcome: string): Run {
  return async (given) => {
    if (given.has('id') === given.has('name')) throw given.usage('Specify either --id or --name.');
    return withServices(async (service): Promise<Row[]> => {
      const tenants = service(TenantService);
      const { id, name } = await apply(tenants, await idOf(tenants, given));
      return [{ tenant: id, name, outcome }];
    });
  };
}

/** @throws NotFound */
async function idOf(tenants: TenantService, given: Given): Promise<number> {
  if (given.has('id')) return given.number('id');
  const tenant = await tenants.findByName(given.text('name'));
  if (!tenant) throw new NotFound('tenant', ['name']);
  return tenant.id;
}
