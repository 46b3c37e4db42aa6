import { CloudAccountsModule } from '#libs/cloud-accounts';
import { EventsModule } from '#libs/events';
import { IdempotencyModule } from '#libs/idempotency';
import { LedgerModule } from '#libs/ledger';
import { Module } from '@nestjs/common';
import { AccountSubscriptionsResolver } from './graphql/account-subscriptions.resolver.js';
import { BlockerResolver, StandingResourceResolver } from './graphql/blocker.resolver.js';
import { ProvisioningResolver } from './graphql/provisioning.resolver.js';
import { SubscriptionNodes } from './graphql/subscription-nodes.js';
import { SubscriptionResourcesResolver } from './graphql/subscription-resources.resolver.js';
import { SubscriptionResolver } from './graphql/subscription.resolver.js';
import { ProvisioningService } from './provisioning.service.js';
import { ProvisioningWorks } from './provisioning-works.js';
import { SubscriptionService } from './subscription.service.js';
import { SubscriptionsOfAccount } from './subscriptions-of-account.js';
import { Subscriptions } from './subscriptions.js';
import { TypeOrmProvisioningWorks } from './typeorm/typeorm-provisioning-works.js';
import { TypeOrmSubscriptions } from './typeorm/typeorm-subscriptions.js';

@Module({
  imports: [CloudAccountsModule, EventsModule, IdempotencyModule, LedgerModule],
  providers: [
    SubscriptionService,
    ProvisioningService,
    ProvisioningResolver,
    SubscriptionsOfAccount,
    SubscriptionResolver,
    SubscriptionResourcesResolver,
    AccountSubscriptionsResolver,
    BlockerResolver,
    StandingResourceResolver,
    SubscriptionNodes,
    { provide: ProvisioningWorks, useClass: TypeOrmProvisioningWorks },
    { provide: Subscriptions, useClass: TypeOrmSubscriptions },
  ],
  exports: [SubscriptionsOfAccount, SubscriptionNodes],
})
export class SubscriptionsModule {}
