import {
  InvalidField,
  InvalidInput,
  type Page,
  type PageRequest,
  type Position,
  type SortDirection,
} from '#libs/kernel';
import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';
import { decodeCursor, encodeCursor, type SortValue } from './cursor.js';
import { atMost } from './descriptions.js';
import { registerEnum } from './enum.js';

/** Number of items in a page if neither `first` nor `last` is given. */
export const defaultPage = 50;
/** Maximum number of items in a page. */
export const longestPage = 100;

@ObjectType('PageInfo', { description: 'Position of a page in its list.' })
export class PageInfoType {
  @Field({
    description:
      'Whether more items follow this page. With `last`, the gateway does not check this: the value is then true if `before` was given.',
  })
  readonly hasNextPage!: boolean;

  @Field({
    description:
      'Whether items precede this page. Without `last`, the gateway does not check this: the value is then true if `after` was given.',
  })
  readonly hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the first item of the page. Send it as `before` to get the previous page.',
  })
  readonly startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the last item of the page. Send it as `after` to get the next page.',
  })
  readonly endCursor!: string | null;
}

@ArgsType()
export class ConnectionArgs {
  @Field(() => Int, {
    nullable: true,
    description: `Number of items from the start of the list, 1 to ${longestPage}. Defaults to ${defaultPage} when neither \`first\` nor \`last\` is given.`,
  })
  readonly first?: number | null;

  @Field(() => String, { nullable: true, description: 'Cursor. Only items after it are returned.' })
  readonly after?: string | null;

  @Field(() => Int, { nullable: true, description: `Number of items from the end of the list, 1 to ${longestPage}.` })
  readonly last?: number | null;

  @Field(() => String, { nullable: true, description: 'Cursor. Only items before it are returned.' })
  readonly before?: string | null;
}

export const OrderDirection = { ASC: 'ASC', DESC: 'DESC' } as const;
registerEnum(OrderDirection, {
  name: 'OrderDirection',
  description: 'Sort direction.',
  valuesMap: {
    ASC: { description: 'Ascending: smallest, oldest or A first.' },
    DESC: { description: 'Descending: largest, newest or Z first.' },
  },
});

/** Base class of a connection. The subclass chooses the name `${name}Connection`. Creates the type `${name}Edge`. */
export function connectionOf<T>(item: abstract new () => T, name: string) {
  @ObjectType(`${name}Edge`, {
    description: `${/^[AEIOU]/.test(name) ? 'An' : 'A'} ${name} in a list, with its cursor.`,
  })
  class EdgeType {
    @Field(() => String, { description: 'Position of the item in the list, for `after` and `before`.' })
    readonly cursor!: string;

    @Field(() => item, { description: 'The item.' })
    readonly node!: T;
  }

  @ObjectType({ isAbstract: true })
  class ConnectionType {
    @Field(() => [EdgeType], { description: atMost(longestPage, 'Items with their cursors.') })
    readonly edges!: EdgeType[];

    @Field(() => [item], { description: atMost(longestPage, 'Items without cursors.') })
    readonly nodes!: T[];

    @Field(() => PageInfoType, { description: 'Position of this page in the list.' })
    readonly pageInfo!: PageInfoType;

    @Field(() => Int, { description: 'Number of items in the whole list. Counted only when requested.' })
    readonly totalCount!: number;
  }
  return ConnectionType;
}

/** Each part is read from the database only when it is selected. */
export interface Connection<T> {
  readonly edges: Later<readonly { readonly cursor: string; readonly node: T }[]>;
  readonly nodes: Later<readonly T[]>;
  readonly pageInfo: Later<PageInfoType>;
  readonly totalCount: Later<number>;
}

type Later<T> = T | Promise<T>;

/** Order of a list: the name of the list, which its cursors contain, and the fields by which it can be sorted. */
export interface ListOrder<T, Field extends string> {
  readonly list: string;
  readonly by: Record<Field, SortValue<T>>;
}

