/** An operation that is ready to run. Its name is the title of its tab. */
export interface Operation {
  readonly query: string;
  /** `<cloudAccount.id>` is replaced with the ID of the cloud account in the last response (placeholders.ts). */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Role that the API key needs, if OWNER is not sufficient: other API keys get FORBIDDEN. */
  readonly role?: 'PROVISIONER';
  /** Expected result of an operation that is refused on purpose: an error code, or a placeholder without a value. */
  readonly refusal?: string;
}

/** Operations of one task. Run in order with a new gateway, each works or is refused as announced. */
export interface Group {
  readonly title: string;
  readonly about: string;
  readonly operations: readonly Operation[];
}

export function nameOf({ query }: Operation): string {
  return /^(?:query|mutation) (\w+)/m.exec(query)![1]!;
}

export const sandboxSecret = 'sandbox/secret/is/the/same/for/every/key';

export const awsAccessKey = (accessKeyId: string) => ({
  awsAccessKey: { accessKeyId, secretAccessKey: sandboxSecret },
});

export const account = (name: string, credentials: object) => ({
  input: { name, provider: 'AWS', region: 'us-east-1', consoleRoleName: 'console-role', credentials },
});

/** Connects an account with an access key of the sandbox. */
export const connect = (operation: string, name: string, which: string): Operation => ({
  query: `# Connect an account for this group.
mutation ${operation}($input: CreateCloudAccountInput!) {
  createCloudAccount(input: $input) {
    cloudAccount { id name status version }
    userErrors {
      code
      message
      path
      remediation
      ... on AlreadyConnectedError { cloudAccount { id name } }
    }
  }
}`,
  variables: account(name, awsAccessKey(`AKIASANDBOXWORKS${which}`)),
});

export const beginSubscription = (operation: string, name: string): Operation => ({
  query: `# Create a subscription in the account.
mutation ${operation}($input: CreateSubscriptionInput!) {
  createSubscription(input: $input) {
    subscription { id name status version }
    userErrors { code message path remediation }
  }
}`,
  variables: { input: { cloudAccountId: '<cloudAccount.id>', name, region: 'us-east-1' } },
});

export const endSubscription = (operation: string): Operation => ({
  query: `# End the subscription.
mutation ${operation}($input: DeleteSubscriptionInput!) {
  deleteSubscription(input: $input) {
    subscription { id name status endedAt }
    userErrors { code message path remediation }
  }
}`,
  variables: { input: { id: '<subscription.id>' } },
});

export const deleteAccount = (operation: string): Operation => ({
  query: `# Delete the account. The group can be run again.
mutation ${operation}($input: DeleteCloudAccountInput!) {
  deleteCloudAccount(input: $input) {
    deletedCloudAccountId
    userErrors { code message path remediation }
  }
}`,
  variables: { input: { id: '<cloudAccount.id>' } },
});
