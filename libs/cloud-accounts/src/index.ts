export { ActiveSubscriptions, type ActiveSubscription, type SubscriptionsInTheWay } from './active-subscriptions.js';
export { CloudAccount } from './cloud-account.entity.js';
export { cloudAccountErrors } from './cloud-account.errors.js';
export { CloudAccountService } from './cloud-account.service.js';
export { CloudAccountsModule } from './cloud-accounts.module.js';
export { CloudAccountNodes } from './graphql/cloud-account-nodes.js';
export { CloudAccountBlockerType } from './graphql/cloud-account.payloads.js';
export { CloudAccountType } from './graphql/cloud-account.type.js';
export { CloudProvider, faultInAnyRegion } from './cloud-provider.js';
