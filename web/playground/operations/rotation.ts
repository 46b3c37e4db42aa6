import { connect, type Group } from './operation.js';

export const accessKeyRotation: Group = {
  title: 'Access key rotation',
  about: 'Replace the access key of an account while it is in use.',
  operations: [
    connect('ConnectForRotation', 'Rotated', 'J5U1'),
    {
      query: `# Rotate the access key when it is 90 days old.
# null: no automatic rotation.
mutation SetRotationPolicy(
  $input: SetAccessKeyRotationPolicyInput!
) {
  setAccessKeyRotationPolicy(input: $input) {
    cloudAccount {
      id
      version
      rotationIntervalDays
      credentials { ageInDays rotationDueAt }
    }
    userErrors { code message remediation }
  }
}`,
      variables: {
        input: { id: '<cloudAccount.id>', expectedVersion: '<cloudAccount.version>', rotationIntervalDays: 90 },
      },
    },
    {
      query: `# Rotate the access key now. At every moment, one
# of the two access keys works.
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
      ... on AwsAccessKeyLimitError {
        accessKeyId
        createdAt
        lastUsedAt
      }
    }
  }
}`,
      variables: { input: { id: '<cloudAccount.id>', expectedVersion: '<cloudAccount.version>' } },
    },
    {
      query: `# See how far the rotation is. Run it again to
# follow the steps.
query ReadRotation($id: ID!) {
  cloudAccount(id: $id) {
    id
    version
    credentials { accessKeyId version ageInDays }
    rotation { state step graceUntil nextAttemptAt }
  }
}`,
      variables: { id: '<cloudAccount.id>' },
    },
    {
      query: `# Cancel the rotation: the old access key is used
# again, and the new one is deleted.
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
      query: `# Delete the account when the rotation has ended.
mutation DeleteAfterRotation(
  $input: DeleteCloudAccountInput!
) {
  deleteCloudAccount(input: $input) {
    deletedCloudAccountId
    cloudAccount { id status }
    userErrors { code message path remediation }
  }
}`,
      variables: { input: { id: '<cloudAccount.id>', mode: 'WHEN_UNUSED' } },
    },
  ],
};