/**
 * Requested page.
 *
 * @param properties of the items that are selected: see `selectedProperties`
 * @throws InvalidInput for a size outside 1 to 100, for both ends at once, and for a cursor of another list
 */
export function pageRequest<T extends { id: number }, Field extends string>(
  { list, by }: ListOrder<T, Field>,
  args: ConnectionArgs,
  orderBy: { field: Field; direction: SortDirection },
  properties?: readonly string[],
): PageRequest<Field> {
  const faults: InvalidField[] = [];
  for (const end of ['first', 'last'] as const) {
    const count = args[end];
    if (count != null && (count < 1 || count > longestPage)) {
      faults.push(new InvalidField([end], `\`${end}\` must be from 1 to ${longestPage}.`));
    }
  }
  if (args.first != null && args.last != null)
    faults.push(new InvalidField(['last'], 'Use either `first` or `last`, not both.'));

  const position = (end: 'after' | 'before'): Position | undefined => {
    const cursor = args[end];
    if (cursor == null) return undefined;
    const found = decodeCursor(cursor, [list, orderBy.field, orderBy.direction], by[orderBy.field]);
    if (!found) {
      faults.push(
        new InvalidField(
          [end],
          `\`${end}\` is not a cursor of this list and sort order. Use a cursor from \`pageInfo\` or \`edges\` of the same list.`,
        ),
      );
      return undefined;
    }
    return found;
  };
  const [after, before] = [position('after'), position('before')];
  if (faults.length > 0) throw new InvalidInput(faults);

  return {
    orderBy,
    count: args.first ?? args.last ?? defaultPage,
    from: args.last != null ? 'end' : 'start',
    ...(after && { after }),
    ...(before && { before }),
    ...(properties && { properties }),
  };
}

/**
 * Page as clients see it. Everything is read only when it is selected: `totalCount` alone does not read the page, the page
 * does not count, and cursors are made one by one.
 */
export function toConnection<T extends { id: number }, Field extends string>(
  { list, by }: ListOrder<T, Field>,
  { field, direction }: { field: Field; direction: SortDirection },
  page: Page<T> | (() => Promise<Page<T>>),
  count: () => number | Promise<number>,
): Connection<T> {
  const cursorOf = (node: T) => encodeCursor([list, field, direction, by[field].of(node), node.id]);
  return new LazyConnection(cursorOf, page, count);
}

class LazyConnection<T> implements Connection<T> {
  private read: Promise<Page<T>> | undefined;

  constructor(
    private readonly cursorOf: (node: T) => string,
    private readonly page: Page<T> | (() => Promise<Page<T>>),
    private readonly count: () => number | Promise<number>,
  ) {}

  get edges() {
    const { cursorOf } = this;
    return this.from(({ items }) => items.map((node) => new LazyEdge(node, cursorOf)));
  }

  get nodes() {
    return this.from(({ items }) => items);
  }

  get pageInfo() {
    const { cursorOf } = this;
    return this.from((page) => new LazyPageInfo(page, cursorOf));
  }

  get totalCount() {
    return this.count();
  }

  private from<Part>(part: (page: Page<T>) => Part): Part | Promise<Part> {
    const { page } = this;
    return typeof page === 'function' ? (this.read ??= page()).then(part) : part(page);
  }
}

class LazyEdge<T> {
  constructor(
    readonly node: T,
    private readonly cursorOf: (node: T) => string,
  ) {}

  get cursor(): string {
    return this.cursorOf(this.node);
  }
}

class LazyPageInfo<T> implements PageInfoType {
  constructor(
    private readonly page: Page<T>,
    private readonly cursorOf: (node: T) => string,
  ) {}

  get hasNextPage(): boolean {
    return this.page.hasNextPage;
  }

  get hasPreviousPage(): boolean {
    return this.page.hasPreviousPage;
  }

  get startCursor(): string | null {
    return this.cursorOfItem(0);
  }

  get endCursor(): string | null {
    return this.cursorOfItem(-1);
  }

  private cursorOfItem(index: number): string | null {
    const item = this.page.items.at(index);
    return item === undefined ? null : this.cursorOf(item);
  }
}
