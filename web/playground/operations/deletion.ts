import { beginSubscription, connect, deleteAccount, endSubscription, type Group } from './operation.js';

export const deletion: Group = {
  title: 'Deletion',
  about: 'Preview, schedule and cancel the deletion of an account.',
  operations: [
    connect('ConnectForDeletion', 'Archive', 'J3U1'),
    beginSubscription('BeginBackups', 'Backups'),
    {
      query: `# Preview the deletion: what prevents it, and
# what remains in AWS, with the commands that
# remove it.
query PreviewDeletion($id: ID!) {
  cloudAccountDeletionPreview(id: $id) {
    isDeletable
    hiddenBlockerCount
    blockers(first: 10) {
      nodes {
        kind
        name
        status
        requiredAction
        subscription { id }
      }
      pageInfo { hasNextPage endCursor }
      totalCount
    }
    remainingInAws {
      iamEntityList
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
      query: `# Audit who uses the account, from the rows of
# the database: why it can or cannot be deleted.
query AuditUsage($id: ID!) {
  usageAudit(id: $id) {
    auditedAt
    isDeletable
    explanation
    usage { status isActive count }
    hiddenBlockerCount
    findings { kind subject message remediation }
  }
}`,
      variables: { id: '<cloudAccount.id>' },
    },
    {
      query: `# Schedule the deletion: the account is deleted
# when its last subscription ends. Until then, no
# new subscription can begin in it.
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
      scheduledDeletion { requestedBy { name } requestedAt }
    }
    userErrors { code message remediation }
  }
}`,
      variables: { input: { id: '<cloudAccount.id>', mode: 'WHEN_UNUSED' } },
    },
    {
      query: `# Cancel the scheduled deletion. The account gets
# its previous status.
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
      variables: { input: { id: '<cloudAccount.id>', expectedVersion: '<cloudAccount.version>' } },
    },
    endSubscription('EndBackups'),
    deleteAccount('DeleteArchive'),
    {
      query: `# The deleted accounts: who deleted them, when,
# how, and why if the deletion was forced.
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
  ],
};

export const forcedDetachment: Group = {
  title: 'Force detach',
  about: 'Delete an account whose credentials no longer work. Two OWNERs have to agree.',
  operations: [
    connect('ConnectForDetachment', 'Closed account', 'J4U1'),
    beginSubscription('BeginLostSubscription', 'Lost'),
    {
      query: `# Request to give up the account with all its
# subscriptions. Repeat its name.
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
        input: { id: '<cloudAccount.id>', name: 'Closed account', reason: 'The AWS account was closed.' },
      },
    },
    {
      query: `# Approve the request. With the key that made it,
# this is refused: FORCE_DETACH_REQUIRES_ANOTHER_API_KEY.
# To approve it, create another OWNER key,
#   npx cloud-account-gateway api-keys create --tenant 2
#     --name Second --role OWNER --introspection
# use it at the top of this page, and run this.
mutation ApproveForceDetach(
  $input: ApproveForceDetachInput!
) {
  approveForceDetach(input: $input) {
    detachedCloudAccountId
    abandonedSubscriptionCount
    userErrors { code message remediation }
  }
}`,
      variables: { input: { id: '<cloudAccount.id>' } },
      refusal: 'FORCE_DETACH_REQUIRES_ANOTHER_API_KEY',
    },
    {
      query: `# Cancel the request.
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
    endSubscription('EndLostSubscription'),
    deleteAccount('DeleteClosedAccount'),
  ],
};
