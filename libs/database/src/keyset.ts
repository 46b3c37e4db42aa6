import { setImmediate } from 'node:timers/promises';
import type { Page, PageRequest, Position } from '#libs/kernel';
import { In, type FindOptionsWhere, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import type { Transactions } from './transactions.js';

/**
 * One page of `query`'s rows by keyset: the time it takes does not grow with the depth of the page.
 *
 * @param columns the entity's property for each field a client may order by; `id` breaks ties
 */
export async function keysetPage<E extends ObjectLiteral & { id: number }, Field extends string>(
  query: SelectQueryBuilder<E>,
  columns: Record<Field, string>,
  { orderBy, count, from, after, before }: PageRequest<Field>,
): Promise<Page<E>> {
  const column = `${query.alias}.${columns[orderBy.field]}`;
  const id = `${query.alias}.id`;
  const ascending = orderBy.direction === 'ASC';

  // The one form that is a range scan in MariaDB and in SQLite alike.
  const beyond = (more: '>' | '<', position: string) =>
    `${column} ${more}= :${position}Value AND (${column} ${more} :${position}Value OR ${id} ${more} :${position}Id)`;
  // Moments travel in cursors as milliseconds.
  const isMoment =
    query.expressionMap.mainAlias?.metadata.findColumnWithPropertyName(columns[orderBy.field])?.type === 'datetime';
  const value = (position: Position) => (isMoment ? new Date(position.value) : position.value);
  if (after) {
    query.andWhere(beyond(ascending ? '>' : '<', 'after'), { afterValue: value(after), afterId: after.id });
  }
  if (before) {
    query.andWhere(beyond(ascending ? '<' : '>', 'before'), { beforeValue: value(before), beforeId: before.id });
  }

  const scan = ascending === (from === 'start') ? 'ASC' : 'DESC';
  const rows = await query
    .orderBy(column, scan)
    .addOrderBy(id, scan)
    .limit(count + 1)
    .getMany();

  const hasMore = rows.length > count;
  const items = rows.slice(0, count);
  return from === 'start'
    ? { items, hasNextPage: hasMore, hasPreviousPage: after !== undefined }
    : { items: items.reverse(), hasNextPage: before !== undefined, hasPreviousPage: hasMore };
}

/** How many lists one statement looks into; SQLite takes at most 500 parts. */
const listsAtOnce = 100;
/** How many rows one statement reads, so that none keeps the event loop for long. */
const rowsAtOnce = 200;

/** Which lists are meant: for each the values of the query's parameters that make it this one. */
export type ListParameters = { readonly [name: string]: string | number };

/**
 * The first or last rows of many lists at once, each in the order of its list. The time it takes grows with what is read,
 * never with the length of a list: each is read by an index of its own order.
 *
 * @param query names, as parameters, every name in `lists`; whatever else it says is the same for all lists
 * @returns one row more than `count`, where there is one, list by list
 */
export async function edgesOf<E extends ObjectLiteral & { id: number }, Field extends string>(
  transactions: Transactions,
  query: SelectQueryBuilder<E>,
  lists: readonly ListParameters[],
  columns: Record<Field, string>,
  { orderBy, count, from }: PageRequest<Field>,
): Promise<E[][]> {
  const [first] = lists;
  if (!first) return [];
  const names = Object.keys(first);
  const scan = (orderBy.direction === 'ASC') === (from === 'start') ? 'ASC' : 'DESC';
  const [sql, parameters] = query
    .select(`${query.alias}.id`, 'id')
    .setParameters(Object.fromEntries(names.map((name) => [name, placeOf(name)])))
    .orderBy(`${query.alias}.${columns[orderBy.field]}`, scan)
    .addOrderBy(`${query.alias}.id`, scan)
    .limit(count + 1)
    .getQueryAndParameters() as [string, unknown[]];
  const valuesFor = (list: ListParameters) =>
    parameters.map((value) => names.reduce((found, name) => (found === placeOf(name) ? list[name]! : found), value));

  const ids: number[][] = lists.map(() => []);
  for (const some of slices([...lists.keys()], listsAtOnce)) {
    const parts = some.map((list) => `SELECT ${list} AS list, id FROM (${sql}) AS of_${list}`);
    const found = await transactions.query<{ list: number; id: number }>(
      parts.join(' UNION ALL '),
      some.flatMap((list) => valuesFor(lists[list]!)),
    );
    for (const { list, id } of found) ids[list]!.push(id);
  }
  const rows = await rowsOf(transactions, query, [...new Set(ids.flat())]);
  const inOrder = (some: number[]) => {
    const items = some.map((id) => rows.get(id)).filter((row) => row !== undefined);
    const value = (row: E) => row[columns[orderBy.field]] as string | number | Date;
    items.sort((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : a.id - b.id));
    return scan === 'ASC' ? items : items.reverse();
  };
  return ids.map(inOrder);
}

/** The same page of many lists: those that `edgesOf` begins with. */
export async function keysetPages<E extends ObjectLiteral & { id: number }, Field extends string>(
  transactions: Transactions,
  query: () => SelectQueryBuilder<E>,
  lists: readonly ListParameters[],
  columns: Record<Field, string>,
  page: PageRequest<Field>,
): Promise<Page<E>[]> {
  // A cursor belongs to one list, so only the beginning or the end of a list is ever asked of many.
  if (lists.length === 1 || page.after || page.before)
    return Promise.all(lists.map((list) => keysetPage(query().setParameters(list), columns, page)));
  const edges = await edgesOf(transactions, query(), lists, columns, page);
  return edges.map((rows) => pageOf(rows, page));
}

/** How many rows of a query have each of some values in a column of the entity: in the order of the values. */
export async function countsBy<E extends ObjectLiteral>(
  query: SelectQueryBuilder<E>,
  property: string,
  values: readonly number[],
): Promise<number[]> {
  const column = `${query.alias}.${property}`;
  const counts = new Map<number, number>();
  for (const some of slices([...new Set(values)], listsAtOnce)) {
    const found = await query
      .clone()
      .andWhere(`${column} IN (:...some)`, { some })
      .select(column, 'value')
      .addSelect('COUNT(*)', 'number')
      .groupBy(column)
      .getRawMany<{ value: number; number: number | string }>();
    for (const { value, number } of found) counts.set(value, Number(number));
  }
  return values.map((value) => counts.get(value) ?? 0);
}

/** A page out of one row more than it holds, as they were read. */
export function pageOf<E>(rows: readonly E[], { count, from }: PageRequest): Page<E> {
  const hasMore = rows.length > count;
  const items = rows.slice(0, count);
  return from === 'start'
    ? { items, hasNextPage: hasMore, hasPreviousPage: false }
    : { items: items.reverse(), hasNextPage: false, hasPreviousPage: hasMore };
}

/** Rows by their numbers, some at a time: the event loop goes round between two reads. */
async function rowsOf<E extends ObjectLiteral & { id: number }>(
  transactions: Transactions,
  query: SelectQueryBuilder<E>,
  ids: readonly number[],
): Promise<Map<number, E>> {
  const rows = new Map<number, E>();
  const repository = transactions.repository<E>(query.expressionMap.mainAlias!.metadata.target);
  for (const some of slices(ids, rowsAtOnce)) {
    if (rows.size > 0) await setImmediate();
    for (const row of await repository.findBy({ id: In(some) } as FindOptionsWhere<E>)) rows.set(row.id, row);
  }
  return rows;
}

const placeOf = (name: string) => `\u0000${name}`;

/** A list in parts of at most `size` items. */
export function* slices<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
