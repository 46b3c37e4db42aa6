import type { AccountFields, AccountHeader } from '../data/accounts.js';
import { globalId, iso } from '../data/ids.js';
import type { ChangedSubscription } from '../data/subscription-changes.js';
import type { SubscriptionRow } from '../data/subscriptions.js';

/** Text of a user, in JSON. Ids, statuses and moments have no characters that JSON escapes. */
export const text = (value: string | null) => JSON.stringify(value);

export const accountId = ({ id }: { readonly id: number }) => `"id":"${globalId('CloudAccount', id)}"`;
export const subscriptionId = ({ id }: { readonly id: number }) => `"id":"${globalId('CloudSubscription', id)}"`;

export const accountSummary = (row: AccountHeader) =>
  `${accountId(row)},"name":${text(row.name)},"status":"${row.status}"`;

export const accountHeader = (row: AccountHeader) =>
  `${accountSummary(row)},"provider":"${row.provider}","region":"${row.region}"`;

/** The eight fields of W1 and W2. */
export const accountFields = (row: AccountFields) =>
  `${accountHeader(row)},"awsAccountId":${text(row.awsAccountId)},"consoleRoleName":${text(row.consoleRoleName)}` +
  `,"createdAt":"${iso(row.createdAt)}"`;

export const subscriptionSummary = (row: ChangedSubscription) =>
  `${subscriptionId(row)},"name":${text(row.name)},"status":"${row.status}"`;

export const subscriptionFields = (row: SubscriptionRow) =>
  `${subscriptionSummary(row)},"region":"${row.region}","isActive":${row.status !== 'DELETED'},"version":${row.version}` +
  `,"createdAt":"${iso(row.createdAt)}","updatedAt":"${iso(row.updatedAt)}"` +
  `,"endedAt":${row.endedAt ? `"${iso(row.endedAt)}"` : null}`;

/** An array of objects of the first `count` rows. */
export function list<Row>(rows: readonly Row[], fieldsOf: (row: Row) => string, count = rows.length): string {
  const end = Math.min(count, rows.length);
  let json = '';
  for (let i = 0; i < end; i++) json += `${i === 0 ? '' : ','}{${fieldsOf(rows[i]!)}}`;
  return `[${json}]`;
}

/** The array of the subscriptions in the text that `Database.newestSubscriptions` selects. */
export function newestSubscriptions(items: string | null): string {
  let json = '';
  for (let from = 0; items !== null && from < items.length;) {
    const afterId = items.indexOf(':', from);
    const afterStatus = items.indexOf(':', afterId + 1);
    const end = items.indexOf('\x1e', afterStatus);
    const afterName = end < 0 ? items.length : end;
    const id = globalId('CloudSubscription', items.slice(from, afterId));
    const name = text(items.slice(afterStatus + 1, afterName));
    json += `${from === 0 ? '' : ','}{"id":"${id}","name":${name},"status":"${items.slice(afterId + 1, afterStatus)}"}`;
    from = afterName + 1;
  }
  return `[${json}]`;
}

/** An object, or null. */
export const object = <Row>(row: Row | null, fieldsOf: (row: Row) => string) => (row ? `{${fieldsOf(row)}}` : 'null');

/** A connection of which one row too many was read. */
export function page<Row>(
  rows: readonly Row[],
  first: number,
  fieldsOf: (row: Row) => string,
  cursorOf?: (row: Row) => string,
): string {
  const nodes = `"nodes":${list(rows, fieldsOf, first)}`;
  if (!cursorOf) return `{${nodes}}`;
  const last = rows[Math.min(first, rows.length) - 1];
  return `{${nodes},"pageInfo":{"hasNextPage":${rows.length > first},"endCursor":${last ? `"${cursorOf(last)}"` : null}}}`;
}
