import { AccessModule, ApiKeyNodes, TenantContents, type TenantContentSource } from '#libs/access';
import {
  AccountsOfAccessKeys,
  AccountsOfTenant,
  ActiveSubscriptions,
  Blockers,
  CloudAccountNodes,
  CloudAccountsModule,
  RotationBlockers,
  RemainingResources,
  SubscriptionRecords,
} from '#libs/cloud-accounts';
import { RotatedAccounts } from '#libs/aws-credentials';
import { DriftFindingNodes, DriftModule, ResourcesInChange } from '#libs/drift';
import { ExternalIdsOfTenant } from '#libs/iam-setup';
import { LedgerModule, RemainingInLedger } from '#libs/ledger';
import {
  SubscriptionNodes,
  SubscriptionsInChange,
  SubscriptionsModule,
  SubscriptionsOfAccount,
  SubscriptionsOfTenant,
  TypeOrmSubscriptionRecords,
} from '#libs/subscriptions';
import { Global, Module } from '@nestjs/common';
import { NodeSources } from './graphql/node.resolver.js';

/**
 * Connects the ports of domains to the libs that implement them. The only place in which a domain gets an
 * implementation that depends on it. A missing implementation prevents the start.
 */
@Global()
@Module({
  imports: [AccessModule, CloudAccountsModule, DriftModule, LedgerModule, SubscriptionsModule],
  providers: [
    { provide: ActiveSubscriptions, useExisting: SubscriptionsOfAccount },
    {
      provide: Blockers,
      inject: [RotationBlockers, ActiveSubscriptions],
      useFactory: (ROTATION: RotationBlockers, SUBSCRIPTION: ActiveSubscriptions) =>
        new Blockers({ ROTATION, SUBSCRIPTION }),
    },
    { provide: RotatedAccounts, useExisting: AccountsOfAccessKeys },
    { provide: ResourcesInChange, useExisting: SubscriptionsInChange },
    { provide: SubscriptionRecords, useExisting: TypeOrmSubscriptionRecords },
    { provide: RemainingResources, useExisting: RemainingInLedger },
    {
      provide: TenantContents,
      inject: [AccountsOfTenant, SubscriptionsOfTenant, ExternalIdsOfTenant],
      useFactory: (...sources: TenantContentSource[]) => new TenantContents(sources),
    },
    {
      provide: NodeSources,
      inject: [ApiKeyNodes, CloudAccountNodes, DriftFindingNodes, SubscriptionNodes],
      useFactory: (...sources: NodeSources['sources']) => new NodeSources(sources),
    },
  ],
  exports: [
    ActiveSubscriptions,
    Blockers,
    ResourcesInChange,
    RotatedAccounts,
    RemainingResources,
    SubscriptionRecords,
    TenantContents,
    NodeSources,
  ],
})
export class DomainWiringModule {}
