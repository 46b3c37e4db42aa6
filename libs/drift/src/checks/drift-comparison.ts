import { CredentialsRejected, type AwsAccessKey } from '#libs/aws-credentials';
import type { CloudAccount } from '#libs/cloud-accounts';
import { IamSetupSettings } from '#libs/iam-setup';
import { Clock, DomainError } from '#libs/kernel';
import { arnOfResource, idInArn, LedgerService, type LedgerPlace } from '#libs/ledger';
import { Injectable } from '@nestjs/common';
import { CloudInventory, watchedKinds, type InventoryPlace, type Tag, type WatchedKind } from '../cloud-inventory.js';
import { DriftCheckLost, type DriftCheck } from './drift-checks.js';
import { DriftCredentials } from './drift-credentials.js';
import { DriftObservations } from './drift-observations.js';

/** Reason why a check was incomplete. */
export interface IncompleteReason {
  readonly code: string;
  /** Whether AWS refused a call, so that the credentials may not work any more. */
  readonly isRefusal: boolean;
}

/**
 * Compares the resources of an account with the ledger. Reads one kind in one region after the other, and keeps in memory
 * only one page and the IDs it has seen.
 */
@Injectable()
export class DriftComparison {
  constructor(
    private readonly credentials: DriftCredentials,
    private readonly observations: DriftObservations,
    private readonly inventory: CloudInventory,
    private readonly ledger: LedgerService,
    private readonly settings: IamSetupSettings,
    private readonly clock: Clock,
  ) {}

  /** Compares all resources. Returns nothing when the check was complete. @throws DriftCheckLost */
  async compare(check: DriftCheck, stopping: AbortSignal): Promise<IncompleteReason[]> {
    const { tenantId, cloudAccountId } = check.claimed;
    const account = await this.credentials.account(cloudAccountId);
    const reasons = new Map<string, IncompleteReason>();
    const note = (error: unknown) => {
      const reason = reasonOf(error, stopping);
      reasons.set(reason.code, reason);
    };
    try {
      const key = await this.credentials.keyOf(account, tenantId);
      if (!key) return [ownReason('NO_CREDENTIALS')];
      for (const place of await this.ledger.listPlaces(cloudAccountId)) {
        if (!isWatched(place.kind)) continue;
        // One region can be disabled, or one kind forbidden. The others are still checked.
        await this.compareKind(check, account, { ...place, kind: place.kind }, key, stopping).catch(note);
        if (reasons.has('AWS_THROTTLED')) break;
      }
    } catch (error) {
      note(error);
    }
    return [...reasons.values()];
  }

  private async compareKind(
    check: DriftCheck,
    account: CloudAccount,
    { region, kind }: LedgerPlace & { readonly kind: WatchedKind },
    key: AwsAccessKey,
    stopping: AbortSignal,
  ): Promise<void> {
    const place: InventoryPlace = { key, region };
    const tag: Tag = { key: this.settings.tagKey, value: this.settings.vendorName };
    const arnOf = (id: string) => arnOfResource({ region, awsAccountId: account.awsAccountId }, kind, id);
    const met = new Set<number>();

    let askedAt = this.clock.now();
    for await (const page of this.inventory.tagged(place, kind, tag)) {
      const observations = page.map((seen) => ({ arn: arnOf(seen.id), seen, isTagged: true }));
      for (const id of await this.observations.note(check, observations, askedAt)) met.add(id);
      this.refuseAfterEnd(check, stopping);
      askedAt = this.clock.now();
    }

    for (let afterId = 0; ;) {
      const expected = await this.ledger.listRemainingAt(account.id, { region, kind }, afterId, CloudInventory.mostIds);
      if (expected.length === 0) return;
      afterId = expected.at(-1)!.id;
      const missing = expected.filter(({ id }) => !met.has(id));
      if (missing.length === 0) continue;

      // Not among the tagged resources: either its tag was removed, or the resource.
      const since = this.clock.now();
      const ids = missing.map(({ arn }) => idInArn(arn));
      const found = new Map((await this.inventory.withIds(place, kind, ids)).map((seen) => [arnOf(seen.id), seen]));
      const observations = missing.map(({ arn }) => ({ arn, seen: found.get(arn) ?? null, isTagged: false }));
      await this.observations.note(check, observations, since);
      this.refuseAfterEnd(check, stopping);
    }
  }

  private refuseAfterEnd({ endsAt }: DriftCheck, stopping: AbortSignal): void {
    if (stopping.aborted) throw new DriftCheckLost();
    if (this.clock.now() > endsAt) throw new CheckTooLong();
  }
}

/** @throws the error when it is a fault of the gateway, or the end of the check */
function reasonOf(error: unknown, stopping: AbortSignal): IncompleteReason {
  if (error instanceof DriftCheckLost || stopping.aborted) throw error;
  if (error instanceof CheckTooLong) return ownReason('CHECK_TOO_LONG');
  if (!(error instanceof DomainError)) throw error;
  const { code } = error;
  const isRefusal = error instanceof CredentialsRejected && error.awsErrorCode !== null && code !== 'AWS_THROTTLED';
  return { code, isRefusal };
}

/** Reason without an error: it is shown in `drift.codes`, but is no code of the error catalogue. */
const ownReason = (reason: 'NO_CREDENTIALS' | 'CHECK_TOO_LONG'): IncompleteReason => ({
  code: reason,
  isRefusal: false,
});

class CheckTooLong extends Error {}

const isWatched = (kind: string): kind is WatchedKind => (watchedKinds as readonly string[]).includes(kind);
