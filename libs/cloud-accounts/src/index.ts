export { AccountsOfKeys } from './accounts-of-keys.js';
export { ActiveSubscriptions, type ActiveSubscription, type SubscriptionsInTheWay } from './active-subscriptions.js';
export { CloudAccountHealth } from './cloud-account-health.entity.js';
export { CloudAccountHealthChecks } from './cloud-account-health-checks.js';
export { CloudAccountHealthService } from './cloud-account-health.service.js';
export { CloudAccount } from './cloud-account.entity.js';
export { cloudAccountErrors } from './cloud-account.errors.js';
export { CloudAccountService } from './cloud-account.service.js';
export { CloudAccountsModule } from './cloud-accounts.module.js';
export { CredentialTrial } from './credential-trial.entity.js';
export { CloudAccountNodes } from './graphql/cloud-account-nodes.js';
export { CloudAccountBlockerType } from './graphql/cloud-account.payloads.js';
export { CloudAccountType } from './graphql/cloud-account.type.js';
export { CloudProvider, faultInAnyRegion } from './cloud-provider.js';
export {
  NothingStands,
  StandingResources,
  type ListedResources,
  type StandingResource,
  type StandingResourcesPage,
} from './standing-resources.js';
export { TrialPace } from './trial-pace.js';
