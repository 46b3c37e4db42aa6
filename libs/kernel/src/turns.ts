import { currentCaller } from './caller.js';

/** Time in milliseconds after which work yields to others. */
const turn = 15;

let began: number | undefined;
let isScheduled = false;

/** Those that wait, by lane. Lanes take turns: the first one is next. */
const waiting = new Map<number, (() => void)[]>();
const lanes = new WeakMap<AbortSignal, number>();

/** Makes the work for a caller share the turns of a lane, its tenant for example. Other work shares lane 0. */
export function joinLane(caller: AbortSignal, lane: number): void {
  lanes.set(caller, lane);
}

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

/** Resolves in the next turn: lane after lane, and in a lane in the order of the calls. */
export function nextTurn(): Promise<void> {
  const lane = lanes.get(currentCaller.getStore()!) ?? 0;
  return new Promise((resolve) => {
    const queue = waiting.get(lane);
    if (queue) queue.push(resolve);
    else waiting.set(lane, [resolve]);
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
  began = waiting.size > 0 ? performance.now() : undefined;
  while (waiting.size > 0 && !isTurnOver()) {
    const [lane, queue] = waiting.entries().next().value!;
    waiting.delete(lane);
    const proceed = queue.shift()!;
    if (queue.length > 0) waiting.set(lane, queue); // the last lane now
    proceed();
    // Work continues in microtasks, which run before this.
    for (let i = 0; i < 4; i++) await Promise.resolve();
  }
}
