import type { Group } from './operation.js';

export const apiKeys: Group = {
  title: 'API keys of your tenant',
  about: 'Your role, and the API keys of your tenant.',
  operations: [
    {
      query: `# Your API key and its permissions. A denied
# permission has a reason.
query Viewer {
  viewer {
    role
    canIntrospect
    tenant { name }
    apiKey { id name expiresAt }
    viewerCanCreateCloudAccount { isAllowed reason }
    viewerCanCreateApiKey { isAllowed reason }
  }
}`,
    },
    {
      query: `# Create another API key for your tenant. Its
# secret is shown once.
mutation CreateKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    secret
    apiKey { id name role expiresAt allowedCidrs }
    userErrors { code message path remediation }
  }
}`,
      variables: { input: { name: 'Dashboard', role: 'VIEWER', expiresInDays: 30, canIntrospect: true } },
    },
    {
      query: `# The API keys of your tenant, newest first.
query Keys($filter: ApiKeyFilter) {
  apiKeys(first: 10, filter: $filter) {
    nodes {
      id
      name
      role
      apiKeyId
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
      query: `# Revoke the API key. It is no longer accepted.
mutation RevokeKey($input: RevokeApiKeyInput!) {
  revokeApiKey(input: $input) {
    apiKey { id name isUsable revokedAt }
    userErrors { code message path remediation }
  }
}`,
      variables: { input: { id: '<apiKey.id>' } },
    },
  ],
};
