import DataLoader from 'dataloader';
import type { AccountsService } from './accounts.service.js';
import type { ApiKey, CloudAccount, Subscription } from './entities.js';
import type { SubscriptionsService } from './subscriptions.service.js';

/** What a request knows: its API key, and the loaders that resolvers make. */
export class RequestContext {
  private accounts?: DataLoader<number, CloudAccount | null>;
  private counts?: DataLoader<number, number>;
  private readonly newest = new Map<number, DataLoader<number, Subscription[]>>();

  constructor(readonly key: ApiKey) {}

  accountLoader(service: AccountsService) {
    return (this.accounts ??= new DataLoader((ids) => service.findMany(this.key, ids)));
  }

  countLoader(service: SubscriptionsService) {
    return (this.counts ??= new DataLoader((ids) => service.countsOf(this.key, ids)));
  }

  newestLoader(service: SubscriptionsService, first: number) {
    const loader = this.newest.get(first) ?? new DataLoader((ids) => service.newestOf(this.key, ids, first));
    this.newest.set(first, loader);
    return loader;
  }
}
