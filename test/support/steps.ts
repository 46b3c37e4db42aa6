import { sandboxConsoleRole, sandboxSecret } from '@cloud-account-gateway/aws-sandbox';
import type { Gateway } from './gateway.js';

/** Four characters that select an AWS account (two) and a user in it (two) of the sandbox. */
export const suffix = (account: number, user = 0) => twoDigits(account) + twoDigits(user);

const twoDigits = (n: number) => n.toString(36).toUpperCase().padStart(2, '0');

/** Sandbox access key of a family, such as WORKS, for the AWS account and user of `suffix`. */
export const sandboxKey = (family: string, which: string, secretAccessKey = sandboxSecret) => ({
  awsAccessKey: { accessKeyId: `AKIASANDBOX${family}${which}`, secretAccessKey },
});

export const newAccount = (which: string, input: object = {}) => ({
  name: `Account ${which}`,
  credentials: sandboxKey('WORKS', which),
  consoleRoleName: sandboxConsoleRole,
  ...input,
});

/**
 * Account whose user cannot simulate policies, which needs a third of the calls to AWS: for tests that do not concern
 * permissions.
 */
export const quickAccount = (which: string, input: object = {}) =>
  newAccount(which, { credentials: sandboxKey('NSIMU', which), ...input });

const account =
  'id name provider region ownership status awsAccountId awsUserId awsUserArn consoleRoleName consoleRoleArn isSandbox version createdAt updatedAt';
const errors = 'userErrors { __typename code message path retryable remediation }';

export const createCloudAccount = `mutation ($input: CreateCloudAccountInput!) {
  createCloudAccount(input: $input) { cloudAccount { ${account} credentials { accessKeyId version fingerprint setAt setBy lastVerifiedAt } }
  ${errors} }
}`;

export const updateCloudAccount = `mutation ($input: UpdateCloudAccountInput!) {
  updateCloudAccount(input: $input) { cloudAccount { ${account} credentials { accessKeyId version fingerprint } } ${errors} }
}`;

export const deleteCloudAccount = `mutation ($input: DeleteCloudAccountInput!) {
  deleteCloudAccount(input: $input) { deletedCloudAccountId userErrors { __typename code message path retryable remediation
    ... on CloudAccountInUseError { hiddenBlockerCount blockers(first: 10) { totalCount pageInfo { hasNextPage } nodes { name subscription { id name status cloudAccount { id } } } } }
    ... on VersionConflictError { currentVersion } } }
}`;

export const createSubscription = `mutation ($input: CreateSubscriptionInput!) {
  createSubscription(input: $input) { subscription { id name region status isActive version cloudAccount { id } } ${errors} }
}`;

export const deleteSubscription = `mutation ($input: DeleteSubscriptionInput!) {
  deleteSubscription(input: $input) { subscription { id status isActive endedAt version } ${errors} }
}`;

export const createApiKey = `mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { secret apiKey { id name role apiKeyId allowedCidrs canIntrospect isUsable createdAt expiresAt revokedAt lastUsedAt viewerCanRevoke { isAllowed code } } ${errors} }
}`;

export const revokeApiKey = `mutation ($input: RevokeApiKeyInput!) {
  revokeApiKey(input: $input) { apiKey { id isUsable revokedAt } ${errors} }
}`;

export const issueExternalId = `mutation ($input: IssueExternalIdInput!) {
  issueExternalId(input: $input) { externalId { handle externalId createdAt assignedAt cloudAccount { id } } ${errors} }
}`;

/** ID of the sandbox account that `suffix` selects. */
export const sandboxAccountId = (which: string) => `9000${String(parseInt(which.slice(0, 2), 36)).padStart(8, '0')}`;

/** Credentials with a role in an account of the sandbox. */
export const sandboxRole = (which: string, name: string, externalIdHandle: string, partition = 'aws') => ({
  awsAssumeRole: { roleArn: `arn:${partition}:iam::${sandboxAccountId(which)}:role/${name}`, externalIdHandle },
});

/** Number in a global ID, as in SQL. */
export const numberOf = (globalId: string) => Number(Buffer.from(globalId, 'base64url').toString().split(':')[1]);

