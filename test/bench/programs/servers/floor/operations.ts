import { account, accountCount, accountCursor, accounts, pageWith, tenantName } from '../data/accounts.js';
import type { Viewer } from '../data/api-keys.js';
import { idOf } from '../data/ids.js';
import {
  createSubscription,
  deleteSubscription,
  Refused,
  type ChangedSubscription,
  type NewSubscription,
} from '../data/subscription-changes.js';
import { countOf, subscription, subscriptionCursor, subscriptions, subscriptionsOf } from '../data/subscriptions.js';
import {
  accountFields,
  accountHeader,
  accountId,
  accountSummary,
  list,
  newestSubscriptions,
  object,
  page,
  subscriptionFields,
  subscriptionId,
  subscriptionSummary,
  text,
} from './json.js';

interface Variables {
  readonly id: string;
}

/** The fields of `data` in the answer. */
type Operation = (viewer: Viewer, variables: Variables) => Promise<string> | string;

const idOfAccount = ({ id }: Variables) => idOf('CloudAccount', id);
const idOfSubscription = ({ id }: Variables) => idOf('CloudSubscription', id);

const pageWithAll = pageWith('fields', { newest: 5, total: true });
const pageWithCounts = pageWith('header', { total: true });
const pageWithNewest = pageWith('header', { newest: 3 });

