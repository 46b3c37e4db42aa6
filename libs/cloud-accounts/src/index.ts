export { AccountsOfKeys } from './accounts-of-keys.js';
export { UsageAuditService, type UsageAudit } from './usage-audit.service.js';
export { explanations, type UsageFinding, type UsageFindingKind } from './usage-finding.js';
export { mostFindings, type AuditedRows } from './usage-records.js';
export { ActiveSubscriptions, type ActiveSubscription, type SubscriptionUsage } from './active-subscriptions.js';
export { type Blocker } from './blocker.js';
export { CloudAccountDeletionService } from './cloud-account-deletion.service.js';
export { ForceDetachRequest } from './force-detach-request.entity.js';
export { forceDetachErrors } from './force-detach.errors.js';
export { ForceDetachService } from './force-detach.service.js';
export { DeletedCloudAccount } from './deleted-cloud-account.entity.js';
export { CloudAccountHealth } from './cloud-account-health.entity.js';
export { CloudAccountHealthChecks } from './cloud-account-health-checks.js';
export { CloudAccountHealthService } from './cloud-account-health.service.js';
export { CloudAccount } from './cloud-account.entity.js';
export { cloudAccountErrors } from './cloud-account.errors.js';
export { CloudAccountService } from './cloud-account.service.js';
export { CloudAccountsModule } from './cloud-accounts.module.js';
export { CredentialTrial } from './credential-trial.entity.js';
export { CloudAccountNodes } from './graphql/cloud-account-nodes.js';
export { CloudAccountBlockerType, DeletedCloudAccountType } from './graphql/cloud-account-deletion.types.js';
export { CloudAccountType } from './graphql/cloud-account.type.js';
export { StandingResourceType } from './graphql/deletion-preview.types.js';
export { UnusedAccountsLoop } from './unused-accounts-loop.js';
export { CloudProvider, faultInAnyRegion } from './cloud-provider.js';
export {
  StandingResources,
  type ListedResources,
  type StandingResource,
  type StandingResourcesPage,
} from './standing-resources.js';
export { TrialPace } from './trial-pace.js';
