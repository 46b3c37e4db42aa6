import { itBehavesLikeCloudAccounts } from './cloud-accounts.contract.js';
import { InMemoryCloudAccounts } from './in-memory-cloud-accounts.js';
import { InMemoryUnitOfWork } from './in-memory-unit-of-work.js';

describe('cloud accounts in memory', () => {
  itBehavesLikeCloudAccounts(async () => {
    const accounts = new InMemoryCloudAccounts();
    return { accounts, unitOfWork: new InMemoryUnitOfWork([accounts]), tenantIds: [7, 8] };
  });
});
