import { account, awsAccessKey, type Group } from './operation.js';

export const firstSteps: Group = {
  title: 'First steps',
  about: 'The life of a cloud account in five steps.',
  operations: [
    {
      query: `# 1 of 5. Connect an AWS account. The gateway
# verifies the credentials before it saves them.
# Run it with Ctrl-Enter, then open the next
# operation in the list.
mutation CreateAccount(
  $input: CreateCloudAccountInput!
) {
  createCloudAccount(input: $input) {
    cloudAccount {
      id
      name
      status
      awsAccountId
      consoleRoleArn
      version
    }
    userErrors { code message path remediation }
  }
}`,
      variables: account('Production', awsAccessKey('AKIASANDBOXWORKSA1U1')),
    },
    {
      query: `# 2 of 5. Create a subscription in it.
# <cloudAccount.id> is replaced with the ID of
# the cloud account in the last answer.
mutation BeginSubscription(
  $input: CreateSubscriptionInput!
) {
  createSubscription(input: $input) {
    subscription { id name status isActive }
    userErrors { code message path remediation }
  }
}`,
      variables: { input: { cloudAccountId: '<cloudAccount.id>', name: 'Orders', region: 'us-east-1' } },
    },
    {
      query: `# 3 of 5. Try to delete the account. This is
# refused with CLOUD_ACCOUNT_IN_USE, because the
# subscription is active. The error names it.
mutation SeeDeletionRefused(
  $input: DeleteCloudAccountInput!
) {
  deleteCloudAccount(input: $input) {
    deletedCloudAccountId
    userErrors {
      code
      message
      remediation
      ... on CloudAccountInUseError {
        blockers {
          nodes {
            name
            requiredAction
            subscription { id status }
          }
        }
      }
    }
  }
}`,
      variables: { input: { id: '<cloudAccount.id>' } },
      refusal: 'CLOUD_ACCOUNT_IN_USE',
    },
    {
      query: `# 4 of 5. End the subscription.
mutation EndSubscription(
  $input: DeleteSubscriptionInput!
) {
  deleteSubscription(input: $input) {
    subscription { id name status endedAt }
    userErrors { code message remediation }
  }
}`,
      variables: { input: { id: '<subscription.id>' } },
    },
    {
      query: `# 5 of 5. Delete the account. No subscription
# is active in it any more.
mutation DeleteAccount(
  $input: DeleteCloudAccountInput!
) {
  deleteCloudAccount(input: $input) {
    deletedCloudAccountId
    userErrors { code message remediation }
  }
}`,
      variables: { input: { id: '<cloudAccount.id>' } },
    },
  ],
};
