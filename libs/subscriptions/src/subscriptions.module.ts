import { AccessModule } from '#libs/access';
import { AwsCredentialsModule } from '#libs/aws-credentials';
import { CloudAccountsModule } from '#libs/cloud-accounts';
import { DriftModule } from '#libs/drift';
import { EventsModule } from '#libs/events';
import { IdempotencyModule } from '#libs/idempotency';
import { LedgerModule } from '#libs/ledger';
import { Module } from '@nestjs/common';
import { AccountSubscriptionsResolver } from './lifecycle/account-subscriptions.resolver.js';
import {
  BlockerResolver,
  FindingSubscriptionResolver,
  StandingResourceResolver,
} from './lifecycle/blocker.resolver.js';
import { ProvisioningResolver } from './provisioning/provisioning.resolver.js';
import { SubscriptionNodes } from './lifecycle/subscription.nodes.js';
import { SubscriptionResourcesResolver } from './provisioning/subscription-resources.resolver.js';
import { SubscriptionResolver } from './lifecycle/subscription.resolver.js';
import { ProvisioningAccess } from './provisioning/provisioning-access.service.js';
import { ProvisioningService } from './provisioning/provisioning.service.js';
import { ProvisioningWorks } from './provisioning-works.js';
import { SandboxProvisioner } from './sandbox-provisioner/sandbox-provisioner.js';
import { SubscriptionService } from './lifecycle/subscription.service.js';
import { SubscriptionsOfAccount } from './lifecycle/subscriptions-of-account.js';
import { SubscriptionsOfTenant } from './lifecycle/subscriptions-of-tenant.js';
import { SubscriptionsInChange } from './provisioning/subscriptions-in-change.js';
import { Subscriptions } from './subscriptions.js';
import { TypeOrmProvisioningWorks } from './provisioning/typeorm-provisioning-works.js';
import { TypeOrmSubscriptionRecords } from './typeorm-subscription-records.js';
import { TypeOrmSubscriptions } from './typeorm-subscriptions.js';

/** Requires a `CloudWorkshop` and a `SandboxProvisioning` from the host. */
@Module({
  imports: [
    AccessModule,
    AwsCredentialsModule,
    CloudAccountsModule,
    DriftModule,
    EventsModule,
    IdempotencyModule,
    LedgerModule,
  ],
  providers: [
    SubscriptionService,
    ProvisioningService,
    ProvisioningAccess,
    SandboxProvisioner,
    ProvisioningResolver,
    SubscriptionsOfAccount,
    SubscriptionsOfTenant,
    SubscriptionsInChange,
    SubscriptionResolver,
    SubscriptionResourcesResolver,
    AccountSubscriptionsResolver,
    BlockerResolver,
    StandingResourceResolver,
    FindingSubscriptionResolver,
    SubscriptionNodes,
    TypeOrmSubscriptionRecords,
    { provide: ProvisioningWorks, useClass: TypeOrmProvisioningWorks },
    { provide: Subscriptions, useClass: TypeOrmSubscriptions },
  ],
  exports: [
    SubscriptionsOfAccount,
    SubscriptionsOfTenant,
    SubscriptionsInChange,
    SubscriptionNodes,
    TypeOrmSubscriptionRecords,
  ],
})
export class SubscriptionsModule {}
