import type { WrappedKey } from '../kek-provider.js';
import {
  KekNotAdmitted,
  StoredKeyExists,
  StoredKeys,
  type AdmittedKek,
  type KeyPurpose,
  type NewStoredKey,
  type StoredKey,
} from '../keys.js';

/** Collection in memory. Copies rows in both directions, as a database does. */
export class InMemoryStoredKeys extends StoredKeys {
  private rows: StoredKey[] = [];
  private lastId = 0;
  private keks: AdmittedKek[];

  /** @param keks KEKs that are admitted from the start */
  constructor(keks: readonly string[] = ['kek-00000001', 'kek-00000002']) {
    super();
    this.keks = keks.map((kekId) => ({ kekId, canary: Buffer.alloc(0), admittedAt: new Date(0) }));
  }

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
    this.refuseUnlessAdmitted(key.kekId);
    const id = ++this.lastId;
    this.rows.push({ ...detached(key), id });
    return id;
  }

  async list(): Promise<StoredKey[]> {
    return this.rows.map((row) => ({ ...row, ...detached(row) }));
  }

  async rewrap(seen: StoredKey, { kekId, wrapped }: WrappedKey): Promise<boolean> {
    this.refuseUnlessAdmitted(kekId);
    const isIt = ({ id, wrappedKey }: StoredKey) => id === seen.id && wrappedKey.equals(seen.wrappedKey);
    if (!this.rows.some(isIt)) return false;
    this.tamper(seen.id, { kekId, wrappedKey: Buffer.from(wrapped) });
    return true;
  }

  async admitted(): Promise<AdmittedKek[]> {
    return this.keks.map((kek) => ({ ...kek }));
  }

  async admit(kek: AdmittedKek): Promise<void> {
    if (!this.keks.some(({ kekId }) => kekId === kek.kekId)) this.keks.push({ ...kek });
  }

  async dismiss(kekId: string): Promise<number> {
    const wrapped = this.rows.filter((row) => row.kekId === kekId).length;
    if (wrapped === 0) this.keks = this.keks.filter((kek) => kek.kekId !== kekId);
    return wrapped;
  }

  /** Runs `work`, then removes every row that it added and assigns their IDs again, as SQLite does after a rollback. */
  async rollBack<T>(work: () => Promise<T>): Promise<T> {
    const { rows, lastId } = this;
    this.rows = [...rows];
    try {
      return await work();
    } finally {
      Object.assign(this, { rows, lastId });
    }
  }

  private refuseUnlessAdmitted(kekId: string): void {
    if (!this.keks.some((kek) => kek.kekId === kekId)) throw new KekNotAdmitted(kekId);
  }

  /** Changes a row like someone with access to the database, without any checks. */
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
