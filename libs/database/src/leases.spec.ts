import { jest } from '@jest/globals';
import { SystemClock } from '#libs/kernel';
import { DataSource, EntitySchema } from 'typeorm';
import { connectionOptions } from './connect.js';
import { claimDue, type Leased } from './leases.js';
import { serializeSqlite } from './serialized-sqlite.js';
import { Transactions } from './transactions.js';

interface Task extends Leased {
  id: number;
}

const moment = { type: 'datetime', precision: 3, nullable: true } as const;
const Task = new EntitySchema<Task>({
  name: 'task',
  columns: {
    id: { type: 'int', primary: true },
    nextAttemptAt: { ...moment, name: 'next_attempt_at' },
    leaseOwner: { type: 'varchar', name: 'lease_owner', nullable: true },
    leaseUntil: { ...moment, name: 'lease_until' },
  },
});

const now = new Date('2026-01-01T12:00:00.500Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);

describe('claimDue', () => {
  let dataSource: DataSource;
  let transactions: Transactions;

  beforeEach(async () => {
    const options = await connectionOptions({ file: ':memory:' });
    dataSource = serializeSqlite(new DataSource({ ...options, entities: [Task], synchronize: true }));
    await dataSource.initialize();
    transactions = new Transactions(dataSource, new SystemClock());
  });
  afterEach(() => dataSource.destroy());

  const add = (...tasks: Partial<Task>[]) =>
    transactions
      .repository(Task)
      .insert(tasks.map((task) => ({ nextAttemptAt: at(-1), leaseOwner: null, leaseUntil: null, ...task })));
  const claim = async (owner: string, limit = 10, when = now) =>
    (await claimDue(transactions, Task, { now: when, owner, until: new Date(when.getTime() + 60_000), limit })).map(
      ({ id }) => id,
    );

  it('claims due rows, longest due first, and at most the limit', async () => {
    await add(
      { id: 1, nextAttemptAt: at(-1) },
      { id: 2, nextAttemptAt: at(-3) },
      { id: 3, nextAttemptAt: at(-2) },
      { id: 4, nextAttemptAt: at(0.001) },
      { id: 5, nextAttemptAt: null },
      { id: 6, nextAttemptAt: now },
    );

    expect(await claim('a', 3)).toEqual([2, 3, 1]);
    expect(await claim('a', 3)).toEqual([6]);
    expect(await claim('a', 3)).toEqual([]);
  });

  it('gives each row to one of many concurrent claims', async () => {
    await add(...Array.from({ length: 40 }, (_, i) => ({ id: i + 1 })));

    const claims = await Promise.all(['a', 'b', 'c', 'd'].map((owner) => claim(owner, 40)));

    expect(claims.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  });

  it('leaves a row for the next claim when its statement loses a deadlock, and ignores no other fault', async () => {
    await add({ id: 1, nextAttemptAt: at(-2) }, { id: 2 });
    const failNext = (fault: object) => {
      const create = dataSource.createQueryRunner.bind(dataSource);
      jest.spyOn(dataSource, 'createQueryRunner').mockImplementation((mode) => {
        const runner = create(mode);
        const query = runner.query.bind(runner) as (...given: unknown[]) => Promise<never>;
        runner.query = (sql: string, ...rest: unknown[]) => {
          if (!sql.startsWith('UPDATE')) return query(sql, ...rest);
          jest.restoreAllMocks();
          return Promise.reject(Object.assign(new Error(), fault));
        };
        return runner;
      });
    };

    failNext({ errno: 1213 });
    expect(await claim('a')).toEqual([2]);
    failNext({ code: 'EPIPE' });
    await expect(claim('a')).rejects.toThrow();
    expect(await claim('a')).toEqual([1]);
  });

  it('takes over rows whose lease has ended, and not earlier', async () => {
    await add({ id: 1 });
    await claim('a');

    expect(await claim('b', 10, at(59.999))).toEqual([]);
    expect(await claim('b', 10, at(60))).toEqual([1]);
    expect(await transactions.repository(Task).findOneBy({ id: 1 })).toMatchObject({ leaseOwner: 'b' });
  });
});
