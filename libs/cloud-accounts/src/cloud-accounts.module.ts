import { AccessModule } from '#libs/access';
import { AwsCredentialsModule } from '#libs/aws-credentials';
import { EventsModule } from '#libs/events';
import { IdempotencyModule } from '#libs/idempotency';
import { Module } from '@nestjs/common';
import { AccountsOfKeys } from './accounts-of-keys.js';
import { CloudAccountRotationService } from './cloud-account-rotation.service.js';
import { CloudAccountHealthChecks } from './cloud-account-health-checks.js';
import { CloudAccountHealthService } from './cloud-account-health.service.js';
import { CloudAccountHealths } from './cloud-account-healths.js';
import { CloudAccountService } from './cloud-account.service.js';
import { CloudAccounts } from './cloud-accounts.js';
import { CredentialTrialReconciler } from './credential-trial.reconciler.js';
import { CredentialTrialService } from './credential-trial.service.js';
import { CredentialTrials } from './credential-trials.js';
import { CredentialsProver } from './credentials-prover.js';
import { AccountContents } from './account-contents.js';
import { Blockers } from './blockers.js';
import { CloudAccountDeletionService } from './cloud-account-deletion.service.js';
import { CloudAccountRemoval } from './cloud-account-removal.js';
import { DeletedCloudAccounts } from './deleted-cloud-accounts.js';
import {
  CloudAccountDeletionResolver,
  DeletedCloudAccountResolver,
} from './graphql/cloud-account-deletion.resolver.js';
import { CloudAccountInUseResolver } from './graphql/cloud-account-in-use.resolver.js';
import { DeletionPreviewResolver, LeftBehindResolver } from './graphql/deletion-preview.resolver.js';
import { LeftBehindService } from './left-behind.js';
import { TypeOrmDeletedCloudAccounts } from './typeorm/typeorm-deleted-cloud-accounts.js';
import { ForceDetachRequests } from './force-detach-requests.js';
import { ForceDetachService } from './force-detach.service.js';
import { ForceDetachRequestResolver, ForceDetachResolver } from './graphql/force-detach.resolver.js';
import { TypeOrmForceDetachRequests } from './typeorm/typeorm-force-detach-requests.js';
import { UsageAuditService } from './usage-audit.service.js';
import { UsageRecords } from './usage-records.js';
import { UsageAuditResolver, UsageFindingResolver } from './graphql/usage-audit.resolver.js';
import { TypeOrmUsageRecords } from './typeorm/typeorm-usage-records.js';
import { UnusedAccountsLoop } from './unused-accounts-loop.js';
import { KeyAgeResolver, KeyRotationFieldsResolver, KeyRotationResolver } from './graphql/key-rotation.resolver.js';
import { CloudAccountNodes } from './graphql/cloud-account-nodes.js';
import { CredentialUsesResolver } from './graphql/credential-uses.resolver.js';
import { CloudAccountResolver, ViewerOfCloudAccountsResolver } from './graphql/cloud-account.resolver.js';
import { ExternalIdAccountResolver } from './graphql/external-id-account.resolver.js';
import { CredentialTrialResolver } from './graphql/credential-trial.resolver.js';
import { TrialPace } from './trial-pace.js';
import { TypeOrmCloudAccountHealths } from './typeorm/typeorm-cloud-account-healths.js';
import { TypeOrmCloudAccounts } from './typeorm/typeorm-cloud-accounts.js';
import { TypeOrmCredentialTrials } from './typeorm/typeorm-credential-trials.js';

/** Needs an `ActiveSubscriptions` and a `StandingResources`; without them the application does not start. */
@Module({
  imports: [AccessModule, AwsCredentialsModule, EventsModule, IdempotencyModule],
  providers: [
    AccountsOfKeys,
    CloudAccountService,
    CloudAccountRotationService,
    KeyRotationResolver,
    KeyRotationFieldsResolver,
    KeyAgeResolver,
    CloudAccountHealthService,
    CloudAccountHealthChecks,
    CloudAccountResolver,
    ViewerOfCloudAccountsResolver,
    CloudAccountInUseResolver,
    AccountContents,
    Blockers,
    CloudAccountRemoval,
    CloudAccountDeletionService,
    CloudAccountDeletionResolver,
    DeletedCloudAccountResolver,
    DeletionPreviewResolver,
    LeftBehindResolver,
    LeftBehindService,
    UnusedAccountsLoop,
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
    CredentialTrialService,
    CredentialTrialReconciler,
    CredentialTrialResolver,
    CredentialsProver,
    TrialPace,
    { provide: CloudAccounts, useClass: TypeOrmCloudAccounts },
    { provide: CredentialTrials, useClass: TypeOrmCredentialTrials },
    { provide: CloudAccountHealths, useClass: TypeOrmCloudAccountHealths },
  ],
  exports: [
    AccountsOfKeys,
    CloudAccountService,
    CloudAccountDeletionService,
    CloudAccountHealthService,
    CloudAccountNodes,
  ],
})
export class CloudAccountsModule {}
