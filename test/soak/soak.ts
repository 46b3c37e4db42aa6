import type { DatabaseKind } from '../support/new-database.js';
import type { Mutant } from './mutants.js';

/** `short` samples what `full` does, and leaves out no kind of it. */
export type Size = 'short' | 'full';

export interface SoakOptions {
  readonly size: Size;
  /** The same seed makes the same plan; what the machine makes of the timing is its own. */
  readonly seed: number;
  readonly database: DatabaseKind;
  /** Tells of the progress. */
  readonly say: (line: string) => void;
  readonly mutants?: readonly Mutant[];
}

/** What a soak has seen. It passes when `violations` is empty, and `figures` show that it looked. */
export interface SoakResult {
  readonly figures: Readonly<Record<string, number>>;
  readonly violations: readonly string[];
}

export type Soak = (options: SoakOptions) => Promise<SoakResult>;

/** As a test has it. In full size: `npm run test:soak -- NAME`. */
export const inShort = (soak: Soak, database: DatabaseKind): Promise<SoakResult> =>
  soak({ size: 'short', seed: 1, database, say: () => undefined });

/** Works off `items` in `lanes` side by side, each taking the next when it is done with one. */
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

/** How often each text was counted, the most frequent first. */
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

/** The codes of an answer's errors, wherever they stand. */
export function codesIn(text: string): string[] {
  try {
    const { errors = [], data } = JSON.parse(text);
    const refusals = Object.values<any>(data ?? {}).flatMap((payload) => payload?.userErrors ?? []);
    return [...errors.map((error: any) => String(error.extensions?.code)), ...refusals.map(({ code }) => String(code))];
  } catch {
    return ['not JSON'];
  }
}
