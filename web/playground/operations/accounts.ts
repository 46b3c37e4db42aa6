import { account, awsAccessKey, connect, deleteAccount, type Group } from './operation.js';

export const accounts: Group = {
  title: 'Cloud accounts',
  about: 'Read, list, rename and verify accounts.',
  operations: [
    connect('ConnectAccount', 'Staging', 'J1U1'),
    {
      query: `# One account, its credentials and its
# subscriptions. No field returns the secret.
query OneAccount($id: ID!) {
  cloudAccount(id: $id) {
    id
    name
    status
    version
    awsAccountId
    awsUserArn
    consoleRoleArn
    credentials {
      accessKeyId
      fingerprint
      version
      setAt
      setBy
      lastVerifiedAt
    }
    health { state since lastCheckedAt codes }
    subscriptions(first: 10) {
      nodes { id name status }
    }
  }
}`,
      variables: { id: '<cloudAccount.id>' },
    },
    {
      query: `# Your accounts and the hosted ones, a page at
# a time. The next page is after endCursor.
query ListAccounts(
  $first: Int
  $after: String
  $filter: CloudAccountFilter
  $orderBy: CloudAccountOrder
) {
  cloudAccounts(
    first: $first
    after: $after
    filter: $filter
    orderBy: $orderBy
  ) {
    nodes {
      id
      name
      provider
      region
      ownership
      status
      isSandbox
    }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}`,
      variables: {
        first: 10,
        after: null,
        filter: { provider: ['AWS'] },
        orderBy: { field: 'CREATED_AT', direction: 'DESC' },
      },
    },
    {
      query: `# Rename the account. expectedVersion is the
# version you read. Another one is refused with
# VERSION_CONFLICT.
mutation UpdateAccount(
  $input: UpdateCloudAccountInput!
) {
  updateCloudAccount(input: $input) {
    cloudAccount { id name version updatedAt }
    userErrors {
      code
      message
      path
      remediation
      ... on VersionConflictError { currentVersion }
    }
  }
}`,
      variables: {
        input: { id: '<cloudAccount.id>', expectedVersion: '<cloudAccount.version>', name: 'Staging in Europe' },
      },
    },
    {
      query: `# Verify the credentials again: do they still
# work, and do they have every permission?
mutation VerifyAccount(
  $input: VerifyCloudAccountInput!
) {
  verifyCloudAccount(input: $input) {
    cloudAccount { id name status }
    report {
      verdict
      checkedAt
      checks { step group verdict cause message }
      suggestedPolicy
    }
    userErrors { code message remediation }
  }
}`,
      variables: { input: { id: '<cloudAccount.id>' } },
    },
    {
      query: `# Any object by its ID, of any type.
query OneNode($id: ID!) {
  node(id: $id) {
    __typename
    id
    ... on CloudAccount { name ownership }
    ... on CloudSubscription { name isActive }
  }
}`,
      variables: { id: '<cloudAccount.id>' },
    },
    deleteAccount('DisconnectAccount'),
    {
      query: `# Every error code: who has to act, whether a
# retry helps, and how to fix it.
query ErrorCatalog {
  errorCatalog {
    code
    responsibleParty
    retryable
    remediation
  }
}`,
    },
  ],
};

export const credentialChecks: Group = {
  title: 'Credential checks',
  about: 'Credentials that lack permissions, are wrong, or are not known to AWS yet.',
  operations: [
    {
      query: `# Test credentials without saving them. The
# report has a cause and a remediation for each check,
# and the policy that adds what is missing.
mutation TestCredentials(
  $input: TestAwsCredentialsInput!
) {
  testAwsCredentials(input: $input) {
    report {
      verdict
      awsCallCount
      checks {
        step
        group
        verdict
        cause
        message
        remediation
        missingActions
      }
      suggestedPolicy
    }
    userErrors { code message path }
  }
}`,
      variables: {
        input: {
          region: 'us-east-1',
          consoleRoleName: 'console-role',
          credentials: awsAccessKey('AKIASANDBOXNPERMC1U1'),
        },
      },
    },
    {
      query: `# Connect an account without a console role.
# This is refused with AWS_ROLE_NOT_FOUND.
# "Sandbox keys" has access keys for other faults.
mutation SeeCredentialsRefused(
  $input: CreateCloudAccountInput!
) {
  createCloudAccount(input: $input) {
    cloudAccount { id }
    userErrors {
      code
      message
      path
      retryable
      remediation
      ... on CredentialsRejectedError { awsErrorCode }
    }
  }
}`,
      variables: account('Without a role', awsAccessKey('AKIASANDBOXNROLEA3U1')),
      refusal: 'AWS_ROLE_NOT_FOUND',
    },
    {
      query: `# Connect an account with an access key that AWS
# does not recognize. It is PROPAGATING for two
# minutes: AWS recognizes a new access key in this
# time, but never this one.
mutation ConnectWithUnknownKey(
  $input: CreateCloudAccountInput!
) {
  createCloudAccount(input: $input) {
    cloudAccount {
      id
      name
      status
      version
      pendingCredentials {
        attempt
        nextAttemptAt
        expiresAt
        lastErrorCode
      }
      credentialsRejection { code message remediation }
    }
    userErrors { code message path remediation }
  }
}`,
      variables: account('With an unknown key', awsAccessKey('AKIASANDBOXUNKNOWN01')),
    },
    {
      query: `# Cancel these credentials, within the two
# minutes. An account that has no others gets the
# status ERROR.
mutation CancelPendingCredentials(
  $input: CancelPendingCredentialsInput!
) {
  cancelPendingCredentials(input: $input) {
    cloudAccount { id name status version }
    userErrors { code message remediation }
  }
}`,
      variables: { input: { id: '<cloudAccount.id>', expectedVersion: '<cloudAccount.version>' } },
    },
    deleteAccount('DeleteUnverifiedAccount'),
  ],
};
