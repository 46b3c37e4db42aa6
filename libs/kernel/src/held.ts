/** What makes a row a held one for the compiler. It is a class so that a copy of a held row (`{ ...row }`) is not held. */
declare abstract class HeldMark {
  protected readonly isHeld: true;
}

/**
 * A row that the current unit of work holds: it was read for update, or was added by this unit of work, and no other unit of
 * work can change or remove it until this one ends. A method that takes a held row can rely on that. Do not keep one after
 * the unit of work has ended: return it as a plain row.
 */
export type Held<Row> = Row & HeldMark;

/** Marks a row as held. Only collections may call this, where they have locked or added the row. */
export function asHeld<Row extends object>(row: Row): Held<Row>;
export function asHeld<Row extends object>(row: Row | null): Held<Row> | null;
export function asHeld(row: object | null) {
  return row;
}

/** A cloud account, as far as libs that do not know cloud accounts refer to it. */
export interface AccountReference {
  readonly id: number;
  readonly tenantId: number;
}
