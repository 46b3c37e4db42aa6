import { setTimeout as wait } from 'node:timers/promises';
import { AwsVerification, CredentialsRejected, MissingPermissions, type AwsAccess } from '#libs/aws-credentials';
import { Injectable } from '@nestjs/common';
import type { Expectations, Proof } from '../proof.js';
import { TrialPace } from './trial-pace.js';

/** AWS does not recognize the access key or the role, or not yet. */
export class UnknownToAws {
  /** @param fault last answer of AWS */
  constructor(readonly fault: CredentialsRejected) {}
}

/** Verifies credentials with AWS. Stores nothing. Never call it in a unit of work: it waits for AWS. */
@Injectable()
export class CredentialsProver {
  constructor(
    private readonly verification: AwsVerification,
    private readonly pace: TrialPace,
  ) {}

  /**
   * Verifies credentials once.
   *
   * @param isNew whether AWS may not recognize the access key or the role yet
   * @param operationId UUID of the operation: the session name in an access role
   * @throws CredentialsRejected, MissingPermissions
   */
  async verify(
    access: AwsAccess,
    region: string,
    expected: Expectations,
    isNew: boolean,
    operationId?: string,
  ): Promise<Proof> {
    const { consoleRoleName, nodeRoleName, expectedAwsAccountId, allowMissingPermissions } = expected;
    const subject = { consoleRoleName, nodeRoleName, expectedAwsAccountId, isNew, ...(operationId && { operationId }) };
    const verification = await this.verification.verify(access, region, subject);
    const { report, refusal, identity, consoleRole, permissions } = verification;
    const lacksPermissions = permissions === 'MISSING';
    if (refusal) throw refusal;
    // AWS services recognize a new access key one after the other. Steps that failed for this reason are repeated.
    if (isNew && report.checks.some(({ awsErrorCode }) => awsErrorCode === unknownToAws))
      throw access.match({ accessKey: notKnownEverywhere, accessRole: () => notKnownEverywhere().ofSession });
    if (lacksPermissions && !allowMissingPermissions) throw new MissingPermissions(report);
    return { access, identity: identity!, consoleRole: consoleRole!, nodeRoleName, lacksPermissions, verification };
  }

  /**
   * Verifies new credentials repeatedly while AWS does not recognize them, with increasing pauses, until
   * `TrialPace.patience` ends.
   *
   * @throws CredentialsRejected, MissingPermissions
   */
  async verifyWithRetries(access: AwsAccess, region: string, expected: Expectations): Promise<Proof | UnknownToAws> {
    const deadline = performance.now() + this.pace.patience;
    let { firstPause: pause } = this.pace;
    let fault: CredentialsRejected | undefined;
    for (;;) {
      const asked = this.verify(access, region, expected, true);
      const answer = await (fault ? within(deadline - performance.now(), asked) : asked).catch(
        (error: unknown) => error,
      );
      if (answer === late) return new UnknownToAws(fault!);
      if (!(answer instanceof Error)) return answer as Proof;
      if (!isUnknownToAws(answer) && !(fault && isNoAnswer(answer))) throw answer;
      fault = answer;
      if (performance.now() + pause > deadline) return new UnknownToAws(fault);
      await wait(pause);
      pause = Math.min(2 * pause, this.pace.longestPause);
    }
  }

  /**
   * Verifies credentials once, and ends before the lease does.
   *
   * @throws CredentialsRejected, MissingPermissions
   * @throws the reason of the signal, when it is aborted
   */
  async verifyWithinLease(
    access: AwsAccess,
    region: string,
    expected: Expectations,
    operationId: string,
    signal: AbortSignal,
  ): Promise<Proof> {
    const asked = this.verify(access, region, expected, true, operationId);
    const answer = await within(this.pace.longestAttempt, asked, signal);
    if (answer === late)
      throw new CredentialsRejected('AWS_UNREACHABLE', 'AWS did not answer all requests in time.', null);
    return answer;
  }
}

const unknownToAws = 'InvalidClientTokenId';

/** Whether AWS gives this refusal also for a newly created access key or role. */
export function isUnknownToAws(error: unknown): error is CredentialsRejected {
  return error instanceof CredentialsRejected && error.mayBePropagation;
}

/** Whether AWS was not reached or throttled the call. Says nothing about the credentials. */
export function isNoAnswer(error: unknown): error is CredentialsRejected {
  return error instanceof CredentialsRejected && error.entry.kind === 'unavailable';
}

function notKnownEverywhere(): CredentialsRejected {
  return new CredentialsRejected(
    'AWS_ACCESS_KEY_UNKNOWN',
    'AWS has not propagated this access key everywhere yet.',
    'accessKeyId',
    unknownToAws,
  );
}

const late = Symbol('late');

/** Returns `late` when the promise takes longer. Its later result is ignored. */
async function within<T>(ms: number, asked: Promise<T>, signal?: AbortSignal): Promise<T | typeof late> {
  const over = new AbortController();
  const signals = signal ? [signal, over.signal] : [over.signal];
  const timer = wait(Math.max(0, ms), late, { signal: AbortSignal.any(signals) });
  try {
    return await Promise.race([asked, timer]);
  } finally {
    over.abort();
  }
}
