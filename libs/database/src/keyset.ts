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
  page: PageRequest<Field>,
): Promise<Page<E>> {
  const scan = scanOf(page);
  const rows = await between(query, columns, page)
    .orderBy(`${query.alias}.${columns[page.orderBy.field]}`, scan)
    .addOrderBy(`${query.alias}.id`, scan)
    .limit(page.count + 1)
    .getMany();
  return pageOf(rows, page);
}

/** How many parts one statement looks into; SQLite takes at most 500. */
const partsAtOnce = 100;
/** How many rows one statement reads, so that none keeps the event loop for long. */
const rowsAtOnce = 200;

/** Which list is meant, or which part of one: the values of the query's parameters that make it this one. */
export type ListParameters = { readonly [name: string]: string | number };

/**
 * The first or last rows of many lists at once, each in the order of its list. The time it takes grows with what is read,
 * never with the length of a list: each part of a list is read by an index of its own order.
 *
 * @param query names, as parameters, every name in `lists`; whatever else it says is the same for all lists
 * @param lists the parts of each, which have no row in common
 * @returns one row more than `count`, where there is one, list by list
 */
export async function edgesOf<E extends ObjectLiteral & { id: number }, Field extends string>(
  transactions: Transactions,
  query: SelectQueryBuilder<E>,
  lists: readonly (readonly ListParameters[])[],
  columns: Record<Field, string>,
  page: PageRequest<Field>,
): Promise<E[][]> {
  const first = lists.find((parts) => parts.length > 0)?.[0];
  if (!first) return lists.map(() => []);
  const names = Object.keys(first);
  const column = `${query.alias}.${columns[page.orderBy.field]}`;
  const scan = scanOf(page);
  const limit = page.count + 1;
  // TypeORM gives a column one alias, and the server refuses two columns of one name.
  const isById = column === `${query.alias}.id`;
  const place = isById ? 'id' : 'place';
  query.select(`${query.alias}.id`, 'id');
  if (!isById) query.addSelect(column, place);
  const [limited, parameters] = query
    .setParameters(Object.fromEntries(names.map((name) => [name, placeOf(name)])))
    .orderBy(column, scan)
    .addOrderBy(`${query.alias}.id`, scan)
    .limit(limit)
    .getQueryAndParameters() as [string, unknown[]];
  const sql = limited.replace(/ LIMIT \d+$/, ' LIMIT ?');
  const valuesFor = (part: ListParameters) => [
    ...parameters.map((value) => names.reduce((found, name) => (found === placeOf(name) ? part[name]! : found), value)),
    limit,
  ];

  const ids: number[][] = lists.map(() => []);
  for (const some of slicesOf([...lists.entries()], ([, parts]) => parts.length, partsAtOnce)) {
    const asked = some.flatMap(([list, parts]) => {
      if (parts.length === 0) return [];
      const all = parts
        .map((_, part) => `SELECT id${isById ? '' : ', place'} FROM (${sql}) AS part_${part}`)
        .join(' UNION ALL ');
      const merged = `SELECT id FROM (${all}) AS parts ORDER BY ${place} ${scan}, id ${scan} LIMIT ?`;
      return parts.length === 1
        ? { list, text: sql, values: valuesFor(parts[0]!) }
        : { list, text: merged, values: [...parts.flatMap(valuesFor), limit] };
    });
    const found = await transactions.query<{ list: number; id: number }>(
      asked.map(({ text }, i) => `SELECT ? AS list, id FROM (${text}) AS of_${i}`).join(' UNION ALL '),
      asked.flatMap(({ list, values }) => [list, ...values]),
    );
    for (const { list, id } of found) ids[Number(list)]!.push(id);
  }
  const rows = await rowsOf(transactions, query, [...new Set(ids.flat())]);
  const inOrder = (some: number[]) => {
    const items = some.map((id) => rows.get(id)).filter((row) => row !== undefined);
    const value = (row: E) => row[columns[page.orderBy.field]] as string | number | Date;
    items.sort((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : a.id - b.id));
    return scan === 'ASC' ? items : items.reverse();
  };
  return ids.map(inOrder);
}

/** The same page of many lists, each made of parts that have no row in common. */
export async function keysetPages<E extends ObjectLiteral & { id: number }, Field extends string>(
  transactions: Transactions,
  query: () => SelectQueryBuilder<E>,
  lists: readonly (readonly ListParameters[])[],
  columns: Record<Field, string>,
  page: PageRequest<Field>,
): Promise<Page<E>[]> {
  const [parts] = lists;
  if (lists.length === 1 && parts!.length === 1)
    return [await keysetPage(query().setParameters(parts![0]!), columns, page)];
  const edges = await edgesOf(transactions, between(query(), columns, page), lists, columns, page);
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
  for (const some of slices([...new Set(values)], partsAtOnce)) {
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
export function pageOf<E>(rows: readonly E[], { count, from, after, before }: PageRequest): Page<E> {
  const hasMore = rows.length > count;
  const items = rows.slice(0, count);
  return from === 'start'
    ? { items, hasNextPage: hasMore, hasPreviousPage: after !== undefined }
    : { items: items.reverse(), hasNextPage: before !== undefined, hasPreviousPage: hasMore };
}

const scanOf = ({ orderBy, from }: PageRequest) =>
  (orderBy.direction === 'ASC') === (from === 'start') ? 'ASC' : 'DESC';

/** Leaves of a query the rows between the two ends of a page. */
function between<E extends ObjectLiteral, Field extends string>(
  query: SelectQueryBuilder<E>,
  columns: Record<Field, string>,
  { orderBy, after, before }: PageRequest<Field>,
): SelectQueryBuilder<E> {
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
  if (after) query.andWhere(beyond(ascending ? '>' : '<', 'after'), { afterValue: value(after), afterId: after.id });
  if (before)
    query.andWhere(beyond(ascending ? '<' : '>', 'before'), { beforeValue: value(before), beforeId: before.id });
  return query;
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

/** A list in parts whose sizes together are at most `most`, as far as each alone is. */
function* slicesOf<T>(items: readonly T[], sizeOf: (item: T) => number, most: number): Generator<T[]> {
  let [some, size]: [T[], number] = [[], 0];
  for (const item of items) {
    if (some.length > 0 && size + sizeOf(item) > most) {
      yield some;
      [some, size] = [[], 0];
    }
    some.push(item);
    size += sizeOf(item);
  }
  if (some.length > 0) yield some;
}
