export { SubscriptionNodes } from './graphql/subscription-nodes.js';
export { ProvisioningWork } from './provisioning-work.entity.js';
export { Subscription } from './subscription.entity.js';
export { subscriptionErrors } from './subscription.errors.js';
export { SubscriptionService } from './subscription.service.js';
export { SubscriptionsModule } from './subscriptions.module.js';
export { SubscriptionsInChange } from './subscriptions-in-change.js';
export { SubscriptionsOfAccount } from './subscriptions-of-account.js';
