import { AccessService } from '#libs/access';
import { operator } from '#libs/events';
import type { Run } from '../command.js';
import { iso } from '../rows.js';
import { withServices } from '../services.js';

export const list: Run = () =>
  withServices(async (service) =>
    (await service(AccessService).listTenants()).map(({ id, name, createdAt }) => ({
      id,
      name,
      created: iso(createdAt),
    })),
  );

export const rename: Run = (given) =>
  withServices(async (service) => {
    const [id, name] = [given.number('id'), given.text('name')];
    await service(AccessService).renameTenant(operator, id, name);
    return [{ tenant: id, outcome: 'renamed' }];
  });

export const add: Run = async (given) => {
  const names = { tenant: given.text('name'), key: 'First key' };
  const output = given.secretOutput();
  return withServices(async (service) => {
    const { tenantId, token } = await service(AccessService).openTenant(operator, names);
    return [{ tenant: tenantId, ...output.put(token) }];
  });
};
