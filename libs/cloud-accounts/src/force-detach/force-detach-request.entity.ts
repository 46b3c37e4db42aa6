import type { Viewer } from '#libs/access';
import type { Actor } from '#libs/events';
import { addTime, faultInText, InvalidField, InvalidInput, normalizeName } from '#libs/kernel';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CloudAccount } from '../cloud-account.entity.js';

/** For how long a request can be approved, in milliseconds. */
const validity = 24 * 60 * 60 * 1000;
const longestReason = 500;

/** What is wrong with a reason, as the end of a sentence; null when nothing is. */
export const faultInReason = (reason: string) => faultInText(reason, longestReason);

/** What must still be so when a request is approved. */
export interface PresentState {
  /** Of what stands in the way now. */
  readonly digest: string;
  /** Whether the key that requested it still opens anything. */
  readonly isRequesterThere: boolean;
}

/** That somebody wants an account to go although subscriptions stand on it, and give those up: one for each account. */
@Entity('force_detach_request')
export class ForceDetachRequest {
  @PrimaryColumn('int', { name: 'cloud_account_id' })
  readonly cloudAccountId!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('varchar', { length: 500 })
  readonly reason!: string;

  @Column('int', { name: 'requested_by_id' })
  readonly requestedById!: number;

  @Column('varchar', { name: 'requested_by_name', length: 64 })
  readonly requestedByName!: string;

  @Column('datetime', { name: 'requested_at', precision: 3 })
  readonly requestedAt!: Date;

  @Column('datetime', { name: 'expires_at', precision: 3 })
  readonly expiresAt!: Date;

  /** How many things stood in the way. */
  @Column('int', { name: 'blocker_count' })
  readonly blockerCount!: number;

  @Column('varchar', { name: 'blockers_digest', length: 64 })
  readonly blockersDigest!: string;

  /**
   * @param name what the viewer typed, to show that they mean this account
   * @throws InvalidInput unless it is the account's, and the reason is one
   */
  static make(
    viewer: Viewer,
    account: CloudAccount,
    { name, reason }: { name: string; reason: string },
    blockers: { readonly digest: string; readonly count: number },
    now: Date,
  ): ForceDetachRequest {
    const isMeant = normalizeName(name) === account.name;
    const fault = faultInReason(reason);
    const faults = [
      ...(isMeant
        ? []
        : [new InvalidField(['input', 'name'], 'The name does not match the name of the cloud account.')]),
      ...(fault ? [new InvalidField(['input', 'reason'], `The reason ${fault}.`)] : []),
    ];
    if (faults.length > 0) throw new InvalidInput(faults);

    return Object.assign(new ForceDetachRequest(), {
      cloudAccountId: account.id,
      tenantId: account.tenantId,
      reason: normalizeName(reason),
      requestedById: viewer.apiKeyId,
      requestedByName: viewer.apiKeyName,
      requestedAt: now,
      expiresAt: addTime(now, validity),
      blockerCount: blockers.count,
      blockersDigest: blockers.digest,
    } satisfies Partial<ForceDetachRequest>);
  }

  get requestedBy(): Actor {
    return { kind: 'API_KEY', id: this.requestedById, name: this.requestedByName };
  }

  /** Why it cannot be approved any more, as the end of a sentence; null while it can. */
  faultAt(now: Date, { digest, isRequesterThere }: PresentState): string | null {
    if (this.expiresAt <= now) return 'it expired after 24 hours';
    if (!isRequesterThere) return 'the API key that requested it was revoked or has expired';
    return digest === this.blockersDigest
      ? null
      : 'the blockers of the cloud account have changed since it was requested';
  }
}
