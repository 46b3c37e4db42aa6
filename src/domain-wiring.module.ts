import { AccessModule, ApiKeyNodes } from '#libs/access';
import { ActiveSubscriptions, CloudAccountNodes, CloudAccountsModule } from '#libs/cloud-accounts';
import { SubscriptionNodes, SubscriptionsModule, SubscriptionsOfAccount } from '#libs/subscriptions';
import { Global, Module } from '@nestjs/common';
import { NodeSources } from './graphql/node.resolver.js';

/**
 * Which domain answers which question of another: the only place where a domain is told about one that depends on it.
 * A question without an answer stops the start.
 */
@Global()
@Module({
  imports: [AccessModule, CloudAccountsModule, SubscriptionsModule],
  providers: [
    { provide: ActiveSubscriptions, useExisting: SubscriptionsOfAccount },
    {
      provide: NodeSources,
      inject: [ApiKeyNodes, CloudAccountNodes, SubscriptionNodes],
      useFactory: (...sources: NodeSources['sources']) => new NodeSources(sources),
    },
  ],
  exports: [ActiveSubscriptions, NodeSources],
})
export class DomainWiringModule {}
