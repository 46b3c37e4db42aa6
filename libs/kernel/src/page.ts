export type SortDirection = 'ASC' | 'DESC';

/** A place in an ordered list: the sort value of a row and, because values repeat, its id. */
export interface Position {
  readonly value: string | number;
  readonly id: number;
}

/** Which stretch of an ordered list is wanted. Either `first` (from `after` onwards) or `last` (up to `before`). */
export interface PageRequest<Field extends string = string> {
  readonly orderBy: { readonly field: Field; readonly direction: SortDirection };
  readonly count: number;
  readonly from: 'start' | 'end';
  readonly after?: Position;
  readonly before?: Position;
}

/** A stretch of an ordered list, in the list's order whichever end it was counted from. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}
