import { AwsCredentialsModule } from '#libs/aws-credentials';
import { CloudAccountsModule } from '#libs/cloud-accounts';
import { DriftModule } from '#libs/drift';
import { EventsModule } from '#libs/events';
import { IdempotencyModule } from '#libs/idempotency';
import { LedgerModule } from '#libs/ledger';
import { Module } from '@nestjs/common';
import { AccountSubscriptionsResolver } from './graphql/account-subscriptions.resolver.js';
import { BlockerResolver, FindingSubscriptionResolver, StandingResourceResolver } from './graphql/blocker.resolver.js';
import { ProvisioningResolver } from './graphql/provisioning.resolver.js';
import { SubscriptionNodes } from './graphql/subscription-nodes.js';
import { SubscriptionResourcesResolver } from './graphql/subscription-resources.resolver.js';
import { SubscriptionResolver } from './graphql/subscription.resolver.js';
import { ProvisioningAccess } from './provisioning-access.service.js';
import { ProvisioningService } from './provisioning.service.js';
import { ProvisioningWorks } from './provisioning-works.js';
import { SandboxProvisioner } from './sandbox-provisioner.js';
import { SubscriptionService } from './subscription.service.js';
import { SubscriptionsOfAccount } from './subscriptions-of-account.js';
import { SubscriptionsInChange } from './subscriptions-in-change.js';
import { Subscriptions } from './subscriptions.js';
import { TypeOrmProvisioningWorks } from './typeorm/typeorm-provisioning-works.js';
import { TypeOrmSubscriptions } from './typeorm/typeorm-subscriptions.js';

/** Needs a `CloudWorkshop` and a `SandboxProvisioning`, which the host makes. */
@Module({
  imports: [AwsCredentialsModule, CloudAccountsModule, DriftModule, EventsModule, IdempotencyModule, LedgerModule],
  providers: [
    SubscriptionService,
    ProvisioningService,
    ProvisioningAccess,
    SandboxProvisioner,
    ProvisioningResolver,
    SubscriptionsOfAccount,
    SubscriptionsInChange,
    SubscriptionResolver,
    SubscriptionResourcesResolver,
    AccountSubscriptionsResolver,
    BlockerResolver,
    StandingResourceResolver,
    FindingSubscriptionResolver,
    SubscriptionNodes,
    { provide: ProvisioningWorks, useClass: TypeOrmProvisioningWorks },
    { provide: Subscriptions, useClass: TypeOrmSubscriptions },
  ],
  exports: [SubscriptionsOfAccount, SubscriptionsInChange, SubscriptionNodes],
})
export class SubscriptionsModule {}
