import { CloudAccountDeletionService, HostedAccountsService, type CloudProvider } from '#libs/cloud-accounts';
import { operator } from '#libs/events';
import type { Run } from '../command.js';
import { withServices } from '../services.js';

export const list: Run = () =>
  withServices(async (service) =>
    (await service(HostedAccountsService).list()).map(
      ({ account: { id, name, provider, region, status }, activeSubscriptions }) => ({
        ...{ id, name, provider, region, status },
        'active subscriptions': activeSubscriptions,
      }),
    ),
  );

export const add: Run = (given) =>
  withServices(async (service) => {
    const provider = given.oneOf<CloudProvider>('provider');
    const details = { name: given.text('name'), provider, region: given.text('region') };
    return [{ id: (await service(HostedAccountsService).add(operator, details)).id }];
  });

export const retire: Run = (given) =>
  withServices(async (service) => {
    const id = given.number('id');
    const isGone = await service(CloudAccountDeletionService).retireHosted(operator, id);
    return [{ id, outcome: isGone ? 'deleted' : 'is deleted after its last active subscription ends' }];
  });
