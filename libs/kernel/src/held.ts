/** Marks a locked row for the compiler. A class, so that a copy of a locked row (`{ ...row }`) has no mark. */
declare abstract class HeldMark {
  protected readonly isHeld: true;
}

/**
 * Row that the current unit of work has locked: it was read for update or added, and no other unit of work can change
 * or remove it until this one ends. Do not keep it after the unit of work has ended: return it as a plain row.
 */
export type Held<Row> = Row & HeldMark;

/** Marks a row as locked. Only collections may call this, after they have locked or added the row. */
export function asHeld<Row extends object>(row: Row): Held<Row>;
export function asHeld<Row extends object>(row: Row | null): Held<Row> | null;
export function asHeld(row: object | null) {
  return row;
}

/** Reference to a cloud account, for libs that do not depend on cloud accounts. */
export interface AccountReference {
  readonly id: number;
  readonly tenantId: number;
}
