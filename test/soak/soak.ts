import type { DatabaseKind } from '../support/new-database.js';
import type { Mutant } from './mutants.js';

/** `short` is a sample of `full` that includes every kind of test. */
export type Size = 'short' | 'full';

export interface SoakOptions {
  readonly size: Size;
  /** The same seed gives the same plan. The timing depends on the machine. */
  readonly seed: number;
  readonly database: DatabaseKind;
  /** Reports the progress. */
  readonly say: (line: string) => void;
  readonly mutants?: readonly Mutant[];
}

/** Result of a soak. It passes when `violations` is empty. `figures` show what was tested. */
export interface SoakResult {
  readonly figures: Readonly<Record<string, number>>;
  readonly violations: readonly string[];
}

export type Soak = (options: SoakOptions) => Promise<SoakResult>;

/** For tests. In full size: `npm run test:soak -- NAME`. */
export const inShort = (soak: Soak, database: DatabaseKind): Promise<SoakResult> =>
  soak({ size: 'short', seed: 1, database, say: () => undefined });

/** Processes `items` in `lanes` concurrently. */
export async function inLanes<T>(
  lanes: number,
  items: readonly T[],
  work: (item: T, lane: number) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (const item of queue) await work(item, lane);
    }),
  );
}

/** Counts texts, most frequent first. */
export class Tally {
  private readonly counts = new Map<string, number>();

  add(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  of(what: string): number {
    return this.counts.get(what) ?? 0;
  }

  get all(): Record<string, number> {
    return Object.fromEntries([...this.counts].sort(([, a], [, b]) => b - a));
  }
}

/** Error codes in a response, at any position. */
export function codesIn(text: string): string[] {
  try {
    const { errors = [], data } = JSON.parse(text);
    const refusals = Object.values<any>(data ?? {}).flatMap((payload) => payload?.userErrors ?? []);
    return [...errors.map((error: any) => String(error.extensions?.code)), ...refusals.map(({ code }) => String(code))];
  } catch {
    return ['not JSON'];
  }
}
