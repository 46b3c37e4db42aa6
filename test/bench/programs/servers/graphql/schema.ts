/** The part of the gateway's schema that the workloads use. */
export const typeDefs = `
  scalar DateTime

  enum CloudProvider { AWS AZURE GCP }
  enum CloudAccountOwnership { HOSTED CUSTOMER }
  enum CloudAccountStatus { VERIFYING PROPAGATING ACTIVE MISSING_PERMISSIONS ERROR DELETING_WHEN_UNUSED }
  enum CloudSubscriptionStatus { PENDING ACTIVE CHANGE_PENDING DELETING ERROR DELETED }
  enum Role { VIEWER MANAGER OWNER PROVISIONER }

  type PageInfo {
    hasNextPage: Boolean!
    endCursor: String
  }

  type CloudAccount {
    id: ID!
    name: String!
    status: CloudAccountStatus!
    provider: CloudProvider!
    region: String!
    ownership: CloudAccountOwnership!
    awsAccountId: String
    consoleRoleName: String
    isSandbox: Boolean!
    version: Int!
    createdAt: DateTime!
    updatedAt: DateTime!
    subscriptions(first: Int! = 50): CloudSubscriptionConnection!
  }

  type CloudAccountConnection {
    nodes: [CloudAccount!]!
    pageInfo: PageInfo!
    totalCount: Int!
  }

  type CloudSubscription {
    id: ID!
    name: String!
    status: CloudSubscriptionStatus!
    region: String!
    isActive: Boolean!
    version: Int!
    createdAt: DateTime!
    updatedAt: DateTime!
    endedAt: DateTime
    cloudAccount: CloudAccount
  }

  type CloudSubscriptionConnection {
    nodes: [CloudSubscription!]!
    pageInfo: PageInfo!
    totalCount: Int!
  }

  type Tenant {
    name: String!
  }

  type Viewer {
    role: Role!
    tenant: Tenant!
  }

  type UserError {
    code: String!
  }

  type SubscriptionPayload {
    subscription: CloudSubscription
    userErrors: [UserError!]!
  }

  input CreateSubscriptionInput {
    cloudAccountId: ID!
    name: String!
    region: String!
  }

  input DeleteSubscriptionInput {
    id: ID!
  }

  type Query {
    viewer: Viewer!
    cloudAccount(id: ID!): CloudAccount
    cloudAccounts(first: Int! = 50): CloudAccountConnection!
    cloudSubscription(id: ID!): CloudSubscription
    cloudSubscriptions(first: Int! = 50): CloudSubscriptionConnection!
  }

  type Mutation {
    createSubscription(input: CreateSubscriptionInput!): SubscriptionPayload
    deleteSubscription(input: DeleteSubscriptionInput!): SubscriptionPayload
  }
`;
