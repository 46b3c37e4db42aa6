import { AccessModule, ApiKeyNodes } from '#libs/access';
import {
  AccountsOfKeys,
  ActiveSubscriptions,
  CloudAccountNodes,
  CloudAccountsModule,
  StandingResources,
  SubscriptionRecords,
} from '#libs/cloud-accounts';
import { RotatedAccounts } from '#libs/aws-credentials';
import { DriftFindingNodes, DriftModule, ResourcesInChange } from '#libs/drift';
import { LedgerModule, StandingInLedger } from '#libs/ledger';
import {
  SubscriptionNodes,
  SubscriptionsInChange,
  SubscriptionsModule,
  SubscriptionsOfAccount,
  TypeOrmSubscriptionRecords,
} from '#libs/subscriptions';
import { Global, Module } from '@nestjs/common';
import { NodeSources } from './graphql/node.resolver.js';

/**
 * Which domain answers which question of another: the only place where a domain is told about one that depends on it.
 * A question without an answer stops the start.
 */
@Global()
@Module({
  imports: [AccessModule, CloudAccountsModule, DriftModule, LedgerModule, SubscriptionsModule],
  providers: [
    { provide: ActiveSubscriptions, useExisting: SubscriptionsOfAccount },
    { provide: RotatedAccounts, useExisting: AccountsOfKeys },
    { provide: ResourcesInChange, useExisting: SubscriptionsInChange },
    { provide: SubscriptionRecords, useExisting: TypeOrmSubscriptionRecords },
    { provide: StandingResources, useExisting: StandingInLedger },
    {
      provide: NodeSources,
      inject: [ApiKeyNodes, CloudAccountNodes, DriftFindingNodes, SubscriptionNodes],
      useFactory: (...sources: NodeSources['sources']) => new NodeSources(sources),
    },
  ],
  exports: [
    ActiveSubscriptions,
    ResourcesInChange,
    RotatedAccounts,
    StandingResources,
    SubscriptionRecords,
    NodeSources,
  ],
})
export class DomainWiringModule {}
