/** Time in milliseconds after which work yields to others. */
const turn = 15;

let began: number | undefined;
let isScheduled = false;
const waiting: (() => void)[] = [];

/**
 * Whether the current turn of the event loop was long enough. Then wait for `nextTurn` before the next piece of work,
 * so that other requests and health probes are served.
 */
export function isTurnOver(): boolean {
  const now = performance.now();
  began ??= now;
  schedule();
  return now - began > turn;
}

/** Resolves in the next turn, in the order of the calls. */
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

/** Lets waiting calls continue one by one, until the turn is over. */
async function takeTurn(): Promise<void> {
  isScheduled = false;
  began = waiting.length > 0 ? performance.now() : undefined;
  while (waiting.length > 0 && !isTurnOver()) {
    waiting.shift()!();
    // Work continues in microtasks, which run before this.
    for (let i = 0; i < 4; i++) await Promise.resolve();
  }
}
