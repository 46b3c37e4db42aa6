import type { Viewer } from '#libs/access';
import type { Actor } from '#libs/events';
import { addTime, faultInText, InvalidField, InvalidInput, normalizeName } from '#libs/kernel';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CloudAccount } from '../cloud-account.entity.js';

/** Validity of a request in milliseconds. */
const validity = 24 * 60 * 60 * 1000;
const longestReason = 500;

/** Describes the problem with a reason, as the end of a sentence. Null when it is valid. */
export const faultInReason = (reason: string) => faultInText(reason, longestReason);

/** Current facts that must match the request at its approval. */
export interface PresentState {
  /** Digest of the current blockers. */
  readonly digest: string;
  /** Whether the API key of the requester is still valid. */
  readonly isRequesterThere: boolean;
}

/** Request to delete an account although it has blockers, and to abandon them. At most one for each account. */
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

  /** Number of blockers at the time of the request. */
  @Column('int', { name: 'blocker_count' })
  readonly blockerCount!: number;

  @Column('varchar', { name: 'blockers_digest', length: 64 })
  readonly blockersDigest!: string;

  /**
   * @param name typed by the viewer as a confirmation
   * @throws InvalidInput unless the name matches and the reason is valid
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

  /** Reason why the request can no longer be approved, as the end of a sentence. Null while it can. */
  faultAt(now: Date, { digest, isRequesterThere }: PresentState): string | null {
    if (this.expiresAt <= now) return 'it expired after 24 hours';
    if (!isRequesterThere) return 'the API key that requested it was revoked or has expired';
    return digest === this.blockersDigest
      ? null
      : 'the blockers of the cloud account have changed since it was requested';
  }
}
