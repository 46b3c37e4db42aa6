/** How much work is accepted. Times in milliseconds. */
export interface TurnLimits {
  /** Requests that run at the same time: of one lane, and of all lanes. */
  readonly runningInLane: number;
  readonly running: number;
  /** Maximum number of requests of one lane that wait. */
  readonly waitingInLane: number;
  /** If more than `few` requests of a lane wait, and the first one for `longestWait`, further ones of this lane are refused. */
  readonly few: number;
  readonly longestWait: number;
}

const defaults: TurnLimits = { runningInLane: 100, running: 300, waitingInLane: 1000, few: 100, longestWait: 250 };

interface Waiting {
  readonly begin: (end: () => void) => void;
  readonly since: number;
}

interface Lane {
  readonly waiting: Waiting[];
  running: number;
}

/**
 * Fair order of requests. Tenants take turns, each in a lane of its own, and a lane is first come, first served: one request
 * begins per iteration of the event loop. Lane 0 is that of requests without a tenant.
 *
 * Node.js accepts one connection per iteration. If an iteration served every request that has arrived, each new
 * connection would wait for all others: of 32 that are opened at once, the last waited while 400 requests were served.
 */
export class Turns {
  private readonly limits: TurnLimits;
  private readonly lanes = new Map<number, Lane>();
  private running = 0;
  private isScheduled = false;
  private isBeginning = false;

  constructor(limits: Partial<TurnLimits> = {}) {
    this.limits = { ...defaults, ...limits };
  }

  /** Number of requests that wait. */
  get waiting(): number {
    let sum = 0;
    for (const lane of this.lanes.values()) sum += lane.waiting.length;
    return sum;
  }

  /**
   * Calls `begin` when it is the turn of the request. `begin` receives the function to call at the end of the request.
   *
   * @returns false if the request is refused, because too many requests of its lane wait
   */
  wait(begin: (end: () => void) => void, number = 0): boolean {
    const lane = this.lanes.get(number) ?? { waiting: [], running: 0 };
    const now = performance.now();
    const [first] = lane.waiting;
    const { waitingInLane, few, longestWait } = this.limits;
    const isLate = first !== undefined && lane.waiting.length > few && now - first.since > longestWait;
    if (isLate || lane.waiting.length >= waitingInLane) return false;
    this.lanes.set(number, lane);
    lane.waiting.push({ begin, since: now });
    this.schedule();
    return true;
  }

  private schedule(): void {
    // The one that begins schedules the next iteration itself.
    if (this.isScheduled || this.isBeginning) return;
    this.isScheduled = true;
    setImmediate(this.next);
  }

  private readonly next = (): void => {
    this.isScheduled = false;
    if (this.running >= this.limits.running) return; // the end of a request schedules the next iteration
    for (const [number, lane] of this.lanes) {
      const isFree = lane.running < this.limits.runningInLane;
      if (lane.waiting.length === 0 || !isFree) continue;
      // The last lane now.
      this.lanes.delete(number);
      this.lanes.set(number, lane);
      this.begin(number, lane);
      return;
    }
  };

  private begin(number: number, lane: Lane): void {
    const { begin } = lane.waiting.shift()!;
    lane.running++;
    this.running++;
    let hasEnded = false;
    const end = () => {
      if (hasEnded) return;
      hasEnded = true;
      lane.running--;
      this.running--;
      if (lane.running === 0 && lane.waiting.length === 0) this.lanes.delete(number);
      if (this.lanes.size > 0) this.schedule();
    };
    this.isBeginning = true;
    try {
      begin(end);
    } finally {
      this.isBeginning = false;
      if (this.waiting > 0) this.schedule();
    }
  }
}
