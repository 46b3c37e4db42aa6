import { beginSubscription, connect, deleteAccount, endSubscription, type Group } from './operation.js';
import { claim, complete, provisionersKey, work } from './provisioner.js';

const needsFinding = `# Needs a finding in the answer of DriftFindings:
# run CheckDrift and DriftFindings again 15 seconds
# after ReportNetwork.`;

export const drift: Group = {
  title: 'Drift',
  about:
    'Compare the resources in AWS with their expected state. The provisioner reports a network that does not exist, which is found to be missing.',
  operations: [
    connect('ConnectForDrift', 'Watched', 'J7U1'),
    beginSubscription('BeginWatched', 'Network'),
    claim('ClaimNetwork', 'Claim the work.'),
    {
      query: `# Report a network, which is compared with AWS from
# now on.
${provisionersKey}
mutation ReportNetwork(
  $input: ReportProvisioningInput!
) {
  reportProvisioning(input: $input) {
    work { isStopRequested leaseUntil }
    userErrors { code message path remediation }
  }
}`,
      variables: {
        input: {
          ...work,
          resources: [{ arn: 'arn:aws:ec2:us-east-1:900000000691:vpc/vpc-0123456789abcdef0', cidr: '10.0.0.0/16' }],
        },
      },
      role: 'PROVISIONER',
    },
    complete('CompleteNetwork'),
    {
      query: `# Check now instead of within the hour. A resource
# is checked 15 seconds after its report. Use the
# key of your tenant again.
mutation CheckDrift($input: CheckDriftInput!) {
  checkDrift(input: $input) {
    drift {
      verdict
      openFindingCount
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
      query: `# The differences: expected and actual values,
# and how to restore the expected state.
query DriftFindings(
  $filter: DriftFindingFilter
) {
  driftFindings(first: 10, filter: $filter) {
    nodes {
      id
      kind
      expected
      actual
      detectedAt
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
      query: `# Acknowledge a finding. It stays open until a
# check finds it repaired.
${needsFinding}
mutation AcknowledgeDrift(
  $input: AcknowledgeDriftFindingInput!
) {
  acknowledgeDriftFinding(input: $input) {
    finding { id acknowledgedAt acknowledgedBy note }
    userErrors { code message path remediation }
  }
}`,
      variables: { input: { id: '<driftFindings.id>', note: 'Planned.' } },
      refusal: '<driftFindings.id>',
    },
    {
      query: `# Resolve a finding manually. If the difference still
# exists, the next check reports it again.
${needsFinding}
mutation ResolveDrift(
  $input: ResolveDriftFindingInput!
) {
  resolveDriftFinding(input: $input) {
    finding { id resolvedAt resolution note }
    userErrors { code message path remediation }
  }
}`,
      variables: { input: { id: '<driftFindings.id>' } },
      refusal: '<driftFindings.id>',
    },
    endSubscription('EndWatched'),
    claim('ClaimNetworkTearDown', 'Claim the work to tear it down.'),
    complete('CompleteNetworkTearDown'),
    deleteAccount('DeleteWatchedAccount'),
  ],
};
