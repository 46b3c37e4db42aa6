import { StoredKeyExists, StoredKeys, type KeyPurpose, type NewStoredKey, type StoredKey } from '../keys.js';

/** Stored keys that last as long as the test. Rows are copied both ways, as a database does. */
export class InMemoryStoredKeys extends StoredKeys {
  private rows: StoredKey[] = [];
  private lastId = 0;

  async find(id: number): Promise<StoredKey | null> {
    return copy(this.rows.find((row) => row.id === id));
  }

  async newestFor(purpose: KeyPurpose, tenantId: number | null): Promise<StoredKey | null> {
    return copy(this.rows.filter(isOf(purpose, tenantId)).sort((one, other) => other.version - one.version)[0]);
  }

  async add(key: NewStoredKey): Promise<number> {
    if (this.rows.filter(isOf(key.purpose, key.tenantId)).some(({ version }) => version === key.version)) {
      throw new StoredKeyExists();
    }
    const id = ++this.lastId;
    this.rows.push({ ...detached(key), id });
    return id;
  }

  async list(): Promise<StoredKey[]> {
    return this.rows.map((row) => ({ ...row, ...detached(row) }));
  }

  /** Runs `work`, then takes back every row it added and gives their ids out again, as SQLite does on a rollback. */
  async rollBack<T>(work: () => Promise<T>): Promise<T> {
    const { rows, lastId } = this;
    this.rows = [...rows];
    try {
      return await work();
    } finally {
      Object.assign(this, { rows, lastId });
    }
  }

  /** Writes a row as somebody with access to the database could, past every rule. */
  tamper(id: number, change: Partial<StoredKey>): void {
    this.rows = this.rows.map((row) => (row.id === id ? { ...row, ...change } : row));
  }
}

function isOf(purpose: KeyPurpose, tenantId: number | null) {
  return (row: StoredKey) => row.purpose === purpose && row.tenantId === tenantId;
}

function copy(row: StoredKey | undefined): StoredKey | null {
  return row ? { ...row, ...detached(row) } : null;
}

function detached(row: NewStoredKey): NewStoredKey {
  return {
    ...row,
    wrappedKey: Buffer.from(row.wrappedKey),
    commitment: Buffer.from(row.commitment),
    createdAt: new Date(row.createdAt),
  };
}
