import { createHash } from 'node:crypto';
import { operatorTenantId } from '#libs/access';
import { AwsAccessService, type KeyRotation } from '#libs/aws-credentials';
import type { Page, PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { ActiveSubscriptions } from './active-subscriptions.js';
import { blockedBy, blockedByRotation, type Blocker, type InTheWay, type SeenBlockers } from '../blocker.js';
import type { CloudAccount } from '../cloud-account.entity.js';

type Which = Pick<CloudAccount, 'id' | 'tenantId'>;

export interface BlockersFingerprint {
  readonly digest: string;
  readonly count: number;
}

/** As many as a page may have. */
const shown = 100;
const firstPage = { orderBy: { field: 'ID', direction: 'ASC' }, count: shown, from: 'start' } as const;

/**
 * What keeps accounts from being deleted, counted anew each time: the refusal, the preview and the audit all ask here. Ask while
 * the account is held, and the answer stays true until the unit of work ends.
 */
@Injectable()
export class Blockers {
  constructor(
    private readonly subscriptions: ActiveSubscriptions,
    private readonly credentials: AwsAccessService,
  ) {}

  /** Whether there is any: what takes no counting. */
  async areOn({ id, tenantId }: Which): Promise<boolean> {
    return (await this.subscriptions.areOn(id)) || this.credentials.isRotating(tenantId, id);
  }

  /** Of each account, by number alone. Those that are not the tenant's are hosted ones, which have no key to rotate. */
  async inTheWayOf(tenantId: number, accounts: readonly Which[]): Promise<InTheWay[]> {
    const ids = accounts.map(({ id }) => id);
    const totals = await this.subscriptions.countOn(ids);
    const rotating = new Set((await this.rotations(tenantId, ids)).map(({ cloudAccountId }) => cloudAccountId));
    return ids.map((id, i) => ({ subscriptions: totals[i]!, isRotating: rotating.has(id) }));
  }

  /** All there is to tell a tenant that is refused. */
  async seenBy(tenantId: number, { id }: Which, inTheWay: InTheWay): Promise<SeenBlockers> {
    const page = await this.page(tenantId, id, firstPage);
    const subscriptions = page.hasNextPage ? await this.subscriptions.countOf(id, tenantId) : null;
    const visible = subscriptions === null ? page.items.length : subscriptions + Number(inTheWay.isRotating);
    const hidden = inTheWay.subscriptions + Number(inTheWay.isRotating) - visible;
    return { cloudAccountId: id, tenantId, page, visible, hidden };
  }

  /** Those a tenant may see: a rotation of its own first, then its subscriptions, the oldest first. */
  async page(tenantId: number, cloudAccountId: number, request: PageRequest<'ID'>): Promise<Page<Blocker>> {
    const [rotation] = await this.rotations(tenantId, [cloudAccountId]);
    const page = await this.subscriptions.page(cloudAccountId, tenantId, request);
    const subscriptions = { ...page, items: page.items.map(blockedBy) };
    return rotation ? withFirst(blockedByRotation(rotation), subscriptions, request) : subscriptions;
  }

  /** How many of them a tenant may see. */
  async countVisible(tenantId: number, cloudAccountId: number): Promise<number> {
    const rotations = await this.rotations(tenantId, [cloudAccountId]);
    return rotations.length + (await this.subscriptions.countOf(cloudAccountId, tenantId));
  }

  /**
   * For each account of a tenant a digest of all blockers, which is another one when there is one more or less; and their
   * number. The status of a blocker does not matter: while credentials do not work, it changes back and forth.
   */
  async fingerprintsOf(tenantId: number, cloudAccountIds: readonly number[]): Promise<BlockersFingerprint[]> {
    const rotations = await this.rotations(tenantId, cloudAccountIds);
    const subscriptions = await this.subscriptions.fingerprintsOn(cloudAccountIds);
    return cloudAccountIds.map((id, i) => {
      const rotating = rotations.filter(({ cloudAccountId }) => cloudAccountId === id);
      const { count, text } = subscriptions[i]!;
      const all = [...rotating.map((rotation) => `rotation ${rotation.id}`), text];
      return { digest: createHash('sha256').update(all.join()).digest('hex'), count: rotating.length + count };
    });
  }

  /**
   * How many of them are another tenant's. Of a hosted account only the operator is told: no other tenant can delete it, and
   * what the others have there is none of its business.
   */
  async countHidden(tenantId: number, { id, ownership }: CloudAccount): Promise<number> {
    if (ownership === 'HOSTED' && tenantId !== operatorTenantId) return 0;
    const [all] = await this.subscriptions.countOn([id]);
    return all! - (await this.subscriptions.countOf(id, tenantId));
  }

  /** The rotations that are under way. */
  private async rotations(tenantId: number, cloudAccountIds: readonly number[]): Promise<KeyRotation[]> {
    const rotations = await this.credentials.rotationsOf(tenantId, cloudAccountIds);
    return rotations.filter(({ isOver }) => !isOver);
  }
}

/** The page of a list that begins with `first`, made of the same page of the rest of it. */
export function withFirst(
  first: Blocker,
  rest: Page<Blocker>,
  { from, count, after, before }: PageRequest<'ID'>,
): Page<Blocker> {
  const isIn = (after === undefined || after.id < first.id) && (before === undefined || before.id > first.id);
  if (from === 'start') {
    if (!isIn) return rest;
    const items = [first, ...rest.items];
    return {
      items: items.slice(0, count),
      hasNextPage: rest.hasNextPage || items.length > count,
      hasPreviousPage: rest.hasPreviousPage,
    };
  }
  // From the end it is what comes last, where there is room for it.
  if (!isIn || rest.hasPreviousPage) return rest;
  const hasRoom = rest.items.length < count;
  return { ...rest, items: hasRoom ? [first, ...rest.items] : rest.items, hasPreviousPage: !hasRoom };
}
