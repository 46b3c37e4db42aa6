import { beginSubscription, connect, deleteAccount, endSubscription, type Group } from './operation.js';

export const subscriptions: Group = {
  title: 'Subscriptions',
  about: 'Create, read, change and end subscriptions.',
  operations: [
    connect('ConnectForSubscriptions', 'Shop', 'J2U1'),
    beginSubscription('BeginCatalog', 'Catalog'),
    {
      query: `# Your subscriptions, the newest first. The list
# includes the ended ones.
query ListSubscriptions(
  $first: Int
  $filter: CloudSubscriptionFilter
) {
  cloudSubscriptions(
    first: $first
    filter: $filter
  ) {
    nodes {
      id
      name
      region
      status
      isActive
      endedAt
      cloudAccount { id name }
    }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}`,
      variables: { first: 10, filter: { isActive: null } },
    },
    {
      query: `# One subscription.
query OneSubscription($id: ID!) {
  cloudSubscription(id: $id) {
    id
    name
    region
    status
    isActive
    createdAt
    endedAt
    version
    cloudAccount { id name }
  }
}`,
      variables: { id: '<subscription.id>' },
    },
    {
      query: `# Several objects at once. An object that does
# not exist is null.
query ManyNodes($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename
    id
    ... on CloudAccount { name ownership }
    ... on CloudSubscription { name isActive }
  }
}`,
      variables: { ids: ['<cloudAccount.id>', '<subscription.id>'] },
    },
    {
      query: `# Rename the subscription. Its plan and its tags
# can be changed while it is ACTIVE: a provisioner
# applies them.
mutation ChangeSubscription(
  $input: UpdateSubscriptionInput!
) {
  updateSubscription(input: $input) {
    subscription {
      id
      name
      status
      plan
      tags { key value }
      version
      provisioning { kind isClaimed progress message }
    }
    userErrors { code message path remediation }
  }
}`,
      variables: {
        input: { id: '<subscription.id>', expectedVersion: '<subscription.version>', name: 'Catalog and prices' },
      },
    },
    {
      query: `# Retry a subscription that failed. This one did
# not: SUBSCRIPTION_NOT_IN_ERROR. The group
# "Provisioner" has one that did.
mutation SeeRetryRefused(
  $input: RetrySubscriptionInput!
) {
  retrySubscription(input: $input) {
    subscription { id status provisioning { kind } }
    userErrors { code message path remediation }
  }
}`,
      variables: { input: { id: '<subscription.id>' } },
      refusal: 'SUBSCRIPTION_NOT_IN_ERROR',
    },
    endSubscription('EndCatalog'),
    deleteAccount('DeleteShopAccount'),
  ],
};
