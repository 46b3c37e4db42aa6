import { Transactions } from '#libs/database';
import { Injectable } from '@nestjs/common';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { ActorKind } from '../actor.js';
import { Events, type NewEvent } from '../events.js';

@Entity('event')
export class EventRow {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('varchar', { name: 'subject_type', length: 32 })
  readonly subjectType!: string;

  @Column('int', { name: 'subject_id' })
  readonly subjectId!: number;

  /** Starts at 1 for each subject. */
  @Column('int')
  readonly sequence!: number;

  @Column('varchar', { length: 64 })
  readonly type!: string;

  @Column('varchar', { name: 'actor_kind', length: 16 })
  readonly actorKind!: ActorKind;

  @Column('int', { name: 'actor_id', nullable: true })
  readonly actorId!: number | null;

  @Column('varchar', { name: 'actor_name', length: 64 })
  readonly actorName!: string;

  @Column('simple-json')
  readonly data!: object;

  @Column('datetime', { name: 'happened_at', precision: 3 })
  readonly happenedAt!: Date;
}

@Injectable()
export class TypeOrmEvents extends Events {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  async record({ type, tenantId, subject, actor, at, data = {} }: NewEvent): Promise<void> {
    const [subjectType, subjectId] = subject;
    await this.transactions.query(
      `INSERT INTO event
         (tenant_id, subject_type, subject_id, sequence, type, actor_kind, actor_id, actor_name, data, happened_at)
       SELECT ?, ?, ?, COALESCE(MAX(sequence), 0) + 1, ?, ?, ?, ?, ?, ? FROM event WHERE subject_type = ? AND subject_id = ?`,
      [
        ...[tenantId, subjectType, subjectId, type, actor.kind, actor.id, actor.name],
        ...[JSON.stringify(data), at, subjectType, subjectId],
      ],
    );
  }
}
