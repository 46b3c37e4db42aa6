import { beginSubscription, connect, deleteAccount, endSubscription, type Group, type Operation } from './operation.js';

export const provisionersKey = `# Needs a key with the role PROVISIONER:
#   npx cloud-account-gateway api-keys create --tenant 1
#     --name Builder --role PROVISIONER
#     --introspection
# Use it at the top of this page.`;
export const work = { subscriptionId: '<work.subscriptionId>', claimId: '<work.claimId>' };

export const claim = (operation: string, about: string): Operation => ({
  query: `# ${about}
${provisionersKey}
mutation ${operation}($input: ClaimProvisioningWorkInput!) {
  claimProvisioningWork(input: $input) {
    work {
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
  role: 'PROVISIONER',
});

export const complete = (operation: string): Operation => ({
  query: `# Report that the work is done.
${provisionersKey}
mutation ${operation}($input: CompleteProvisioningInput!) {
  completeProvisioning(input: $input) {
    status
    userErrors { code message path remediation }
  }
}`,
  variables: { input: work },
  role: 'PROVISIONER',
});

export const provisioner: Group = {
  title: 'Provisioner',
  about:
    'How the vendor’s software builds subscriptions. Operations marked PROVISIONER need a key with that role: change the key at the top.',
  operations: [
    connect('ConnectForProvisioner', 'Factory', 'J6U1'),
    beginSubscription('BeginMachines', 'Machines'),
    claim('ClaimWork', 'Claim what waits for a provisioner.'),
    {
      query: `# AWS credentials for the claimed work, for an
# hour at most. They are shown once.
${provisionersKey}
mutation IssueCredentials(
  $input: IssueProvisioningCredentialsInput!
) {
  issueProvisioningCredentials(input: $input) {
    credentials {
      accessKeyId
      expiresAt
      region
      operationId
      canCallIam
    }
    userErrors { code message path remediation }
  }
}`,
      variables: { input: work },
      role: 'PROVISIONER',
    },
    {
      query: `# Let the gateway call IAM where these credentials
# may not.
${provisionersKey}
mutation IamStep($input: PerformIamStepInput!) {
  performIamStep(input: $input) {
    roleArn
    userErrors { code message path remediation }
  }
}`,
      variables: { input: { ...work, step: 'CREATE_TRANSIT_GATEWAY_ROLE' } },
      role: 'PROVISIONER',
    },
    {
      query: `# Report progress well before the lease ends.
${provisionersKey}
mutation ReportWork(
  $input: ReportProvisioningInput!
) {
  reportProvisioning(input: $input) {
    work { isStopRequested leaseUntil }
    userErrors { code message path remediation }
  }
}`,
      variables: { input: { ...work, progress: 40, message: 'Starting the instances' } },
      role: 'PROVISIONER',
    },
    {
      query: `# Report that the work failed, and why.
${provisionersKey}
mutation FailWork(
  $input: FailProvisioningInput!
) {
  failProvisioning(input: $input) {
    status
    userErrors { code message path remediation }
  }
}`,
      variables: { input: { ...work, message: 'The region has no capacity left.' } },
      role: 'PROVISIONER',
    },
    {
      query: `# Retry the subscription that failed. Use the key
# of your tenant again.
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
    claim('ClaimRetriedWork', 'Claim the work again.'),
    complete('CompleteWork'),
    endSubscription('EndMachines'),
    claim('ClaimTearDown', 'Claim the work to tear it down.'),
    complete('CompleteTearDown'),
    deleteAccount('DeleteFactoryAccount'),
  ],
};
