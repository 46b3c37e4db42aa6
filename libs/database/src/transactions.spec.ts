import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Clock } from '#libs/kernel';
import { jest } from '@jest/globals';
import { DataSource, QueryFailedError } from 'typeorm';
import { connectionOptions } from './connect.js';
import { DatabaseBusy, DatabaseUnavailable } from './database.errors.js';
import { EmbeddedSqlite } from './embedded-sqlite.js';
import { serializeSqlite } from './serialized-sqlite.js';
import { Transactions } from './transactions.js';

/** Advances by one second on each call. */
class TickingClock extends Clock {
  private time = 0;

  now(): Date {
    return new Date((this.time += 1000));
  }
}

describe('Transactions on SQLite', () => {
  let folder: string;
  let file: string;
  let dataSource: DataSource;
  let transactions: Transactions;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'transactions-'));
    file = join(folder, 'test.sqlite');
    dataSource = serializeSqlite(new DataSource(await connectionOptions({ file })));
    await dataSource.initialize();
    await dataSource.query('CREATE TABLE counter (id INTEGER PRIMARY KEY, n INT NOT NULL)');
    await dataSource.query('INSERT INTO counter (id, n) VALUES (1, 0)');
    transactions = new Transactions(dataSource, new TickingClock());
  });
  afterEach(async () => {
    await dataSource.destroy();
    await rm(folder, { recursive: true });
  });

  const count = async () => (await transactions.query<{ n: number }>('SELECT n FROM counter WHERE id = 1'))[0]!.n;

  /** Reads, waits while others can write, then writes the value plus one. */
  const increment = async () => {
    const n = await count();
    await wait(1);
    await transactions.query('UPDATE counter SET n = ? WHERE id = 1', [n + 1]);
  };

  const databaseError = (facts: object) =>
    new QueryFailedError('UPDATE …', [], Object.assign(new Error('the driver says'), facts));
  const deadlock = () => databaseError({ errno: 1213 });

  it('isolate fifty units of work, half of which fail', async () => {
    const all = await Promise.allSettled(
      Array.from({ length: 50 }, (_, i) =>
        transactions.run(async () => {
          await increment();
          if (i % 2) throw new Error('changed my mind');
        }),
      ),
    );

    expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(25);
    expect(await count()).toBe(25);
  });

  it('continue after one that SQLite ended by itself, as it does when the disk is full', async () => {
    const ended = transactions.run(async () => {
      await increment();
      await transactions.query('ROLLBACK');
      throw databaseError({ code: 'SQLITE_FULL' });
    });

    await expect(ended).rejects.toThrow(DatabaseUnavailable);
    await transactions.run(increment);
    expect(await count()).toBe(1);
  });

  it('wait for another process that writes, without blocking the event loop', async () => {
    const other = new EmbeddedSqlite(file);
    other.exec('BEGIN IMMEDIATE');
    const waiting = transactions.run(increment);
    const started = performance.now();
    await wait(300);
    expect(performance.now() - started).toBeLessThan(2000);
    other.exec('COMMIT');
    other.close();

    await waiting;
    expect(await count()).toBe(1);
  });

  it('keep plain statements out of a unit of work in progress', async () => {
    const failing = transactions.run(async () => {
      await increment();
      await wait(20);
      throw new Error('no');
    });
    await wait(5);
    const beside = dataSource.query('UPDATE counter SET n = n + 100 WHERE id = 1');

    await expect(failing).rejects.toThrow('no');
    await beside;
    expect(await count()).toBe(100); // neither rolled back with the other, nor aware of its change
  });

  it('yield to others while one runs many statements', async () => {
    let turns = 0;
    let isOver = false;
    const look = () => {
      turns++;
      if (!isOver) setImmediate(look);
    };
    setImmediate(look);
    const started = performance.now();
    await transactions.run(async () => {
      while (performance.now() - started < 200) await count();
    });
    isOver = true;
    expect(turns).toBeGreaterThan(3);
  });

  it('join a unit of work inside another, with the same time', async () => {
    const moments: Date[] = [];
    await transactions.run(async (outer) => {
      await increment();
      await transactions.run(async (inner) => {
        moments.push(outer, inner);
        await increment();
      });
    });

    expect(await count()).toBe(2);
    expect(moments[1]).toEqual(moments[0]);
  });

  it('roll back a unit of work inside another that fails', async () => {
    const outer = transactions.run(async () => {
      await transactions.run(increment);
      throw new Error('no');
    });

    await expect(outer).rejects.toThrow('no');
    expect(await count()).toBe(0);
  });

  it('give each unit of work its own time', async () => {
    const [one, other] = [await transactions.run(async (now) => now), await transactions.run(async (now) => now)];

    expect(other.getTime()).toBeGreaterThan(one.getTime());
  });

  it('refuse queries beside the transaction in progress, which would wait forever', async () => {
    await expect(transactions.run(() => dataSource.query('SELECT 1'))).rejects.toThrow(
      /beside the current transaction/,
    );
    await expect(transactions.run(() => dataSource.transaction(async () => 1))).rejects.toThrow(
      /beside the current transaction/,
    );
    await transactions.run(increment);
    expect(await count()).toBe(1); // and no lock remains
  });

  it('start with the write lock, so that no other process can write between reading and writing', async () => {
    const otherProcess = new EmbeddedSqlite(file, { timeout: 0 });
    try {
      await transactions.run(async () => {
        expect(() => otherProcess.exec('BEGIN IMMEDIATE')).toThrow(/locked/);
      });
      expect(() => otherProcess.exec('BEGIN IMMEDIATE')).not.toThrow();
    } finally {
      otherProcess.close();
    }
  });

  it('lock rows only inside a unit of work', async () => {
    expect(() => transactions.forUpdate).toThrow(/only inside a unit of work/);
    expect(await transactions.run(async () => transactions.forUpdate)).toEqual({});
  });

  describe('after losing a deadlock', () => {
    it('start again from the beginning', async () => {
      let tries = 0;
      const moments: Date[] = [];

      const answer = await transactions.run(async (now) => {
        moments.push(now);
        await increment();
        if (++tries < 3) throw deadlock();
        return 'done';
      });

      expect(answer).toBe('done');
      expect(await count()).toBe(1);
      expect(new Set(moments.map(Number)).size).toBe(3);
    });

    it('start again with the outermost unit of work', async () => {
      let tries = 0;
      await transactions.run(async () => {
        await increment();
        await transactions.run(async () => {
          if (++tries < 2) throw deadlock();
        });
      });

      expect(tries).toBe(2);
      expect(await count()).toBe(1);
    });

    it.each([
      ['a deadlock', { errno: 1213 }],
      ['a lock nobody lets go', { errno: 1205 }],
      ['a record that changed', { errno: 1020 }],
      ['a busy file', { code: 'SQLITE_BUSY_SNAPSHOT' }],
    ])('fail after %s five times, with nothing changed', async (_, facts) => {
      let tries = 0;
      const given = transactions.run(async () => {
        tries++;
        await increment();
        throw databaseError(facts);
      });

      await expect(given).rejects.toThrow(DatabaseBusy);
      expect(tries).toBe(5);
      expect(await count()).toBe(0);
    });
  });

  describe('when the connection is lost', () => {
    it.each([
      ['lost', { code: 'PROTOCOL_CONNECTION_LOST' }],
      ['reset', { code: 'ECONNRESET' }],
      ['ended by the server', { errno: 1927 }],
    ])('start again from the beginning, if nothing was to be committed: %s', async (_, facts) => {
      let tries = 0;
      await transactions.run(async () => {
        await increment();
        if (++tries < 3) throw databaseError(facts);
      });

      expect(tries).toBe(3);
      expect(await count()).toBe(1);
    });

    it('do not try again if a commit can have succeeded', async () => {
      let tries = 0;
      const commit = dataSource.transaction.bind(dataSource);
      jest.spyOn(dataSource, 'transaction').mockImplementation(async (...args: unknown[]) => {
        await (commit as (...args: unknown[]) => Promise<unknown>)(...args);
        throw databaseError({ code: 'PROTOCOL_CONNECTION_LOST' });
      });
      const broken = transactions.run(async () => {
        tries++;
        await increment();
      });

      await expect(broken).rejects.toThrow(DatabaseUnavailable);
      expect(tries).toBe(1);
      expect(await count()).toBe(1);
    });
  });

  it.each([
    ['a failure of the work', () => new Error('no'), Error],
    ['a duplicate key', () => databaseError({ errno: 1062 }), QueryFailedError],
    ['a server that is away', () => databaseError({ code: 'ECONNREFUSED' }), DatabaseUnavailable],
    ['a full disk', () => databaseError({ errno: 1021 }), DatabaseUnavailable],
  ])('do not try again after %s', async (_, make, kind) => {
    let tries = 0;
    const failed = transactions.run(async () => {
      tries++;
      await increment();
      throw make();
    });

    await expect(failed).rejects.toThrow(kind);
    expect(tries).toBe(1);
    expect(await count()).toBe(0);
  });

  it('see what another process wrote', async () => {
    const otherProcess = new EmbeddedSqlite(file);
    otherProcess.exec('BEGIN IMMEDIATE');
    otherProcess.exec('UPDATE counter SET n = 41 WHERE id = 1');
    otherProcess.exec('COMMIT');
    await transactions.run(increment);
    otherProcess.close();

    expect(await count()).toBe(42);
  });
});
