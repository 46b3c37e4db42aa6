import { accessErrors } from '#libs/access';
import { CallerGone, DomainError } from '#libs/kernel';

/** Limits of the cost that is executed at the same time, in values. A larger document is executed alone. */
export interface RunningCostLimits {
  readonly ofTenant: number;
  readonly ofAll: number;
  /** Maximum number of operations of a tenant that wait, and how long, in milliseconds. */
  readonly waiting: number;
  readonly longestWait: number;
}

/** One of the largest documents of a tenant, five of all tenants. */
const defaults: RunningCostLimits = {
  ofTenant: 40_000,
  ofAll: 200_000,
  waiting: 100,
  longestWait: 5000,
};

/** The tenant has sent too many expensive operations at the same time. */
export class TooManyExpensiveOperations extends DomainError {
  readonly retryAfter = 1;

  constructor() {
    super(
      accessErrors,
      'RATE_LIMITED',
      'Your tenant sends too many expensive operations at the same time. Wait for the number of seconds in `Retry-After`, or send smaller documents.',
    );
  }
}

interface Waiting {
  readonly cost: number;
  readonly begin: (end: () => void) => void;
}

interface Tenant {
  readonly waiting: Waiting[];
  running: number;
}

const nothing = () => undefined;

/**
 * Limits the cost that is executed at the same time, of each tenant and of all together, so that expensive operations of one
 * tenant leave memory and database connections to others. What exceeds the limits waits; tenants take turns.
 */
export class RunningCost {
  private readonly limits: RunningCostLimits;
  private readonly tenants = new Map<number, Tenant>();
  private running = 0;

  constructor(limits: Partial<RunningCostLimits> = {}) {
    this.limits = { ...defaults, ...limits };
  }

  /**
   * Waits until the operation can be executed. Returns the function to call at its end.
   *
   * @throws TooManyExpensiveOperations; CallerGone if the caller disconnects while it waits
   */
  async enter(tenantId: number, cost: number, caller?: AbortSignal): Promise<() => void> {
    const tenant = this.tenants.get(tenantId) ?? { waiting: [], running: 0 };
    this.tenants.set(tenantId, tenant);
    if (tenant.waiting.length === 0 && this.isFree(tenant, cost)) return this.begin(tenantId, tenant, cost);
    if (tenant.waiting.length >= this.limits.waiting) throw new TooManyExpensiveOperations();

    const entered = Promise.withResolvers<() => void>();
    const waiting: Waiting = { cost, begin: entered.resolve };
    tenant.waiting.push(waiting);
    const leave = (reason: Error) => {
      const place = tenant.waiting.indexOf(waiting);
      if (place < 0) return;
      tenant.waiting.splice(place, 1);
      entered.reject(reason);
    };
    const timer = setTimeout(() => leave(new TooManyExpensiveOperations()), this.limits.longestWait).unref();
    const onGone = () => leave(new CallerGone());
    caller?.addEventListener('abort', onGone, { once: true });
    try {
      return await entered.promise;
    } finally {
      clearTimeout(timer);
      caller?.removeEventListener('abort', onGone);
    }
  }

  private isFree(tenant: Tenant, cost: number): boolean {
    const { ofTenant, ofAll } = this.limits;
    return (
      (tenant.running === 0 || tenant.running + cost <= ofTenant) &&
      (this.running === 0 || this.running + cost <= ofAll)
    );
  }

  private begin(tenantId: number, tenant: Tenant, cost: number): () => void {
    tenant.running += cost;
    this.running += cost;
    let end = () => {
      end = nothing;
      tenant.running -= cost;
      this.running -= cost;
      this.beginWaiting();
      if (tenant.running === 0 && tenant.waiting.length === 0 && this.tenants.get(tenantId) === tenant)
        this.tenants.delete(tenantId);
    };
    return () => end();
  }

  private beginWaiting(): void {
    for (const [tenantId, tenant] of [...this.tenants]) {
      const [next] = tenant.waiting;
      if (!next || !this.isFree(tenant, next.cost)) continue;
      tenant.waiting.shift();
      // The last tenant now.
      this.tenants.delete(tenantId);
      this.tenants.set(tenantId, tenant);
      next.begin(this.begin(tenantId, tenant, next.cost));
    }
  }
}
