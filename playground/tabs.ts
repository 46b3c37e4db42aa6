/** An operation that is ready to run. Its name is the title of its tab. */
export interface Tab {
  readonly query: string;
  /** `<cloudAccount.id>` stands for the id of the cloud account an answer showed last (placeholders.ts). */
  readonly variables?: Readonly<Record<string, unknown>>;
}

// The answers of the sandbox: the gateway's greeting and "Sandbox keys" list all of them.
const awsAccessKey = (accessKeyId: string) => ({
  awsAccessKey: { accessKeyId, secretAccessKey: 'sandbox/secret/is/the/same/for/every/key' },
});

/**
 * At least one for each field of Query and Mutation, in the order in which they are read: first the life of a cloud
 * account in five steps. A test holds them against the schema.
 */
export const tabs: readonly Tab[] = [
  {
    query: `# 1 of 5. Connect an AWS account. Its
# credentials are proven before anything is
# saved. Run it (Ctrl-Enter), then open the
# next tab.
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
    variables: {
      input: {
        name: 'Production',
        provider: 'AWS',
        region: 'us-east-1',
        consoleRoleName: 'console-role',
        credentials: awsAccessKey('AKIASANDBOXWORKSA1U1'),
      },
    },
  },
  {
    query: `# 2 of 5. Begin a subscription in it.
# <cloudAccount.id> stands for the id of the
# account an answer showed last.
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
    query: `# 3 of 5. The account cannot be deleted while
# an active subscription stands on it. The
# refusal names what is in the way.
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
            toBeDoneFirst
            subscription { id status }
          }
        }
      }
    }
  }
}`,
    variables: { input: { id: '<cloudAccount.id>' } },
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
    query: `# 5 of 5. Nothing stands on the account any
# more: it can be deleted.
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
  {
    query: `# See a deletion coming: all that stands in
# the way, and what stays behind at AWS, with
# the commands that remove it.
query PreviewDeletion($id: ID!) {
  cloudAccountDeletionPreview(id: $id) {
    isDeletable
    hiddenBlockerCount
    blockers(first: 10) {
      nodes {
        kind
        name
        status
        toBeDoneFirst
        subscription { id }
      }
      pageInfo { hasNextPage endCursor }
      totalCount
    }
    leftBehind {
      list
      commands
      resources(first: 10) {
        nodes { kind arn region command }
      }
    }
  }
}`,
    variables: { id: '<cloudAccount.id>' },
  },
  {
    query: `# Who uses an account, counted anew from the
# rows: why it can or cannot be deleted, and
# whatever does not fit.
query AuditUsage($id: ID!) {
  usageAudit(id: $id) {
    auditedAt
    isDeletable
    explanation
    usage { status isActive count }
    hiddenBlockerCount
    findings { kind subject message remedy }
  }
}`,
    variables: { id: '<cloudAccount.id>' },
  },
  {
    query: `# Let an account go with its last subscription.
# No new one may begin in it meanwhile.
mutation DeleteWhenUnused(
  $input: DeleteCloudAccountInput!
) {
  deleteCloudAccount(input: $input) {
    deletedCloudAccountId
    cloudAccount {
      id
      name
      status
      version
      deletionRequest { by { name } at }
    }
    userErrors { code message remediation }
  }
}`,
    variables: { input: { id: '<cloudAccount.id>', mode: 'WHEN_UNUSED' } },
  },
  {
    query: `# Have it stay: it is again what it was.
# expectedVersion is the version it has by now.
mutation CancelDeletion(
  $input: CancelCloudAccountDeletionInput!
) {
  cancelCloudAccountDeletion(input: $input) {
    cloudAccount { id name status version }
    userErrors {
      code
      message
      remediation
      ... on VersionConflictError { currentVersion }
    }
  }
}`,
    variables: { input: { id: '<cloudAccount.id>', expectedVersion: 2 } },
  },
  {
    query: `# The way out when credentials are dead: give
# an account up with all that stands on it.
# Type its name. Another OWNER has to agree.
mutation ForceDetach(
  $input: ForceDetachCloudAccountInput!
) {
  forceDetachCloudAccount(input: $input) {
    cloudAccount {
      id
      name
      forceDetachRequest {
        reason
        expiresAt
        blockerCount
        viewerCanApprove { isAllowed reason }
      }
    }
    userErrors { code message path remediation }
  }
}`,
    variables: {
      input: { id: '<cloudAccount.id>', name: 'Production', reason: 'The AWS account was closed.' },
    },
  },
  {
    query: `# Agree that an account be detached by force,
# with a key of another OWNER. Its subscriptions
# end, and it goes, all at once.
mutation ApproveForceDetach(
  $input: ApproveForceDetachInput!
) {
  approveForceDetach(input: $input) {
    detachedCloudAccountId
    abandonedSubscriptions
    userErrors { code message remediation }
  }
}`,
    variables: { input: { id: '<cloudAccount.id>' } },
  },
  {
    query: `# Take such a request back.
mutation CancelForceDetach(
  $input: CancelForceDetachInput!
) {
  cancelForceDetach(input: $input) {
    cloudAccount { id name status }
    userErrors { code message remediation }
  }
}`,
    variables: { input: { id: '<cloudAccount.id>' } },
  },
  {
    query: `# The accounts that were deleted: who wanted
# it, when, how and, where it was forced, why.
query DeletedAccounts {
  deletedCloudAccounts(first: 10) {
    nodes {
      cloudAccountId
      name
      awsAccountId
      kind
      reason
      requestedBy { kind name }
      requestedAt
      deletedAt
    }
    totalCount
  }
}`,
  },
  {
    query: `# What a customer reads whose console role is
# missing. "Sandbox keys" has a key for all
# that can go wrong.
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
    variables: {
      input: {
        name: 'Without a role',
        provider: 'AWS',
        region: 'us-east-1',
        consoleRoleName: 'console-role',
        credentials: awsAccessKey('AKIASANDBOXNROLEA3U1'),
      },
    },
  },
  {
    query: `# A key that was just made: AWS knows it
# after eight seconds. The account waits as
# PROPAGATING, and becomes ACTIVE by itself.
mutation CreateWithNewKey(
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
        givesUpAt
        lastErrorCode
      }
      credentialsRejection { code message remediation }
    }
    userErrors { code message path remediation }
  }
}`,
    variables: {
      input: {
        name: 'With a new key',
        provider: 'AWS',
        region: 'us-east-1',
        consoleRoleName: 'console-role',
        credentials: awsAccessKey('AKIASANDBOXLATERB3U1'),
      },
    },
  },
  {
    query: `# Give up credentials that AWS does not know
# yet: an account that has no others is in
# ERROR then.
mutation CancelPendingCredentials(
  $input: CancelPendingCredentialsInput!
) {
  cancelPendingCredentials(input: $input) {
    cloudAccount { id name status version }
    userErrors { code message remediation }
  }
}`,
    variables: { input: { id: '<cloudAccount.id>', expectedVersion: 1 } },
  },
  {
    query: `# Replace the access key with a new one, with
# no moment in which none works. Then look at
# \`rotation\` with the tab that reads an
# account.
mutation RotateCredentials(
  $input: RotateAwsCredentialsInput!
) {
  rotateAwsCredentials(input: $input) {
    cloudAccount {
      id
      version
      rotation {
        state
        step
        nextAttemptAt
        oldAccessKeyId
        newAccessKeyId
        lastError { code message }
      }
    }
    userErrors {
      code
      message
      remediation
      ... on AwsKeyLimitError {
        accessKeyId
        createdAt
        lastUsedAt
      }
    }
  }
}`,
    variables: { input: { id: '<cloudAccount.id>', expectedVersion: 1 } },
  },
  {
    query: `# Call a rotation off: the old key stays, and
# the new one is removed.
mutation CancelRotation(
  $input: CancelRotationInput!
) {
  cancelRotation(input: $input) {
    cloudAccount {
      id
      rotation { state step }
    }
    userErrors { code message remediation }
  }
}`,
    variables: { input: { id: '<cloudAccount.id>' } },
  },
  {
    query: `# Have the key rotated whenever it is 90 days
# old; null takes it back.
mutation SetRotationPolicy(
  $input: SetKeyRotationPolicyInput!
) {
  setKeyRotationPolicy(input: $input) {
    cloudAccount {
      id
      version
      rotateEvery
      credentials { ageInDays rotationDueAt }
    }
    userErrors { code message remediation }
  }
}`,
    variables: { input: { id: '<cloudAccount.id>', expectedVersion: 1, rotateEvery: 90 } },
  },
  {
    query: `# Check credentials and save nothing: every
# check with its cause, what to do, and the
# smallest policy that mends what is missing.
mutation TestCredentials(
  $input: TestAwsCredentialsInput!
) {
  testAwsCredentials(input: $input) {
    report {
      verdict
      awsCalls
      checks {
        step
        group
        verdict
        cause
        message
        remedy
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
    query: `# Check an account again: do its credentials
# still work, and are they still enough?
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
    query: `# Rename an account. expectedVersion is the
# version you read: 1 when it is new. Run this
# twice: somebody, you, was faster.
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
    variables: { input: { id: '<cloudAccount.id>', expectedVersion: 1, name: 'Staging' } },
  },
  {
    query: `# Your accounts and the hosted ones, a page at
# a time: the next one is after endCursor.
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
    query: `# One account, what may be known of its
# credentials, and the subscriptions in it.
# The secret has no field anywhere.
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
    query: `# Your subscriptions, the newest first. Ended
# ones stay in the list.
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
    query: `# Change a subscription. A new name is there at
# once; the rest is a provisioner's to do.
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
      input: {
        id: '<subscription.id>',
        expectedVersion: 1,
        plan: 'large',
        tags: [{ key: 'team', value: 'orders' }],
      },
    },
  },
  {
    query: `# Try again what failed: the subscription is in
# ERROR then, and says why.
mutation RetrySubscription(
  $input: RetrySubscriptionInput!
) {
  retrySubscription(input: $input) {
    subscription { id status provisioning { kind } }
    userErrors { code message path remediation }
  }
}`,
    variables: { input: { id: '<subscription.id>' } },
  },
  {
    query: `# The vendor's own software builds with these
# six, and with a key of the role PROVISIONER:
# npx cloud-account-gateway api-keys create --tenant 1
#   --name Builder --role PROVISIONER
mutation ClaimWork(
  $input: ClaimProvisioningWorkInput!
) {
  claimProvisioningWork(input: $input) {
    works {
      subscriptionId
      claimId
      leaseUntil
      kind
      region
      plan
      tags { key value }
    }
    userErrors { code message path remediation }
  }
}`,
    variables: { input: { limit: 1, leaseSeconds: 300 } },
  },
  {
    query: `# AWS credentials for a work you have claimed,
# for an hour at most. They are told once.
mutation IssueCredentials(
  $input: IssueProvisioningCredentialsInput!
) {
  issueProvisioningCredentials(input: $input) {
    credentials {
      accessKeyId
      expiresAt
      region
      operationId
      iamCalls
    }
    userErrors { code message path remediation }
  }
}`,
    variables: {
      input: {
        subscriptionId: '<subscription.id>',
        claimId: 'the claimId of its work',
      },
    },
  },
  {
    query: `# Where those may not call IAM, the gateway
# takes the steps that are needed.
mutation IamStep($input: PerformIamStepInput!) {
  performIamStep(input: $input) {
    roleArn
    userErrors { code message path remediation }
  }
}`,
    variables: {
      input: {
        subscriptionId: '<subscription.id>',
        claimId: 'the claimId of its work',
        step: 'LOOK_UP_NODE_ROLE',
      },
    },
  },
  {
    query: `# Tell how far it is, well before the lease ends.
mutation ReportWork(
  $input: ReportProvisioningInput!
) {
  reportProvisioning(input: $input) {
    work { isToStop leaseUntil }
    userErrors { code message path remediation }
  }
}`,
    variables: {
      input: {
        subscriptionId: '<subscription.id>',
        claimId: 'the claimId of its work',
        progress: 40,
        message: 'Starting the instances',
      },
    },
  },
  {
    query: `# Tell that it is done.
mutation CompleteWork(
  $input: CompleteProvisioningInput!
) {
  completeProvisioning(input: $input) {
    status
    userErrors { code message path remediation }
  }
}`,
    variables: {
      input: {
        subscriptionId: '<subscription.id>',
        claimId: 'the claimId of its work',
      },
    },
  },
  {
    query: `# Or that it cannot be done, and why.
mutation FailWork(
  $input: FailProvisioningInput!
) {
  failProvisioning(input: $input) {
    status
    userErrors { code message path remediation }
  }
}`,
    variables: {
      input: {
        subscriptionId: '<subscription.id>',
        claimId: 'the claimId of its work',
        message: 'The region has no capacity left.',
      },
    },
  },
  {
    query: `# What is not as it was built, why that
# matters, and how to repair it.
query DriftFindings(
  $filter: DriftFindingFilter
) {
  driftFindings(first: 10, filter: $filter) {
    nodes {
      id
      kind
      expected
      found
      since
      acknowledgedBy
      resolution
      resource { kind arn region }
      repair { advice commands }
      subscription { id name }
    }
    totalCount
  }
}`,
    variables: { filter: { isOpen: true } },
  },
  {
    query: `# Look now, instead of within the hour. Stop an
# instance in the sandbox before, and see it:
# npx cloud-account-gateway sandbox resources
mutation CheckDrift($input: CheckDriftInput!) {
  checkDrift(input: $input) {
    drift {
      verdict
      openFindings
      lastCheckedAt
      codes
      isBeingChecked
    }
    userErrors { code message path remediation }
  }
}`,
    variables: { input: { cloudAccountId: '<cloudAccount.id>' } },
  },
  {
    query: `# Say that you know of it. It stays open until a
# check finds it repaired.
mutation AcknowledgeDrift(
  $input: AcknowledgeDriftFindingInput!
) {
  acknowledgeDriftFinding(input: $input) {
    finding { id acknowledgedAt acknowledgedBy note }
    userErrors { code message path remediation }
  }
}`,
    variables: { input: { id: '<finding.id>', note: 'Planned.' } },
  },
  {
    query: `# Close a finding by hand. What is still so at
# the next check is found anew.
mutation ResolveDrift(
  $input: ResolveDriftFindingInput!
) {
  resolveDriftFinding(input: $input) {
    finding { id resolvedAt resolution note }
    userErrors { code message path remediation }
  }
}`,
    variables: { input: { id: '<finding.id>' } },
  },
  {
    query: `# One subscription, ended or not.
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
    query: `# Any object by its id, whatever its type.
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
  {
    query: `# Many objects at once; null for each that is
# not there.
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
    query: `# An external id, before the access role that
# demands it exists. "Set up IAM" writes it into
# the role; one account takes it, for ever.
mutation IssueExternalId(
  $input: IssueExternalIdInput!
) {
  issueExternalId(input: $input) {
    externalId { handle externalId createdAt }
    userErrors { code message }
  }
}`,
    variables: { input: {} },
  },
  {
    query: `# Connect an account by a role instead of a
# key. Put in what "IssueExternalId" showed: the
# handle, and the id at the end of the ARN. The
# sandbox has such a role for every id.
mutation CreateAccountWithRole(
  $input: CreateCloudAccountInput!
) {
  createCloudAccount(input: $input) {
    cloudAccount {
      id
      name
      status
      accessRole { roleArn externalId issuedAt }
    }
    userErrors { code message path remediation }
  }
}`,
    variables: {
      input: {
        name: 'By a role',
        provider: 'AWS',
        region: 'us-east-1',
        consoleRoleName: 'console-role',
        credentials: {
          awsAssumeRole: {
            roleArn: 'arn:aws:iam::900000000361:role/access-role-EXTERNAL_ID',
            externalIdHandle: 'HANDLE',
          },
        },
      },
    },
  },
  {
    query: `# The external ids of your tenant, and the
# accounts that took them.
query ExternalIds {
  externalIds(first: 10) {
    nodes {
      handle
      externalId
      takenAt
      cloudAccount { id name }
    }
    totalCount
  }
}`,
  },
  {
    query: `# What a customer makes in their AWS account:
# by CloudFormation, Terraform or by hand.
query SetUpIam($input: IamSetupInput!) {
  iamSetup(input: $input) {
    manifestVersion
    cloudFormation { command quickCreateUrl }
    terraform { files { name } }
    manual { steps { title } }
  }
}`,
    variables: { input: { vendorAccountId: '111122223333', awsAccountId: '123456789012' } },
  },
  {
    query: `# Who you are to the gateway, and what you may
# do. Each refusal comes with its reason.
query Viewer {
  viewer {
    role
    mayIntrospect
    tenant { name }
    apiKey { id name expiresAt }
    viewerCanCreateCloudAccount { isAllowed reason }
    viewerCanCreateApiKey { isAllowed reason }
  }
}`,
  },
  {
    query: `# Another key for your tenant, for OWNERs. Its
# secret is shown this once.
mutation CreateKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    secret
    apiKey { id name role expiresAt allowedCidrs }
    userErrors { code message path remediation }
  }
}`,
    variables: { input: { name: 'Dashboard', role: 'VIEWER', expiresInDays: 30, mayIntrospect: true } },
  },
  {
    query: `# From now on that key opens nothing.
mutation RevokeKey($input: RevokeApiKeyInput!) {
  revokeApiKey(input: $input) {
    apiKey { id name isUsable revokedAt }
    userErrors { code message path remediation }
  }
}`,
    variables: { input: { id: '<apiKey.id>' } },
  },
  {
    query: `# The keys of your tenant, the newest first.
query Keys($filter: ApiKeyFilter) {
  apiKeys(first: 10, filter: $filter) {
    nodes {
      id
      name
      role
      keyId
      isUsable
      expiresAt
      lastUsedAt
      viewerCanRevoke { isAllowed reason }
    }
    totalCount
  }
}`,
    variables: { filter: { isUsable: true } },
  },
  {
    query: `# Every error code: who has to act, whether
# trying again helps, and the way out.
query ErrorCatalog {
  errorCatalog {
    code
    fault
    retryable
    remediation
  }
}`,
  },
];
