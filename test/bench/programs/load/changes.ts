/** The requests of W3. */
export const changes = {
  create: (cloudAccountId: string) =>
    JSON.stringify({
      operationName: 'Create',
      query: `mutation Create($input: CreateSubscriptionInput!) {
        createSubscription(input: $input) { subscription { id name status } userErrors { code } }
      }`,
      variables: { input: { cloudAccountId, name: 'Orders', region: 'us-east-1' } },
    }),

  delete: (id: string) =>
    JSON.stringify({
      operationName: 'Delete',
      query: `mutation Delete($input: DeleteSubscriptionInput!) {
        deleteSubscription(input: $input) { subscription { id status } userErrors { code } }
      }`,
      variables: { input: { id } },
    }),

  /** The id of the subscription in the answer to `create`. */
  idIn: (answer: string) => /"subscription":\{"id":"([^"]+)"/.exec(answer)?.[1] ?? '',
};
