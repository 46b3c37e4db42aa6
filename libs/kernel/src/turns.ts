/** How long work goes on before others get their turn, in milliseconds. */
const turn = 15;

let began: number | undefined;
let isScheduled = false;
const waiting: (() => void)[] = [];

/**
 * Whether the present turn of the event loop has lasted long enough: then wait for `nextTurn` before the next piece of work,
 * so that other requests, and probes of the process, are served in the meantime.
 */
export function isTurnOver(): boolean {
  const now = performance.now();
  began ??= now;
  schedule();
  return now - began > turn;
}

/** The next turn, after all who asked before. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    schedule();
  });
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(() => void takeTurn());
}

/** Lets one after the other go on, until the turn is over. */
async function takeTurn(): Promise<void> {
  isScheduled = false;
  began = waiting.length > 0 ? performance.now() : undefined;
  while (waiting.length > 0 && !isTurnOver()) {
    waiting.shift()!();
    // Work goes on in microtasks: these come after the first steps of it.
    for (let i = 0; i < 4; i++) await Promise.resolve();
  }
}
