import { AccessModule } from '#libs/access';
import { AwsCredentialsModule } from '#libs/aws-credentials';
import { EventsModule } from '#libs/events';
import { IdempotencyModule } from '#libs/idempotency';
import { Module } from '@nestjs/common';
import { AccountsOfAccessKeys } from './rotation/accounts-of-access-keys.js';
import { RotationBlockers } from './rotation/rotation-blockers.js';
import { CloudAccountRotationService } from './rotation/cloud-account-rotation.service.js';
import { CloudAccountHealthReconciler } from './health/cloud-account-health.reconciler.js';
import { CloudAccountHealthService } from './health/cloud-account-health.service.js';
import { CloudAccountHealths } from './health/cloud-account-healths.js';
import { AlreadyConnectedResolver } from './connecting/already-connected.resolver.js';
import { CloudAccountService } from './connecting/cloud-account.service.js';
import { ConnectionResolver } from './connecting/connection.resolver.js';
import { ConnectionService } from './connecting/connection.service.js';
import { CredentialsChange } from './connecting/credentials-change.js';
import { HostedAccountsService } from './connecting/hosted-accounts.service.js';
import { CloudAccountVerificationService } from './connecting/verification.service.js';
import { AwsAccountRule } from './aws-account-rule.js';
import { CloudAccounts } from './cloud-accounts.js';
import { CredentialTrialReconciler } from './credential-trials/credential-trial.reconciler.js';
import { CredentialTrialService } from './credential-trials/credential-trial.service.js';
import { CredentialTrials } from './credential-trials/credential-trials.js';
import { CredentialsProver } from './credential-trials/credentials-prover.js';
import { AccountContents } from './connecting/account-contents.js';
import { AccountsOfTenant } from './deletion/accounts-of-tenant.js';
import { CloudAccountDeletionService } from './deletion/cloud-account-deletion.service.js';
import { CloudAccountRemoval } from './deletion/cloud-account-removal.js';
import { DeletedCloudAccounts } from './deletion/deleted-cloud-accounts.js';
import {
  CloudAccountDeletionResolver,
  DeletedCloudAccountResolver,
} from './deletion/cloud-account-deletion.resolver.js';
import { CloudAccountInUseResolver } from './deletion/cloud-account-in-use.resolver.js';
import { DeletionPreviewResolver, RemainingInAwsResolver } from './deletion/deletion-preview.resolver.js';
import { RemainingInAwsService } from './deletion/remaining-in-aws.js';
import { TypeOrmDeletedCloudAccounts } from './deletion/typeorm-deleted-cloud-accounts.js';
import { ForceDetachRequests } from './force-detach/force-detach-requests.js';
import { ForceDetachService } from './force-detach/force-detach.service.js';
import { ForceDetachRequestResolver, ForceDetachResolver } from './force-detach/force-detach.resolver.js';
import { TypeOrmForceDetachRequests } from './force-detach/typeorm-force-detach-requests.js';
import { UsageAuditService } from './usage-audit/usage-audit.service.js';
import { UsageRecords } from './usage-audit/usage-records.js';
import { UsageAuditResolver, UsageFindingResolver } from './usage-audit/usage-audit.resolver.js';
import { TypeOrmUsageRecords } from './usage-audit/typeorm-usage-records.js';
import { ScheduledDeletionReconciler } from './deletion/scheduled-deletion.reconciler.js';
import {
  AccessKeyAgeResolver,
  AccessKeyRotationFieldsResolver,
  AccessKeyRotationResolver,
} from './rotation/access-key-rotation.resolver.js';
import { CloudAccountNodes } from './cloud-account.nodes.js';
import { CredentialUsesResolver } from './connecting/credential-uses.resolver.js';
import { CloudAccountResolver, ViewerOfCloudAccountsResolver } from './connecting/cloud-account.resolver.js';
import { ExternalIdAccountResolver } from './connecting/external-id-account.resolver.js';
import { CredentialTrialResolver } from './credential-trials/credential-trial.resolver.js';
import { TrialPace } from './credential-trials/trial-pace.js';
import { TypeOrmCloudAccountHealths } from './health/typeorm-cloud-account-healths.js';
import { CloudAccountCounts } from './health/typeorm-cloud-account-counts.js';
import { TypeOrmCloudAccounts } from './typeorm-cloud-accounts.js';
import { TypeOrmCredentialTrials } from './credential-trials/typeorm-credential-trials.js';

/**
 * Requires `Blockers`, `ActiveSubscriptions`, `RemainingResources` and `SubscriptionRecords`. Without them, the
 * application does not start.
 */
@Module({
  imports: [AccessModule, AwsCredentialsModule, EventsModule, IdempotencyModule],
  providers: [
    AccountsOfAccessKeys,
    AccountsOfTenant,
    RotationBlockers,
    CloudAccountService,
    ConnectionService,
    ConnectionResolver,
    CredentialsChange,
    CloudAccountVerificationService,
    HostedAccountsService,
    CloudAccountRotationService,
    AccessKeyRotationResolver,
    AccessKeyRotationFieldsResolver,
    AccessKeyAgeResolver,
    CloudAccountHealthService,
    CloudAccountHealthReconciler,
    CloudAccountResolver,
    ViewerOfCloudAccountsResolver,
    CloudAccountInUseResolver,
    AccountContents,
    AwsAccountRule,
    CloudAccountRemoval,
    CloudAccountDeletionService,
    CloudAccountDeletionResolver,
    DeletedCloudAccountResolver,
    DeletionPreviewResolver,
    RemainingInAwsResolver,
    RemainingInAwsService,
    ScheduledDeletionReconciler,
    UsageAuditService,
    UsageAuditResolver,
    UsageFindingResolver,
    { provide: UsageRecords, useClass: TypeOrmUsageRecords },
    ForceDetachService,
    ForceDetachResolver,
    ForceDetachRequestResolver,
    { provide: ForceDetachRequests, useClass: TypeOrmForceDetachRequests },
    { provide: DeletedCloudAccounts, useClass: TypeOrmDeletedCloudAccounts },
    CredentialUsesResolver,
    CloudAccountNodes,
    ExternalIdAccountResolver,
    AlreadyConnectedResolver,
    CredentialTrialService,
    CredentialTrialReconciler,
    CredentialTrialResolver,
    CredentialsProver,
    TrialPace,
    CloudAccountCounts,
    { provide: CloudAccounts, useClass: TypeOrmCloudAccounts },
    { provide: CredentialTrials, useClass: TypeOrmCredentialTrials },
    { provide: CloudAccountHealths, useClass: TypeOrmCloudAccountHealths },
  ],
  exports: [
    AwsAccountRule,
    AccountsOfAccessKeys,
    AccountsOfTenant,
    RotationBlockers,
    CloudAccountService,
    ConnectionService,
    HostedAccountsService,
    CloudAccountDeletionService,
    CloudAccountHealthService,
    CloudAccountNodes,
  ],
})
export class CloudAccountsModule {}
