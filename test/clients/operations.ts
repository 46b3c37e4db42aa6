const account = 'id name version status nodeRoleName';
const payload = `cloudAccount { ${account} } userErrors { __typename code message path }`;
const byName = 'orderBy: { field: NAME, direction: ASC }';

/** What every client sends. Relay's compiler wants names that begin with the name of the file and end with the kind. */
export const operations = {
  list: `query relayListQuery($first: Int!) {
    cloudAccounts(first: $first, ${byName}) { totalCount edges { node { ${account} } } }
  }`,
  page: `query relayPageQuery($first: Int!, $after: String) {
    cloudAccounts(first: $first, after: $after, ${byName}) { edges { cursor node { id name } } pageInfo { endCursor hasNextPage } }
  }`,
  create: `mutation relayCreateMutation($input: CreateCloudAccountInput!) { createCloudAccount(input: $input) { ${payload} } }`,
  update: `mutation relayUpdateMutation($input: UpdateCloudAccountInput!) { updateCloudAccount(input: $input) { ${payload} } }`,
  remove: `mutation relayRemoveMutation($input: DeleteCloudAccountInput!) {
    deleteCloudAccount(input: $input) { deletedCloudAccountId userErrors { code } }
  }`,
};

export const isMutation = (operation: keyof typeof operations) => operations[operation].startsWith('mutation');
