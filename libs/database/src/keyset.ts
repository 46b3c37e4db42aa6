import type { Page, PageRequest, Position } from '#libs/kernel';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

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
