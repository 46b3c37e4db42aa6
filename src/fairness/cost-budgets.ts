import { accessErrors, type Viewer } from '#libs/access';
import { DomainError } from '#libs/kernel';
import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { LeakyBuckets, leakyBucketScript } from './leaky-buckets.js';
import { RunningCost } from './running-cost.js';

/** Budget of the computed cost of documents, in values. */
export interface Budget {
  readonly maximum: number;
  /** Values per second. */
  readonly restoreRate: number;
}

export interface BudgetSettings {
  readonly apiKey: Budget;
  readonly tenant: Budget;
}

/** Cost of a request, and the state of the smaller of its two budgets: `extensions.cost`. */
export interface CostState extends Budget {
  readonly requested: number;
  readonly remaining: number;
}

export const defaultBudgets: BudgetSettings = {
  apiKey: { maximum: 1_000_000, restoreRate: 20_000 },
  tenant: { maximum: 2_000_000, restoreRate: 50_000 },
};

/** The cost budget of the API key or of its tenant does not suffice for the request. */
export class CostBudgetSpent extends DomainError {
  constructor(
    of: 'API key' | 'tenant',
    readonly state: CostState,
    /** In seconds. */
    readonly retryAfter: number,
  ) {
    super(
      accessErrors,
      'RATE_LIMITED',
      `The request costs ${state.requested}, but ${state.remaining} of the cost budget of your ${of} remain. Wait for the number of seconds in \`Retry-After\`, or send smaller documents.`,
    );
  }
}

const log = new Logger('Cost budgets');

/**
 * Limits the computed cost of documents by leaky buckets, one for each API key and one for each tenant. With Redis all
 * processes share the buckets. While Redis is unavailable each process uses buckets of its own.
 */
export class CostBudgets {
  private readonly apiKeys: Buckets;
  private readonly tenants: Buckets;

  constructor({ apiKey, tenant }: BudgetSettings = defaultBudgets, redis?: Redis) {
    this.apiKeys = new Buckets('api-key', apiKey, redis);
    this.tenants = new Buckets('tenant', tenant, redis);
  }

  /** @throws CostBudgetSpent if the request must wait; it then costs nothing */
  async spend({ tenantId, apiKeyId }: Pick<Viewer, 'tenantId' | 'apiKeyId'>, cost: number): Promise<CostState> {
    const [ofKey, ofTenant] = await Promise.all([this.apiKeys.take(apiKeyId, cost), this.tenants.take(tenantId, cost)]);
    const tighter = ofTenant.state.remaining < ofKey.state.remaining ? ofTenant : ofKey;
    if (ofKey.waitMs === 0 && ofTenant.waitMs === 0) return tighter.state;

    if (ofKey.waitMs === 0) await this.apiKeys.giveBack(apiKeyId, cost);
    if (ofTenant.waitMs === 0) await this.tenants.giveBack(tenantId, cost);
    const [of, { state, waitMs }] = ofKey.waitMs >= ofTenant.waitMs ? (['API key', ofKey] as const) : (['tenant', ofTenant] as const); // prettier-ignore
    throw new CostBudgetSpent(of, state, Math.ceil(waitMs / 1000));
  }

  /** State of the budgets after a request that is refused anyway. Charges `cost` if the budgets suffice. */
  async charge(viewer: Pick<Viewer, 'tenantId' | 'apiKeyId'>, cost: number): Promise<CostState> {
    try {
      return await this.spend(viewer, cost);
    } catch (error) {
      if (error instanceof CostBudgetSpent) return error.state;
      throw error;
    }
  }
}

/** One kind of buckets. */
class Buckets {
  private readonly limiter: RateLimiterAbstract;

  constructor(
    name: string,
    private readonly budget: Budget,
    redis: Redis | undefined,
  ) {
    const { maximum: points, restoreRate } = budget;
    const options = { points, duration: points / restoreRate };
    const local = new LeakyBuckets(options);
    this.limiter = redis
      ? new RateLimiterRedis({
          ...options,
          storeClient: redis,
          keyPrefix: `cloud-account-gateway:cost:${name}`,
          customIncrTtlLuaScript: leakyBucketScript,
          rejectIfRedisNotReady: true,
          insuranceLimiter: local,
        })
      : local;
  }

  /** A document that costs more than the whole budget needs a full bucket. */
  async take(id: number, cost: number): Promise<{ state: CostState; waitMs: number }> {
    const { maximum, restoreRate } = this.budget;
    const taken = Math.min(Math.max(1, Math.ceil(cost)), maximum);
    const stateOf = (remaining: number): CostState => ({ requested: cost, maximum, remaining, restoreRate });
    try {
      return { state: stateOf((await this.limiter.consume(id, taken)).remainingPoints), waitMs: 0 };
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const missing = (refusal.msBeforeNext / 1000) * restoreRate;
      return { state: stateOf(Math.max(0, Math.floor(taken - missing))), waitMs: Math.max(1, refusal.msBeforeNext) };
    }
  }

  async giveBack(id: number, cost: number): Promise<void> {
    await this.limiter.reward(id, Math.min(Math.max(1, Math.ceil(cost)), this.budget.maximum));
  }
}

/** What an operation needs before it is executed: its cost in the budgets of its caller, and a place among those that run. */
export class CostControl {
  constructor(
    readonly budgets = new CostBudgets(),
    private readonly running = new RunningCost(),
  ) {}

  /**
   * Charges the cost once for a request, and waits until the operation can be executed.
   *
   * @throws CostBudgetSpent, TooManyExpensiveOperations, CallerGone
   */
  async admit(viewer: Pick<Viewer, 'tenantId' | 'apiKeyId'>, facts: Admitted): Promise<void> {
    const cost = facts.cost!;
    facts.budget ??= await this.budgets.spend(viewer, cost);
    if (facts.leave) return;
    const leave = await this.running.enter(viewer.tenantId, cost, facts.caller);
    if (facts.hasEnded) leave();
    else facts.leave = leave;
  }
}

/** As much of a request as this needs. */
interface Admitted {
  readonly caller?: AbortSignal;
  readonly cost?: number;
  budget?: CostState;
  /** Ends the execution. */
  leave?: () => void;
  readonly hasEnded?: boolean;
}

/** Opens the budgets, and a connection to Redis if there is a URL. A Redis that is unavailable does not prevent the start. */
export async function openCostBudgets(
  settings: BudgetSettings,
  redisUrl: string | undefined,
): Promise<{ budgets: CostBudgets; close: () => void }> {
  if (redisUrl === undefined) return { budgets: new CostBudgets(settings), close: () => undefined };
  const { Redis } = await import('ioredis');
  const redis = new Redis(redisUrl, {
    connectionName: 'cloud-account-gateway',
    connectTimeout: 1000,
    commandTimeout: 250,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(100 * attempt, 2000),
    lazyConnect: true,
  });
  let warned = -Infinity;
  redis.on('error', () => {
    if (performance.now() - warned < 60_000) return;
    warned = performance.now();
    log.warn('Redis (REDIS_URL) is unavailable. Each process uses cost budgets of its own until it is back.');
  });
  await redis.connect().catch(() => undefined);
  return { budgets: new CostBudgets(settings, redis), close: () => redis.disconnect() };
}
