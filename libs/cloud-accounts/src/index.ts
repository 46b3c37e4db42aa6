export { AccountsOfAccessKeys } from './rotation/accounts-of-access-keys.js';
export { RotationBlockers } from './rotation/rotation-blockers.js';
export { UsageAuditService, type UsageAudit } from './usage-audit/usage-audit.service.js';
export { explanations, type UsageFinding, type UsageFindingKind } from './usage-audit/usage-finding.js';
export { SubscriptionRecords, type AuditedRows, type SubscriptionUsage } from './usage-audit/usage-records.js';
export { Blockers } from './blockers/blockers.js';
export { ActiveSubscriptions, DeletionBlockers, type BlockersFingerprint } from './blockers/deletion-blockers.js';
export { blockersInWords, type Blocker, type BlockingRow } from './blocker.js';
export { AccountsOfTenant } from './deletion/accounts-of-tenant.js';
export { CloudAccountDeletionService } from './deletion/cloud-account-deletion.service.js';
export { ForceDetachRequest } from './force-detach/force-detach-request.entity.js';
export { forceDetachErrors } from './force-detach/force-detach.errors.js';
export { ForceDetachService } from './force-detach/force-detach.service.js';
export { DeletedCloudAccount } from './deletion/deleted-cloud-account.entity.js';
export { CloudAccountHealth } from './health/cloud-account-health.entity.js';
export { CloudAccountHealthReconciler } from './health/cloud-account-health.reconciler.js';
export { CloudAccountHealthService } from './health/cloud-account-health.service.js';
export { AccountsPerAwsAccount, AwsAccountRule } from './aws-account-rule.js';
export { CloudAccount } from './cloud-account.entity.js';
export { cloudAccountErrors } from './cloud-account.errors.js';
export { CloudAccountCounts } from './health/typeorm-cloud-account-counts.js';
export { CloudAccountService } from './connecting/cloud-account.service.js';
export { ConnectionService } from './connecting/connection.service.js';
export { HostedAccountsService } from './connecting/hosted-accounts.service.js';
export { CloudAccountsModule } from './cloud-accounts.module.js';
export { CredentialTrial } from './credential-trials/credential-trial.entity.js';
export { CloudAccountNodes } from './cloud-account.nodes.js';
export { CloudAccountBlockerType, DeletedCloudAccountType } from './deletion/cloud-account-deletion.types.js';
export { CloudAccountType } from './cloud-account.type.js';
export { RemainingResourceType } from './deletion/deletion-preview.types.js';
export { ScheduledDeletionReconciler } from './deletion/scheduled-deletion.reconciler.js';
export { CloudProvider, faultInAnyRegion } from './cloud-provider.js';
export {
  RemainingResources,
  type RemainingResource,
  type RemainingResourcesPage,
} from './deletion/remaining-resources.js';
export { TrialPace } from './credential-trials/trial-pace.js';
