import { setTimeout as wait } from 'node:timers/promises';
import { AwsVerification, CredentialsRejected, MissingPermissions, type AwsAccess } from '#libs/aws-credentials';
import { Injectable } from '@nestjs/common';
import type { Expectations, Proof } from '../proof.js';
import { TrialPace } from './trial-pace.js';

/** AWS does not know the key, or the role, or not yet. */
export class UnknownToAws {
  /** @param fault the answer that was last */
  constructor(readonly fault: CredentialsRejected) {}
}

/** Asks AWS whether credentials work and suffice. Stores nothing; never call it in a unit of work: it waits for AWS. */
@Injectable()
export class CredentialsProver {
  constructor(
    private readonly verification: AwsVerification,
    private readonly pace: TrialPace,
  ) {}

  /**
   * Asks once.
   *
   * @param isNew whether AWS may not know the key or the role yet
   * @param operationId a UUID for what this is part of: the name of the session in an access role
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
    // Services learn of a key one after the other: what was not answered for that reason is asked again.
    if (isNew && report.checks.some(({ awsErrorCode }) => awsErrorCode === unknownToAws))
      throw access.match({ accessKey: notKnownEverywhere, accessRole: () => notKnownEverywhere().ofSession });
    if (lacksPermissions && !allowMissingPermissions) throw new MissingPermissions(report);
    return { access, identity: identity!, consoleRole: consoleRole!, nodeRoleName, lacksPermissions, verification };
  }

  /**
   * Asks about a new key again and again while AWS does not know it, with growing pauses, until our patience is over.
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
   * Asks once about a key that is tried, and for so long only that its lease does not end meanwhile.
   *
   * @throws CredentialsRejected, MissingPermissions
   * @throws the signal's reason, when it is aborted
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

/** A refusal of AWS that a key or a role which was just made meets, too. */
export function isUnknownToAws(error: unknown): error is CredentialsRejected {
  return error instanceof CredentialsRejected && error.mayBePropagation;
}

/** Nobody could ask AWS, or was told to ask later: it says nothing of the credentials. */
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

/** What is asked, or `late` when it takes longer. Nobody waits for the answer then. */
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
