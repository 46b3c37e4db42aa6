import { account, deleteAccount, type Group } from './operation.js';

export const iamSetup: Group = {
  title: 'IAM setup and access roles',
  about: 'What a customer creates in AWS, and an account with a role instead of an access key.',
  operations: [
    {
      query: `# What a customer creates in their AWS account:
# with CloudFormation, Terraform or manually.
query SetUpIam($input: IamSetupInput!) {
  iamSetup(input: $input) {
    manifestVersion
    cloudFormation { command quickCreateUrl }
    terraform { files { name } }
    manual { steps { title } }
  }
}`,
      variables: {
        input: {
          vendorAccountId: '111122223333',
          awsAccountId: '123456789012',
          tags: [{ key: 'CostCenter', value: '4711' }],
        },
      },
    },
    {
      query: `# Issue an external ID for a new access role.
# The role's trust policy requires it. One account
# can use it.
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
      query: `# Connect an account with the access role. The
# sandbox has such a role for every external ID.
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
      variables: account('With a role', {
        awsAssumeRole: {
          roleArn: 'arn:aws:iam::900000000397:role/access-role-<externalId.externalId>',
          externalIdHandle: '<externalId.handle>',
        },
      }),
    },
    {
      query: `# The external IDs of your tenant, and the
# accounts that use them.
query ExternalIds {
  externalIds(first: 10) {
    nodes {
      handle
      externalId
      assignedAt
      cloudAccount { id name }
    }
    totalCount
  }
}`,
    },
    deleteAccount('DeleteAccountWithRole'),
  ],
};