/** Time in a row, which SQLite stores as text in UTC: in milliseconds since 1970. */
export const momentOf = (value: string | Date) =>
  (value instanceof Date ? value : new Date(`${value.replace(' ', 'T')}Z`)).getTime();

/** Global ID, also of missing objects. */
export const globalId = (type: 'ApiKey' | 'CloudAccount' | 'CloudSubscription' | 'DriftFinding', number: number) =>
  Buffer.from(`${type}:${number}`).toString('base64url');

export const hostedAccount = globalId('CloudAccount', 1);

let accounts = 0;

/** Steps of a customer. Each fails the test if the gateway refuses it. */
export const stepsWith = (gateway: () => Gateway) => {
  const done = (payload: any) => {
    if (payload.userErrors.length > 0) throw new Error(`Refused: ${JSON.stringify(payload.userErrors, null, 2)}`);
    return payload;
  };

  return {
    /** User of the sandbox that no test has used yet, in its own AWS account. */
    nextUser: () => suffix(++accounts),

    /** Created in a third of the time: see `quickAccount`. */
    async createQuickAccount(input: object = {}, key?: string): Promise<any> {
      const data = await gateway().ask(createCloudAccount, { input: quickAccount(suffix(++accounts), input) }, key);
      return done(data.createCloudAccount).cloudAccount;
    },

    async createAccount(input: { which?: string; [field: string]: unknown } = {}, key?: string): Promise<any> {
      const { which = suffix(++accounts), ...rest } = input;
      const data = await gateway().ask(createCloudAccount, { input: newAccount(which, rest) }, key);
      return done(data.createCloudAccount).cloudAccount;
    },

    async createSubscription(cloudAccountId: string, key?: string, region = 'us-east-1'): Promise<any> {
      const input = { cloudAccountId, name: 'Orders', region };
      const data = await gateway().ask(createSubscription, { input }, key);
      return done(data.createSubscription).subscription;
    },

    async endSubscription(id: string, key?: string): Promise<any> {
      const data = await gateway().ask(deleteSubscription, { input: { id } }, key);
      return done(data.deleteSubscription).subscription;
    },

    async updateAccount(input: object, key?: string): Promise<any> {
      const data = await gateway().ask(updateCloudAccount, { input }, key);
      return done(data.updateCloudAccount).cloudAccount;
    },

    async deleteAccount(id: string, key?: string): Promise<void> {
      done((await gateway().ask(deleteCloudAccount, { input: { id } }, key)).deleteCloudAccount);
    },

    /** Number of rows in the tables that a refusal must not change. */
    async rowsStored(): Promise<Record<string, number>> {
      const rows: Record<string, number> = {};
      for (const table of ['cloud_account', 'aws_access_key', 'subscription', 'encryption_key']) {
        const [{ n }] = await gateway().sql(`SELECT COUNT(*) AS n FROM ${table}`);
        rows[table] = Number(n);
      }
      return rows;
    },

    async issueExternalId(key?: string): Promise<{ handle: string; externalId: string }> {
      return done((await gateway().ask(issueExternalId, { input: {} }, key)).issueExternalId).externalId;
    },

    /** API key of the caller's tenant: ID and secret. */
    async createKey(input: object = {}, key?: string): Promise<any> {
      const data = await gateway().ask(createApiKey, { input: { name: 'Spare', role: 'VIEWER', ...input } }, key);
      const { apiKey, secret } = done(data.createApiKey);
      return { ...apiKey, secret };
    },

    async revokeKey(id: string, key?: string): Promise<any> {
      return done((await gateway().ask(revokeApiKey, { input: { id } }, key)).revokeApiKey).apiKey;
    },

    async readAccount(id: string, key?: string): Promise<any> {
      return (
        await gateway().ask(
          `query ($id: ID!) { cloudAccount(id: $id) { ${account} credentials { accessKeyId version fingerprint } } }`,
          { id },
          key,
        )
      ).cloudAccount;
    },

    /** Error codes of a mutation with their fields: `['INVALID_INPUT input.name']`. */
    async refusals(mutation: string, input: object, key?: string): Promise<string[]> {
      const data = await gateway().ask(mutation, { input }, key);
      const [payload] = Object.values<any>(data);
      return payload.userErrors.map(({ code, path }: any) => [code, path?.join('.')].filter(Boolean).join(' '));
    },
  };
};