/** The documents of the workloads, by the names of their operations: see `documents.ts`. */
export const operations: Record<string, Operation> = {
  Account: async (viewer, variables) =>
    `"cloudAccount":${object(await account(viewer, idOfAccount(variables), 'fields'), accountFields)}`,

  AccountPage: async (viewer) => {
    const rows = await pageWithAll(viewer, 50);
    const fields = (row: (typeof rows)[number]) =>
      `${accountFields(row)},"subscriptions":{"nodes":${newestSubscriptions(row.newest)},"totalCount":${row.total}}`;
    return `"cloudAccounts":${page(rows, 50, fields, accountCursor)}`;
  },

  Create: async (viewer, variables) =>
    payload('createSubscription', createSubscription(viewer, inputOf<NewSubscription>(variables)), subscriptionSummary),
  Delete: async (viewer, variables) =>
    payload(
      'deleteSubscription',
      deleteSubscription(viewer, inputOf<Variables>(variables)),
      (row) => `${subscriptionId(row)},"status":"${row.status}"`,
    ),

  TypeName: () => '"__typename":"Query"',

  AccountName: async (viewer, variables) =>
    `"cloudAccount":${object(await account(viewer, idOfAccount(variables), 'header'), (row) => `"name":${text(row.name)}`)}`,

  AccountStatus: async (viewer, variables) =>
    `"cloudAccount":${object(await account(viewer, idOfAccount(variables), 'header'), accountSummary)}`,

  AccountHeader: async (viewer, variables) =>
    `"cloudAccount":${object(await account(viewer, idOfAccount(variables), 'header'), accountHeader)}`,

  AccountDetails: async (viewer, variables) => {
    const row = await account(viewer, idOfAccount(variables), 'all');
    if (!row) return '"cloudAccount":null';
    const { ownership, isSandbox, version } = row;
    return `"cloudAccount":{${accountFields(row)},"ownership":"${ownership}","isSandbox":${isSandbox === 1},"version":${version}}`;
  },

  AccountWithSubscriptions: async (viewer, variables) => {
    const id = idOfAccount(variables);
    const [row, nodes] = await Promise.all([account(viewer, id, 'header'), subscriptionsOf(viewer, id, 10)]);
    if (!row) return '"cloudAccount":null';
    return `"cloudAccount":{${accountSummary(row)},"subscriptions":{"nodes":${list(nodes, subscriptionSummary)}}}`;
  },

  AccountSubscriptionCount: async (viewer, variables) => {
    const id = idOfAccount(variables);
    const [row, total] = await Promise.all([account(viewer, id, 'header'), countOf(viewer, id)]);
    return row ? `"cloudAccount":{${accountId(row)},"subscriptions":{"totalCount":${total}}}` : '"cloudAccount":null';
  },

  AccountNames: async (viewer) =>
    `"cloudAccounts":${page(await accounts(viewer, 20, 'header'), 20, (row) => `${accountId(row)},"name":${text(row.name)}`)}`,

  AccountList: async (viewer) =>
    `"cloudAccounts":${page(await accounts(viewer, 20, 'fields'), 20, accountFields, accountCursor)}`,

  AccountCount: async (viewer) => `"cloudAccounts":{"totalCount":${await accountCount(viewer)}}`,

  AccountPicker: async (viewer) => `"cloudAccounts":${page(await accounts(viewer, 50, 'header'), 50, accountHeader)}`,

  AccountsWithCounts: async (viewer) => {
    const rows = await pageWithCounts(viewer, 10);
    const fields = (row: (typeof rows)[number]) => `${accountSummary(row)},"subscriptions":{"totalCount":${row.total}}`;
    return `"cloudAccounts":${page(rows, 10, fields)}`;
  },

  AccountsWithNewest: async (viewer) => {
    const rows = await pageWithNewest(viewer, 10);
    const fields = (row: (typeof rows)[number]) =>
      `${accountSummary(row)},"subscriptions":{"nodes":${newestSubscriptions(row.newest)}}`;
    return `"cloudAccounts":${page(rows, 10, fields)}`;
  },

  Subscription: async (viewer, variables) =>
    `"cloudSubscription":${object(await subscription(viewer, idOfSubscription(variables), 'summary'), subscriptionSummary)}`,

  SubscriptionDetails: async (viewer, variables) =>
    `"cloudSubscription":${object(await subscription(viewer, idOfSubscription(variables), 'all'), subscriptionFields)}`,

  SubscriptionWithAccount: async (viewer, variables) => {
    const row = await subscription(viewer, idOfSubscription(variables), 'summary');
    if (!row) return '"cloudSubscription":null';
    const cloudAccount = object(await account(viewer, row.accountId, 'header'), accountSummary);
    return `"cloudSubscription":{${subscriptionSummary(row)},"cloudAccount":${cloudAccount}}`;
  },

  SubscriptionNames: async (viewer) =>
    `"cloudSubscriptions":${page(
      await subscriptions(viewer, 20, 'summary'),
      20,
      (row) => `${subscriptionId(row)},"name":${text(row.name)}`,
    )}`,

  SubscriptionList: async (viewer) =>
    `"cloudSubscriptions":${page(await subscriptions(viewer, 20, 'summary'), 20, subscriptionSummary)}`,

  SubscriptionPage: async (viewer) =>
    `"cloudSubscriptions":${page(await subscriptions(viewer, 20, 'all'), 20, subscriptionFields, subscriptionCursor)}`,

  ViewerTenant: async (viewer) =>
    `"viewer":{"role":"${viewer.role}","tenant":{"name":${text(await tenantName(viewer))}}}`,

  Overview: async (viewer) => {
    const [name, someAccounts, someSubscriptions] = await Promise.all([
      tenantName(viewer),
      accounts(viewer, 5, 'header'),
      subscriptions(viewer, 5, 'summary'),
    ]);
    return (
      `"viewer":{"tenant":{"name":${text(name)}}},"cloudAccounts":${page(someAccounts, 5, accountSummary)}` +
      `,"cloudSubscriptions":${page(someSubscriptions, 5, subscriptionSummary)}`
    );
  },
};

const inputOf = <Input>(variables: object) => (variables as { readonly input: Input }).input;

async function payload(
  mutation: string,
  change: Promise<ChangedSubscription>,
  fieldsOf: (row: ChangedSubscription) => string,
): Promise<string> {
  try {
    return `"${mutation}":{"subscription":{${fieldsOf(await change)}},"userErrors":[]}`;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return `"${mutation}":{"subscription":null,"userErrors":[{"code":${text(error.message)}}]}`;
  }
}
