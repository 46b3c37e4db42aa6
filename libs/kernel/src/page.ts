export type SortDirection = 'ASC' | 'DESC';

/** Position in an ordered list: the sort value of a row and, because values can repeat, its ID. */
export interface Position {
  readonly value: string | number;
  readonly id: number;
}

/** Requested part of an ordered list. Either `first` (after `after`) or `last` (before `before`). */
export interface PageRequest<Field extends string = string> {
  readonly orderBy: { readonly field: Field; readonly direction: SortDirection };
  readonly count: number;
  readonly from: 'start' | 'end';
  readonly after?: Position;
  readonly before?: Position;
  /** Only properties of the items that the caller reads. Without it: all properties. */
  readonly properties?: readonly string[] | undefined;
}

/** Part of an ordered list, in the order of the list regardless of the end it was counted from. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}
