import { setImmediate } from 'node:timers/promises';
import { asHeld, type Held, type Page, type PageRequest, type Position } from '#libs/kernel';
import { LRUCache } from 'lru-cache';
import type { DataSource, Driver, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { DateUtils } from 'typeorm/util/DateUtils.js';

/** Condition of a statement: SQL with `?` for each value. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** @param sql with column names, and `?` for each value */
export const where = (sql: string, ...values: readonly unknown[]): Condition => ({ sql, values });

/** All of these conditions. Absent ones are ignored. */
export function all(...conditions: readonly (Condition | false | null | undefined)[]): Condition {
  const given = conditions.filter((condition) => condition !== false && condition != null);
  return where(given.map(({ sql }) => sql).join(' AND ') || '1 = 1', ...given.flatMap(({ values }) => values));
}

/** At least one of these conditions. */
export function anyOf(...conditions: readonly Condition[]): Condition {
  const either = conditions.map(({ sql }) => sql).join(' OR ') || '1 = 0';
  return where(`(${either})`, ...conditions.flatMap(({ values }) => values));
}

/** Whether a column has one of these values. False for an empty list. */
export function isOneOf(column: string, values: readonly unknown[]): Condition {
  const distinct = [...new Set(values)];
  if (distinct.length === 0) return where('1 = 0');
  // Each length of a list is a different statement: a few lengths limit their number.
  const length = 2 ** Math.ceil(Math.log2(distinct.length));
  const padded = Array.from({ length }, (_, i) => distinct[i] ?? distinct.at(-1));
  return where(`${column} IN (${padded.map(() => '?').join(', ')})`, ...padded);
}

/** Sort order of a list: a property of the entity. */
export interface OrderColumn {
  readonly property: string;
  /**
   * Whether the rows of one part of a list have different values, so that an index on the column alone gives the order.
   */
  readonly isUniqueInPart?: boolean;
}

/** Order by the name of a column, and maximum number of rows. */
export interface Sequence {
  readonly orderBy?: string;
  readonly limit?: number;
  /** Only properties that are read: see `PageRequest.properties`. */
  readonly properties?: readonly string[] | undefined;
}

/** Maximum number of parts of lists in one statement. SQLite allows at most 500. */
const partsAtOnce = 100;
/** Maximum number of rows of lists in one statement, so that none blocks the event loop for long. */
const rowsAtOnce = 400;

/** Runs statements in the current unit of work, or on any connection. */
export interface Statements {
  readonly isSqlite: boolean;
  /** Empty if a unit of work is exclusive. @throws Error outside a unit of work */
  readonly forUpdate: object;
  query<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]>;
}

/**
 * Reads rows of one entity with prepared statements. The collection has the SQL; the entity has the columns and their
 * types. Does not use TypeORM's query builder, which takes more time than most of these statements.
 *
 * Columns with `select: false` are read by `findWhole` and `hold` only.
 */
export class Rows<E extends ObjectLiteral> {
  constructor(
    private readonly statements: Statements,
    private readonly dataSource: DataSource,
    private readonly entity: EntityTarget<E>,
  ) {}

  find(condition: Condition, sequence?: Sequence): Promise<E[]> {
    return this.select(this.mapping.selected(sequence?.properties), condition, sequence);
  }

  findWhole(condition: Condition, sequence?: Sequence): Promise<E[]> {
    return this.select(this.mapping.whole, condition, sequence);
  }

  async findOne(condition: Condition, properties?: readonly string[]): Promise<E | null> {
    const [row] = await this.find(condition, { properties });
    return row ?? null;
  }

  /**
   * Locks the row until the unit of work ends, and reads all of its columns.
   *
   * @throws Error outside a unit of work
   */
  async hold(condition: Condition): Promise<Held<E> | null> {
    const [row] = await this.holdAll(condition);
    return row ?? null;
  }

