const eightFields = 'id name status provider region awsAccountId consoleRoleName createdAt';
const subscriptionFields = 'id name status region isActive version createdAt updatedAt endedAt';

/** Operations of the workloads. The floor knows them by name: see `programs/servers/floor/operations.ts`. */
export const documents = {
  Account: `query Account($id: ID!) { cloudAccount(id: $id) { ${eightFields} } }`,

  AccountPage: `query AccountPage {
    cloudAccounts(first: 50) {
      nodes { ${eightFields} subscriptions(first: 5) { nodes { id name status } totalCount } }
      pageInfo { hasNextPage endCursor }
    }
  }`,

  TypeName: 'query TypeName { __typename }',

  AccountName: 'query AccountName($id: ID!) { cloudAccount(id: $id) { name } }',

  AccountStatus: 'query AccountStatus($id: ID!) { cloudAccount(id: $id) { id name status } }',

  AccountHeader: `query AccountHeader($id: ID!) {
    cloudAccount(id: $id) { ...Header }
  }
  fragment Header on CloudAccount { id name status provider region }`,

  AccountDetails: `query AccountDetails($id: ID!) {
    cloudAccount(id: $id) { ${eightFields} ownership isSandbox version }
  }`,

  AccountWithSubscriptions: `query AccountWithSubscriptions($id: ID!) {
    cloudAccount(id: $id) { id name status subscriptions(first: 10) { nodes { id name status } } }
  }`,

  AccountSubscriptionCount: `query AccountSubscriptionCount($id: ID!) {
    cloudAccount(id: $id) { id subscriptions(first: 1) { totalCount } }
  }`,

  AccountNames: 'query AccountNames { cloudAccounts(first: 20) { nodes { id name } } }',

  AccountList: `query AccountList {
    cloudAccounts(first: 20) { nodes { ${eightFields} } pageInfo { hasNextPage endCursor } }
  }`,

  AccountCount: 'query AccountCount { cloudAccounts(first: 1) { totalCount } }',

  AccountPicker: 'query AccountPicker { cloudAccounts(first: 50) { nodes { id name status provider region } } }',

  AccountsWithCounts: `query AccountsWithCounts {
    cloudAccounts(first: 10) { nodes { id name status subscriptions(first: 1) { totalCount } } }
  }`,

  AccountsWithNewest: `query AccountsWithNewest {
    cloudAccounts(first: 10) { nodes { id name status subscriptions(first: 3) { nodes { id name status } } } }
  }`,

  Subscription: 'query Subscription($id: ID!) { cloudSubscription(id: $id) { id name status } }',

  SubscriptionDetails: `query SubscriptionDetails($id: ID!) { cloudSubscription(id: $id) { ${subscriptionFields} } }`,

  SubscriptionWithAccount: `query SubscriptionWithAccount($id: ID!) {
    cloudSubscription(id: $id) { id name status cloudAccount { id name status } }
  }`,

  SubscriptionNames: 'query SubscriptionNames { cloudSubscriptions(first: 20) { nodes { id name } } }',

  SubscriptionList: 'query SubscriptionList { cloudSubscriptions(first: 20) { nodes { id name status } } }',

  SubscriptionPage: `query SubscriptionPage {
    cloudSubscriptions(first: 20) { nodes { ${subscriptionFields} } pageInfo { hasNextPage endCursor } }
  }`,

  ViewerTenant: 'query ViewerTenant { viewer { role tenant { name } } }',

  Overview: `query Overview {
    viewer { tenant { name } }
    cloudAccounts(first: 5) { nodes { id name status } }
    cloudSubscriptions(first: 5) { nodes { id name status } }
  }`,
} as const;

export type DocumentName = keyof typeof documents;

/** Body of a request with a document. */
export function bodyOf(name: DocumentName, { accountId, subscriptionId }: Ids): string {
  const id = name.startsWith('Subscription') ? subscriptionId : accountId;
  const query = documents[name];
  return JSON.stringify({ operationName: name, query, ...(query.includes('$id') && { variables: { id } }) });
}

interface Ids {
  readonly accountId: string;
  readonly subscriptionId: string;
}
