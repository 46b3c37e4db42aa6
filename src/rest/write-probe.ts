import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseBusy, Transactions } from '#libs/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Time in milliseconds for which a result is reused. */
const remembered = 5000;
/** Free space that the embedded database needs, in bytes: a change writes several pages to its log. */
const least = 1024 * 1024;

/** Checks whether the database can write. A database on a full disk can still read. */
@Injectable()
export class WriteProbe {
  private outcome: { readonly at: number; readonly fault: Promise<string | null> } | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly transactions: Transactions,
  ) {}

  /**
   * Reason why nothing can be written, without names of files and servers. Null when it can. Writes at most once in 5
   * s.
   */
  fault(): Promise<string | null> {
    const now = performance.now();
    if (!this.outcome || now - this.outcome.at > remembered) this.outcome = { at: now, fault: this.look() };
    return this.outcome.fault;
  }

  private async look(): Promise<string | null> {
    const { options } = this.dataSource;
    try {
      if (options.type === 'better-sqlite3') {
        const { bavail, bsize } = await statfs(dirname(options.database));
        if (bavail * bsize < least) return 'The disk is full.';
      }
      await this.write();
      return null;
    } catch (error) {
      return error instanceof DatabaseBusy ? null : reasonOf(error);
    }
  }

  /** Committed, because SQLite writes nothing before. With a new row, because no database writes an equal value. */
  private write(): Promise<unknown> {
    return this.transactions.run(async (now) => {
      const row = [probe, Buffer.of(0), now.toISOString().slice(0, 23).replace('T', ' ')];
      await this.transactions.query('INSERT INTO key_canary (kek_id, record, created_at) VALUES (?, ?, ?)', row);
      await this.transactions.query('DELETE FROM key_canary WHERE kek_id = ?', [probe]);
    });
  }
}

/** ID of the row that is written and deleted. No KEK has this ID. */
const probe = 'write-probe';

function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: { driverError?: { code?: unknown; errno?: number } } };
  const { code, errno } = cause?.driverError ?? {};
  if (code === 'SQLITE_FULL') return 'The disk is full.';
  if (String(code).startsWith('SQLITE_READONLY')) return 'The database is read-only.';
  return reasons[errno ?? 0] ?? 'The database refuses all changes.';
}

const full = 'The disk of the database server is full.';
const readOnly = 'The database server is read-only.';
/** By error numbers of MySQL and MariaDB. */
const reasons: Readonly<Record<number, string>> = {
  1021: full,
  1026: full,
  1114: full,
  1290: readOnly,
  1792: readOnly,
  1836: readOnly,
};
