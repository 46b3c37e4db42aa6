import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Keychain } from '#libs/encryption';
import { addTime, Clock, Secret } from '#libs/kernel';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Claims, type Claim } from './claims.js';
import { IdempotencyKeyInFlight, IdempotencyKeyReused } from './idempotency.errors.js';

const remembered = 24 * 60 * 60 * 1000;
/** Longer than all calls to AWS of one request can take. */
const lease = 3 * 60 * 1000;
const patience = 5000;
const tidyEvery = 60 * 60 * 1000;
const letGoAgainAfter = 1000;

/** Stores the answer. Call it in the unit of work of the change, so that both are stored or neither. */
export type Remember<T> = (answer: T) => Promise<void>;

/** Callers with the same tenant share their idempotency keys. */
export interface Asker {
  readonly tenantId: number;
}

/** Input of a mutation that can be repeated. */
export interface RepeatableInput {
  /** Chosen by the caller. Without it, nothing is remembered. */
  readonly idempotencyKey?: string | null;
}

/**
 * Allows callers to repeat a request whose answer was lost: for 24 hours, the same idempotency key with the same
 * request returns the same answer, and the change happens once. Refusals are not remembered, because nothing has
 * changed: the request is tried again.
 */
@Injectable()
export class Idempotency implements OnModuleInit, OnModuleDestroy {
  private tidying: NodeJS.Timeout | undefined;

  constructor(
    private readonly claims: Claims,
    private readonly keychain: Keychain,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.tidying = setInterval(() => void this.forgetOldClaims().catch(() => undefined), tidyEvery).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.tidying);
  }

  /**
   * @param operation name of the mutation: another mutation with the same key is another request
   * @param answerType class of the answer, which must survive JSON, except for Dates
   * @throws IdempotencyKeyReused, IdempotencyKeyInFlight, and errors of `work`
   */
  async once<T extends object>(
    { tenantId }: Asker,
    operation: string,
    input: RepeatableInput,
    answerType: new () => T,
    work: (remember: Remember<T>) => Promise<T>,
  ): Promise<T> {
    const { idempotencyKey: key } = input;
    if (key == null) return work(async () => undefined);

    const fingerprint = await this.fingerprint(tenantId, operation, input);
    const claim = await this.claim(tenantId, key, fingerprint);
    if (claim.answer !== null) return Object.assign(new answerType(), JSON.parse(claim.answer, reviveDates) as T);

    try {
      return await work(async (answer) => {
        if (!(await this.claims.answer(claim, JSON.stringify(answer)))) throw new IdempotencyKeyInFlight();
      });
    } catch (error) {
      await this.release(claim);
      throw error;
    }
  }

  /** Retried while the database is unavailable: otherwise the request cannot be repeated until the lease ends. */
  private async release(claim: Claim): Promise<void> {
    try {
      await this.claims.release(claim);
    } catch {
      if (claim.leaseUntil < this.clock.now()) return;
      setTimeout(() => void this.release(claim), letGoAgainAfter).unref();
    }
  }

  private forgetOldClaims(): Promise<void> {
    return this.claims.removeOlderThan(addTime(this.clock.now(), -remembered));
  }

  /** Creates a claim, or returns the stored answer. Waits a short time for another process with the same claim. */
  private async claim(tenantId: number, key: string, fingerprint: string): Promise<Claim> {
    const started = performance.now();
    for (;;) {
      const now = this.clock.now();
      const ours: Claim = {
        tenantId,
        key,
        fingerprint,
        owner: randomUUID(),
        claimedAt: now,
        leaseUntil: addTime(now, lease),
        answer: null,
      };
      if (await this.take(ours, () => this.claims.add(ours))) return ours;

      const theirs = await this.claims.find(tenantId, key);
      if (!theirs) continue; // released in the meantime
      const isForgotten = theirs.claimedAt.getTime() + remembered < now.getTime();
      const isAbandoned = theirs.answer === null && theirs.leaseUntil < now;
      if (!isForgotten && theirs.fingerprint !== fingerprint) throw new IdempotencyKeyReused();
      if (!isForgotten && theirs.answer !== null) return theirs;
      const isFree = isForgotten || isAbandoned;
      if (isFree && (await this.take(ours, () => this.claims.replace(theirs, ours)))) return ours;

      if (performance.now() - started > patience) throw new IdempotencyKeyInFlight();
      await wait(100);
    }
  }

  private async take(claim: Claim, take: () => Promise<boolean>): Promise<boolean> {
    try {
      return await take();
    } catch (error) {
      // The failed insert can have succeeded.
      void this.release(claim);
      throw error;
    }
  }

  private async fingerprint(tenantId: number, operation: string, input: object): Promise<string> {
    const mac = await this.keychain.mac('idempotency', `${tenantId}\n${operation}\n${canonical(input)}`);
    return mac.toString('hex');
  }
}

/**
 * Same text for the same request, regardless of the order of its fields. Contains secrets, and is used only for the
 * HMAC.
 */
function canonical(value: unknown): string {
  if (value instanceof Secret) return JSON.stringify(value.reveal());
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  const fields = Object.entries(value).filter(([, field]) => field != null);
  return `{${fields
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`)
    .join()}}`;
}

const isoDate = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

function reviveDates(name: string, value: unknown): unknown {
  return name.endsWith('At') && typeof value === 'string' && isoDate.test(value) ? new Date(value) : value;
}
