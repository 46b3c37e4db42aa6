import { RotationsInProgress, type AccessKeyRotation } from '#libs/aws-credentials';
import type { Actor } from '#libs/events';
import type { AccountReference, Held, Page, PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import type { BlockingRow } from '../blocker.js';
import { DeletionBlockers, type BlockersFingerprint } from '../blockers/deletion-blockers.js';

/** A rotation of the access key blocks the deletion of its account. An account has at most one, with the ID 0. */
@Injectable()
export class RotationBlockers extends DeletionBlockers {
  constructor(private readonly rotations: RotationsInProgress) {
    super();
  }

  describe(): string {
    return 'an access key rotation in progress';
  }

  async existOn(account: AccountReference): Promise<boolean> {
    return (await this.rotations.findByAccounts([account])).has(account.id);
  }

  async countByAccount(accounts: readonly AccountReference[]): Promise<number[]> {
    const rotations = await this.rotations.findByAccounts(accounts);
    return accounts.map(({ id }) => Number(rotations.has(id)));
  }

  async page(account: AccountReference, tenantId: number, request: PageRequest<'ID'>): Promise<Page<BlockingRow>> {
    const { from, after, before } = request;
    const rotation = after || before ? undefined : await this.seenBy(tenantId, account);
    const items = rotation ? [blockedBy(rotation)] : [];
    return {
      items,
      hasNextPage: from === 'end' && before !== undefined,
      hasPreviousPage: from === 'start' && after !== undefined,
    };
  }

  async count(account: AccountReference, tenantId: number): Promise<number> {
    return Number((await this.seenBy(tenantId, account)) !== undefined);
  }

  async fingerprints(accounts: readonly AccountReference[]): Promise<BlockersFingerprint[]> {
    const rotations = await this.rotations.findByAccounts(accounts);
    return accounts.map(({ id }) => {
      const rotation = rotations.get(id);
      return rotation ? { count: 1, text: String(rotation.id) } : { count: 0, text: '' };
    });
  }

  async abandon(account: Held<AccountReference>, actor: Actor, now: Date): Promise<number> {
    return Number(await this.rotations.abandon(account, actor, now));
  }

  private async seenBy(tenantId: number, account: AccountReference): Promise<AccessKeyRotation | undefined> {
    return account.tenantId === tenantId ? (await this.rotations.findByAccounts([account])).get(account.id) : undefined;
  }
}

function blockedBy(rotation: AccessKeyRotation): BlockingRow {
  const { state } = rotation;
  return {
    id: 0,
    name: 'Rotation of the access key',
    status: state,
    requiredAction:
      state === 'NEEDS_ATTENTION'
        ? 'Fix the problem in `rotation.lastError` of the account, or cancel the rotation with `cancelRotation`.'
        : 'Wait until the rotation ends, or cancel it with `cancelRotation`.',
    row: rotation,
  };
}
