import { Field, GraphQLISODateTime, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

// The names of the enums are the values of the columns.
export enum CloudProvider {
  AWS = 'AWS',
  AZURE = 'AZURE',
  GCP = 'GCP',
}
export enum CloudAccountOwnership {
  HOSTED = 'HOSTED',
  CUSTOMER = 'CUSTOMER',
}
export enum CloudAccountStatus {
  VERIFYING = 'VERIFYING',
  PROPAGATING = 'PROPAGATING',
  ACTIVE = 'ACTIVE',
  MISSING_PERMISSIONS = 'MISSING_PERMISSIONS',
  ERROR = 'ERROR',
  DELETING_WHEN_UNUSED = 'DELETING_WHEN_UNUSED',
}
export enum CloudSubscriptionStatus {
  PENDING = 'PENDING',
  ACTIVE = 'ACTIVE',
  CHANGE_PENDING = 'CHANGE_PENDING',
  DELETING = 'DELETING',
  ERROR = 'ERROR',
  DELETED = 'DELETED',
}
registerEnumType(CloudProvider, { name: 'CloudProvider' });
registerEnumType(CloudAccountOwnership, { name: 'CloudAccountOwnership' });
registerEnumType(CloudAccountStatus, { name: 'CloudAccountStatus' });
registerEnumType(CloudSubscriptionStatus, { name: 'CloudSubscriptionStatus' });

@Entity('tenant')
export class Tenant {
  @PrimaryGeneratedColumn()
  id: number;

  @Column()
  name: string;

  @Column('datetime', { name: 'suspended_at', precision: 3, nullable: true })
  suspendedAt: Date | null;
}

@Entity('api_key')
export class ApiKey {
  @PrimaryGeneratedColumn()
  id: number;

  @Column({ name: 'tenant_id' })
  tenantId: number;

  @Column({ name: 'key_id' })
  keyId: string;

  @Column('blob', { name: 'token_hash' })
  tokenHash: Buffer;

  @Column()
  name: string;

  @Column()
  role: string;

  @Column({ name: 'allowed_cidrs' })
  allowedCidrs: string;

  @Column('datetime', { name: 'expires_at', precision: 3, nullable: true })
  expiresAt: Date | null;

  @Column('datetime', { name: 'revoked_at', precision: 3, nullable: true })
  revokedAt: Date | null;

  @Column('datetime', { name: 'last_used_at', precision: 3, nullable: true })
  lastUsedAt: Date | null;
}

@ObjectType()
@Entity('cloud_account')
export class CloudAccount {
  @PrimaryGeneratedColumn()
  id: number;

  @Column({ name: 'tenant_id' })
  tenantId: number;

  @Field()
  @Column()
  name: string;

  @Column({ name: 'name_key' })
  nameKey: string;

  @Field(() => CloudProvider)
  @Column('varchar')
  provider: CloudProvider;

  @Field()
  @Column()
  region: string;

  @Field(() => CloudAccountOwnership)
  @Column('varchar')
  ownership: CloudAccountOwnership;

  @Field(() => CloudAccountStatus)
  @Column('varchar')
  status: CloudAccountStatus;

  @Field(() => String, { nullable: true })
  @Column('varchar', { name: 'aws_account_id', nullable: true })
  awsAccountId: string | null;

  @Field(() => String, { nullable: true })
  @Column('varchar', { name: 'console_role_name', nullable: true })
  consoleRoleName: string | null;

  @Field()
  @Column('boolean', { name: 'is_sandbox' })
  isSandbox: boolean;

  @Field(() => Int)
  @Column()
  version: number;

  @Field(() => GraphQLISODateTime)
  @Column('datetime', { name: 'created_at', precision: 3 })
  createdAt: Date;

  @Field(() => GraphQLISODateTime)
  @Column('datetime', { name: 'updated_at', precision: 3 })
  updatedAt: Date;
}

@Entity('cloud_account_health')
export class CloudAccountHealth {
  @PrimaryColumn({ name: 'cloud_account_id' })
  cloudAccountId: number;

  @Column()
  state: string;
}

@ObjectType('CloudSubscription')
@Entity('subscription')
export class Subscription {
  @PrimaryGeneratedColumn()
  id: number;

  @Column({ name: 'tenant_id' })
  tenantId: number;

  @Column({ name: 'cloud_account_id' })
  accountId: number;

  @Field()
  @Column()
  name: string;

  @Field()
  @Column()
  region: string;

  @Field(() => CloudSubscriptionStatus)
  @Column('varchar')
  status: CloudSubscriptionStatus;

  @Field(() => Int)
  @Column()
  version: number;

  @Field(() => GraphQLISODateTime)
  @Column('datetime', { name: 'created_at', precision: 3 })
  createdAt: Date;

  @Field(() => GraphQLISODateTime)
  @Column('datetime', { name: 'updated_at', precision: 3 })
  updatedAt: Date;

  @Field(() => GraphQLISODateTime, { nullable: true })
  @Column('datetime', { name: 'ended_at', precision: 3, nullable: true })
  endedAt: Date | null;

  @Column('varchar', { name: 'end_reason', nullable: true })
  endReason: string | null;

  @Column('text', { nullable: true, select: false })
  tags: string | null;
}

@Entity('provisioning_work')
export class ProvisioningWork {
  @PrimaryColumn({ name: 'subscription_id' })
  subscriptionId: number;

  @Column()
  kind: string;

  @Column('datetime', { name: 'created_at', precision: 3 })
  createdAt: Date;

  @Column()
  claims: number;

  @Column()
  progress: number;

  @Column('datetime', { name: 'next_attempt_at', precision: 3, nullable: true })
  nextAttemptAt: Date | null;
}

@Entity('event')
export class Event {
  @PrimaryGeneratedColumn()
  id: number;

  @Column({ name: 'tenant_id' })
  tenantId: number;

  @Column({ name: 'subject_type' })
  subjectType: string;

  @Column({ name: 'subject_id' })
  subjectId: number;

  @Column()
  sequence: number;

  @Column()
  type: string;

  @Column({ name: 'actor_kind' })
  actorKind: string;

  @Column({ name: 'actor_id' })
  actorId: number;

  @Column({ name: 'actor_name' })
  actorName: string;

  @Column('simple-json')
  data: object;

  @Column('datetime', { name: 'happened_at', precision: 3 })
  happenedAt: Date;
}