  /** @see hold */
  async holdAll(condition: Condition, sequence?: Sequence): Promise<Held<E>[]> {
    const lock = 'lock' in this.statements.forUpdate ? ' FOR UPDATE' : '';
    const rows = await this.select(this.mapping.whole, condition, sequence, lock);
    for (const row of rows) lockedStates.set(row, { ...row });
    return rows.map((row) => asHeld(row));
  }

  /** Adds a row, and gives the entity its generated ID. */
  async insert(entity: E): Promise<Held<E>> {
    const { mapping } = this;
    const stored = mapping.stored.filter(({ property }) => entity[property] !== undefined);
    const names = stored.map(({ name }) => name);
    const result: unknown = await this.query(
      `INSERT INTO ${mapping.name} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      stored.map(({ property, toValue }) => toValue(entity[property])),
    );
    // SQLite returns the ID, and mysql2 an object with it.
    const id = Number((result as { insertId?: number }).insertId ?? result);
    if (mapping.generated !== undefined) Object.assign(entity, { [mapping.generated]: id });
    return asHeld(entity);
  }

  /** Stores the properties that have changed since the row was locked. All properties if it was not locked by `hold`. */
  async update(entity: E, { sql, values }: Condition): Promise<void> {
    const { mapping } = this;
    const before = lockedStates.get(entity);
    const changed = mapping.stored.filter(({ property }) => !before || !isSame(before[property], entity[property]));
    if (changed.length === 0) return;

    await this.query(`UPDATE ${mapping.name} SET ${changed.map(({ name }) => `${name} = ?`).join(', ')} WHERE ${sql}`, [
      ...changed.map(({ property, toValue }) => toValue(entity[property])),
      ...values,
    ]);
    lockedStates.set(entity, { ...entity });
  }

  async delete({ sql, values }: Condition): Promise<void> {
    await this.query(`DELETE FROM ${this.mapping.name} WHERE ${sql}`, values);
  }

  async exists({ sql, values }: Condition): Promise<boolean> {
    const found = await this.query(`SELECT 1 FROM ${this.mapping.table} AS t WHERE ${sql} LIMIT 1`, values);
    return found.length > 0;
  }

  async count({ sql, values }: Condition): Promise<number> {
    const [row] = await this.query(`SELECT COUNT(*) AS number FROM ${this.mapping.table} AS t WHERE ${sql}`, values);
    return Number(row!['number']);
  }

  /** Number of rows for each value of a column, in the order of the values. */
  async countsBy(column: string, numbers: readonly number[], condition?: Condition): Promise<number[]> {
    const counts = new Map<number, number>();
    for (const some of slices([...new Set(numbers)], partsAtOnce)) {
      const { sql, values } = all(condition, isOneOf(column, some));
      const statement = `SELECT ${column} AS value, COUNT(*) AS number FROM ${this.mapping.table} AS t WHERE ${sql} GROUP BY ${column}`;
      for (const { value, number } of await this.query(statement, values)) counts.set(Number(value), Number(number));
    }
    return numbers.map((number) => counts.get(number) ?? 0);
  }

  /**
   * Page of a list by keyset: its time does not depend on the position of the page.
   *
   * @param parts disjoint parts of the list; each is read with an index in the order of the list
   * @param orders by each field that a client can sort by; `id` breaks ties
   */
  async page<Field extends string>(
    parts: readonly Condition[],
    orders: Record<Field, OrderColumn>,
    page: PageRequest<Field>,
  ): Promise<Page<E>> {
    const [found] = await this.pages([parts], orders, page);
    return found!;
  }

  /** The same page of several lists. @see page */
  async pages<Field extends string>(
    lists: readonly (readonly Condition[])[],
    orders: Record<Field, OrderColumn>,
    page: PageRequest<Field>,
  ): Promise<Page<E>[]> {
    return (await this.edges(lists, orders, page)).map((rows) => pageOf(rows, page));
  }

  /** First or last rows of several lists, in reading order: one row more than a page has, if there is one. */
  async edges<Field extends string>(
    lists: readonly (readonly Condition[])[],
    orders: Record<Field, OrderColumn>,
    page: PageRequest<Field>,
  ): Promise<E[][]> {
    const { mapping } = this;
    const order = orders[page.orderBy.field];
    const columns = mapping.selected(page.properties, order.property);
    const place = mapping.columnOf(order.property);
    const scan = (page.orderBy.direction === 'ASC') === (page.from === 'start') ? 'ASC' : 'DESC';
    const limit = page.count + 1;
    const between = this.between(order.property, place, page);
    const isOrdered = order.isUniqueInPart || place === 'id';
    const by = isOrdered ? `${place} ${scan}` : `${place} ${scan}, id ${scan}`;
    const ordered = (columnsOfPart: string, part: string) =>
      `SELECT ${columnsOfPart} FROM ${mapping.table} AS t WHERE ${part} AND ${between.sql} ORDER BY ${by} LIMIT ?`;
    const valuesOf = (part: Condition) => [...part.values, ...between.values, limit];

    const [first] = lists;
    if (lists.length === 1 && first!.length === 1) {
      const [part] = first!;
      return [await this.read(columns, ordered(columns.sql, part!.sql), valuesOf(part!))];
    }
    const edges: E[][] = lists.map(() => []);
    const numbered = [...lists.entries()].filter(([, parts]) => parts.length > 0);
    for (const some of slicesBySize(numbered, ([, parts]) => parts.length, partsAtOnce)) {
      const shapes = some.map(([, parts]) => parts.map(({ sql }) => sql));
      const sql = mapping.text([place, scan, by, between.sql, ...shapes].join('|'), () => {
        const found = shapes.map((parts) => {
          const read = parts.map((part) => ordered(`id, ${place} AS place`, part));
          if (parts.length === 1) return `SELECT ? AS list, id, place FROM (${read[0]!}) AS of_list`;
          const each = read.map((part, i) => `SELECT id, place FROM (${part}) AS part_${i}`).join(' UNION ALL ');
          return `SELECT * FROM (SELECT ? AS list, id, place FROM (${each}) AS parts ORDER BY place ${scan}, id ${scan} LIMIT ?) AS of_list`;
        });
        return `(${found.join(' UNION ALL ')}) AS found`;
      });
      const values = some.flatMap(([list, parts]) =>
        parts.length === 1 ? [list, ...valuesOf(parts[0]!)] : [list, ...parts.flatMap(valuesOf), limit],
      );
      const sorted = `ORDER BY found.place ${scan}, found.id ${scan}`;
      const from = where(sql, ...values);
      const rows =
        some.length * limit > rowsAtOnce
          ? await this.inSlices(columns, from, sorted)
          : await this.joined(columns, from, sorted);
      for (const { list, row } of rows) edges[list]!.push(row);
    }
    return edges;
  }

  /** Rows that a subquery names by `list` and `id`, with one statement. */
  private async joined(columns: Columns<E>, { sql, values }: Condition, sorted: string): Promise<InList<E>[]> {
    // In this order: the rows are looked up by the found IDs.
    const joined = `${sql} CROSS JOIN ${this.mapping.table} AS t ON t.id = found.id`;
    const rows = await this.query(`SELECT found.list AS in_list, ${columns.sql} FROM ${joined} ${sorted}`, values);
    return rows.map((row) => ({ list: Number(row['in_list']), row: columns.entityOf(row) }));
  }

  /** Like `joined`, but with several statements, so that other requests are served between them. */
  private async inSlices(columns: Columns<E>, { sql, values }: Condition, sorted: string): Promise<InList<E>[]> {
    const found = await this.query(`SELECT found.list AS list, found.id AS id FROM ${sql} ${sorted}`, values);
    const rows = new Map<unknown, E>();
    for (const some of slices([...new Set(found.map(({ id }) => id))], rowsAtOnce)) {
      if (rows.size > 0) await setImmediate();
      for (const row of await this.select(columns, isOneOf('id', some))) rows.set(row['id'], row);
    }
    return found.flatMap(({ list, id }) => {
      const row = rows.get(id);
      return row ? [{ list: Number(list), row }] : [];
    });
  }

  /** Rows between the two ends of a page. */
  private between(property: string, column: string, { orderBy, after, before }: PageRequest): Condition {
    const isAscending = orderBy.direction === 'ASC';
    // The only form that is a range scan in both MariaDB and SQLite.
    const beyond = (more: '>' | '<', { value, id }: Position) => {
      const at = this.mapping.isMoment(property) ? new Date(value) : value; // cursors contain times as milliseconds
      return where(`${column} ${more}= ? AND (${column} ${more} ? OR id ${more} ?)`, at, at, id);
    };
    return all(after && beyond(isAscending ? '>' : '<', after), before && beyond(isAscending ? '<' : '>', before));
  }

  private select(columns: Columns<E>, { sql, values }: Condition, { orderBy, limit }: Sequence = {}, lock = '') {
    const order = orderBy ? ` ORDER BY ${orderBy}` : '';
    const most = limit === undefined ? '' : ' LIMIT ?';
    const statement = `SELECT ${columns.sql} FROM ${this.mapping.table} AS t WHERE ${sql}${order}${most}${lock}`;
    return this.read(columns, statement, limit === undefined ? values : [...values, limit]);
  }

  private async read({ entityOf }: Columns<E>, sql: string, values: readonly unknown[]): Promise<E[]> {
    return (await this.query(sql, values)).map(entityOf);
  }

  private query(sql: string, values: readonly unknown[]): Promise<Row[]> {
    return this.statements.query<Row>(sql, values);
  }

  private get mapping(): Mapping<E> {
    const metadata = this.dataSource.getMetadata(this.entity);
    let mapping = mappings.get(metadata) as Mapping<E> | undefined;
    if (!mapping) mappings.set(metadata, (mapping = mappingOf<E>(metadata, this.dataSource)));
    return mapping;
  }
}

type Row = Readonly<Record<string, unknown>>;

/** Properties of locked rows as they were read or stored last. */
const lockedStates = new WeakMap<object, Row>();

/** Lists and other objects can have changed inside, so they are never the same. */
function isSame(before: unknown, now: unknown): boolean {
  if (before instanceof Date && now instanceof Date) return before.getTime() === now.getTime();
  return Object.is(before, now) && (typeof now !== 'object' || now === null);
}

/** A row, and the number of its list. */
interface InList<E> {
  readonly list: number;
  readonly row: E;
}

/** SQLite has no types for times and booleans. */
export function sqliteValue(value: unknown): unknown {
  if (value instanceof Date) return DateUtils.mixedDateToUtcDatetimeString(value);
  return typeof value === 'boolean' ? Number(value) : value;
}

/** Columns of an entity. */
interface Columns<E> {
  /** Column list for the table alias `t`, each with the name of its property. */
  readonly sql: string;
  readonly entityOf: (row: Row) => E;
}

/** Metadata of TypeORM about an entity, prepared for many rows. */
interface Mapping<E> {
  readonly table: string;
  /** Columns of the given properties, of `id` and of `order`. All columns without properties, or if one has no column. */
  selected(properties: readonly string[] | undefined, order?: string): Columns<E>;
  /** Including those with `select: false`. */
  readonly whole: Columns<E>;
  /** Escaped name of the table. */
  readonly name: string;
  /** Columns that the entity stores. */
  readonly stored: readonly StoredColumn[];
  /** Property of the ID that the database generates. */
  readonly generated: string | undefined;
  /** The text of a statement, which `make` makes the first time. */
  text(key: string, make: () => string): string;
  columnOf(property: string): string;
  isMoment(property: string): boolean;
}

interface StoredColumn {
  readonly property: string;
  /** Escaped. */
  readonly name: string;
  readonly toValue: (value: unknown) => unknown;
}

const mappings = new WeakMap<EntityMetadata, Mapping<unknown>>();

function mappingOf<E>(metadata: EntityMetadata, { driver }: DataSource): Mapping<E> {
  const column = (property: string) => metadata.findColumnWithPropertyName(property)!;
  const whole = metadata.columns;
  const listed = whole.filter(({ isSelect, isVirtualProperty }) => isSelect || isVirtualProperty);
  const columnsOfAll = columnsOf<E>(metadata, driver, listed);
  const selections = new LRUCache<string, Columns<E>>({ max: mostTexts });
  const texts = new LRUCache<string, string>({ max: mostTexts });
  return {
    table: metadata.tableName,
    name: driver.escape(metadata.tableName),
    stored: whole
      .filter(({ isVirtualProperty }) => !isVirtualProperty)
      .map((one) => ({
        property: one.propertyName,
        name: driver.escape(one.databaseName),
        toValue: (value) => driver.preparePersistentValue(value, one) as unknown,
      })),
    generated: metadata.generatedColumns[0]?.propertyName,
    selected: (properties, order) => {
      if (!properties) return columnsOfAll;
      const key = [order, ...properties].join();
      let columns = selections.get(key);
      if (!columns) {
        const id = metadata.findColumnWithPropertyName('id') ? ['id'] : [];
        const wanted = new Set([...id, ...(order ? [order] : []), ...properties]);
        const found = listed.filter(({ propertyName }) => wanted.has(propertyName));
        columns = found.length === wanted.size ? columnsOf<E>(metadata, driver, found) : columnsOfAll;
        selections.set(key, columns);
      }
      return columns;
    },
    text: (key, make) => {
      let text = texts.get(key);
      if (text === undefined) texts.set(key, (text = make()));
      return text;
    },
    whole: columnsOf(metadata, driver, whole),
    columnOf: (property) => column(property).databaseName,
    isMoment: (property) => column(property).type === 'datetime',
  };
}

/** Maximum number of texts and of selections that are kept for an entity. */
const mostTexts = 100;

/** Types whose values the database returns as the entity has them. */
const plainTypes: ReadonlySet<unknown> = new Set(['int', 'varchar', 'text', 'blob']);

function columnsOf<E>(metadata: EntityMetadata, driver: Driver, columns: readonly ColumnMetadata[]): Columns<E> {
  const expression = ({ query, databaseName }: ColumnMetadata) => (query ? `(${query('t')})` : `t.${databaseName}`);
  const names = columns.map(({ propertyName }) => propertyName);
  const converted = columns.filter(({ type, transformer }) => transformer || !plainTypes.has(type));
  return {
    sql: columns.map((column) => `${expression(column)} AS ${driver.escape(column.propertyName)}`).join(', '),
    entityOf: (row) => {
      const entity = metadata.create() as Record<string, unknown>;
      for (const name of names) entity[name] = row[name];
      for (const column of converted)
        entity[column.propertyName] = driver.prepareHydratedValue(row[column.propertyName], column) as unknown;
      return entity as E;
    },
  };
}

/** Page from rows in reading order, which include one row more than the page. */
export function pageOf<E>(rows: readonly E[], { count, from, after, before }: PageRequest): Page<E> {
  const hasMore = rows.length > count;
  const items = rows.slice(0, count);
  return from === 'start'
    ? { items, hasNextPage: hasMore, hasPreviousPage: after !== undefined }
    : { items: items.reverse(), hasNextPage: before !== undefined, hasPreviousPage: hasMore };
}

/** Splits a list into parts of at most `size` items. */
export function* slices<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

/** Splits a list into parts whose total sizes are at most `most`, if each item is. */
function* slicesBySize<T>(items: readonly T[], sizeOf: (item: T) => number, most: number): Generator<T[]> {
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
