import type { Actor, ActorKind } from '#libs/events';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CloudAccount, CloudAccountOwnership } from '../cloud-account.entity.js';
import type { CloudProvider } from '../cloud-provider.js';

/** Requested behavior while the account has blockers. */
export const DeletionMode = { FAIL_IF_IN_USE: 'FAIL_IF_IN_USE', WHEN_UNUSED: 'WHEN_UNUSED' } as const;
export type DeletionMode = keyof typeof DeletionMode;

/** How an account was deleted. */
export const DeletionKind = { ...DeletionMode, FORCE_DETACH: 'FORCE_DETACH' } as const;
export type DeletionKind = keyof typeof DeletionKind;

/** Actors and reason of a deletion. */
export interface Deletion {
  readonly kind: DeletionKind;
  readonly requestedBy: Actor;
  readonly requestedAt: Date;
  /** Actor that approved a force detach. */
  readonly approvedBy?: Actor;
  readonly reason?: string;
  /** Number of subscriptions abandoned by a force detach. */
  readonly abandoned?: number;
}

/** Record of a deleted account. The name, the user and the role are available again. */
@Entity('deleted_cloud_account')
export class DeletedCloudAccount {
  /** ID of the account. Never reused. */
  @PrimaryColumn('int')
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('varchar', { length: 64 })
  readonly name!: string;

  @Column('varchar', { length: 8 })
  readonly provider!: CloudProvider;

  @Column('varchar', { length: 32 })
  readonly region!: string;

  @Column('varchar', { length: 8 })
  readonly ownership!: CloudAccountOwnership;

  @Column('varchar', { name: 'aws_account_id', length: 12, nullable: true })
  readonly awsAccountId!: string | null;

  @Column('varchar', { name: 'aws_user_arn', length: 2048, nullable: true })
  readonly awsUserArn!: string | null;

  @Column('varchar', { name: 'console_role_arn', length: 2048, nullable: true })
  readonly consoleRoleArn!: string | null;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly createdAt!: Date;

  @Column('varchar', { length: 16 })
  readonly kind!: DeletionKind;

  @Column('varchar', { length: 500, nullable: true })
  readonly reason!: string | null;

  @Column('datetime', { name: 'requested_at', precision: 3 })
  readonly requestedAt!: Date;

  @Column('varchar', { name: 'requested_by_kind', length: 16 })
  readonly requestedByKind!: ActorKind;

  @Column('int', { name: 'requested_by_id', nullable: true })
  readonly requestedById!: number | null;

  @Column('varchar', { name: 'requested_by_name', length: 64 })
  readonly requestedByName!: string;

  @Column('varchar', { name: 'approved_by_kind', length: 16, nullable: true })
  readonly approvedByKind!: ActorKind | null;

  @Column('int', { name: 'approved_by_id', nullable: true })
  readonly approvedById!: number | null;

  @Column('varchar', { name: 'approved_by_name', length: 64, nullable: true })
  readonly approvedByName!: string | null;

  @Column('int', { name: 'abandoned_subscriptions' })
  readonly abandonedSubscriptionCount!: number;

  @Column('int', { name: 'orphaned_resources' })
  readonly orphanedResourceCount!: number;

  @Column('datetime', { name: 'deleted_at', precision: 3 })
  readonly deletedAt!: Date;

  static of(account: CloudAccount, deletion: Deletion, orphanedResourceCount: number, now: Date): DeletedCloudAccount {
    const { id, tenantId, name, provider, region, ownership, awsAccountId, awsUserArn, consoleRoleArn, createdAt } =
      account;
    const { kind, requestedBy, requestedAt, approvedBy, reason = null, abandoned = 0 } = deletion;
    return Object.assign(new DeletedCloudAccount(), {
      ...{ id, tenantId, name, provider, region, ownership, awsAccountId, awsUserArn, consoleRoleArn, createdAt },
      kind,
      reason,
      requestedAt,
      requestedByKind: requestedBy.kind,
      requestedById: requestedBy.id,
      requestedByName: requestedBy.name,
      approvedByKind: approvedBy?.kind ?? null,
      approvedById: approvedBy?.id ?? null,
      approvedByName: approvedBy?.name ?? null,
      abandonedSubscriptionCount: abandoned,
      orphanedResourceCount,
      deletedAt: now,
    } satisfies Partial<DeletedCloudAccount>);
  }
}
