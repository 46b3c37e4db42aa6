import { ForceDetachService } from '#libs/cloud-accounts';
import { operator } from '#libs/events';
import { accountOf } from '../account.js';
import type { Run } from '../command.js';
import { iso } from '../rows.js';
import { withServices } from '../services.js';

export const list: Run = () =>
  withServices(async (service) => {
    const forceDetach = service(ForceDetachService);
    return Promise.all(
      (await forceDetach.all()).map(async (request) => ({
        account: request.cloudAccountId,
        tenant: request.tenantId,
        'requested by': request.requestedByName,
        reason: request.reason,
        blockers: request.blockerCount,
        requested: iso(request.requestedAt),
        expires: iso(request.expiresAt),
        'void because': (await forceDetach.faultsIn([request]))[0]!,
      })),
    );
  });

export const approve: Run = async (given) => {
  const id = accountOf(given);
  return withServices(async (service) => {
    const done = await service(ForceDetachService).approveAsOperator(operator, id);
    return [
      { account: done.cloudAccountId, outcome: 'deleted', 'abandoned subscriptions': done.abandonedSubscriptionCount },
    ];
  });
};
