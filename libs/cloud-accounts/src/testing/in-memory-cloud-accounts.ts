import { asHeld, type Held, type Page, type PageRequest } from '#libs/kernel';
import { CloudAccount } from '../cloud-account.entity.js';
import { AwsUserAlreadyConnected, CloudAccountNameTaken } from '../cloud-account.errors.js';
import { CloudAccounts, type CloudAccountFilter, type CloudAccountOrderField } from '../cloud-accounts.js';

/** Collection in memory, with the hosted account. Copies objects in both directions, as a database does. */
export class InMemoryCloudAccounts extends CloudAccounts {
  private rows: CloudAccount[] = [hosted()];
  private lastId = 1000;

  async find(tenantId: number, id: number): Promise<CloudAccount | null> {
    const row = this.seenBy(tenantId).find((row) => row.id === id);
    return row ? copy(row) : null;
  }

  async findMany(tenantId: number, ids: readonly number[]): Promise<CloudAccount[]> {
    return this.seenBy(tenantId)
      .filter(({ id }) => ids.includes(id))
      .map(copy);
  }

  async list(
    tenantId: number,
    filter: CloudAccountFilter,
    { orderBy, count, from, after, before }: PageRequest<CloudAccountOrderField>,
  ): Promise<Page<CloudAccount>> {
    const value = (row: CloudAccount) => (orderBy.field === 'NAME' ? row.nameKey : row.createdAt.getTime());
    const compare = (a: string | number, b: string | number) => (a < b ? -1 : Number(a > b));
    const way = orderBy.direction === 'ASC' ? 1 : -1;
    const place = (row: CloudAccount, at: { value: string | number; id: number }) =>
      way * (compare(value(row), at.value) || row.id - at.id);

    const all = this.seenBy(tenantId)
      .filter(fits(filter))
      .sort((a, b) => place(a, { value: value(b), id: b.id }))
      .filter((row) => (!after || place(row, after) > 0) && (!before || place(row, before) < 0));
    const hasMore = all.length > count;
    const items = (from === 'start' ? all.slice(0, count) : all.slice(-count)).map(copy);
    return from === 'start'
      ? { items, hasNextPage: hasMore, hasPreviousPage: after !== undefined }
      : { items, hasNextPage: before !== undefined, hasPreviousPage: hasMore };
  }

  async count(tenantId: number, filter: CloudAccountFilter): Promise<number> {
    return this.seenBy(tenantId).filter(fits(filter)).length;
  }

  async listHosted(): Promise<CloudAccount[]> {
    return this.rows.filter(({ ownership }) => ownership === 'HOSTED').map(copy);
  }

  async findById(id: number): Promise<CloudAccount | null> {
    const row = this.rows.find((row) => row.id === id);
    return row ? copy(row) : null;
  }

  async listScheduledForDeletion(): Promise<CloudAccount[]> {
    return this.rows.filter(({ isScheduledForDeletion }) => isScheduledForDeletion).map(copy);
  }

  async listInAwsAccount(tenantId: number, awsAccountId: string): Promise<CloudAccount[]> {
    return this.rows.filter((row) => row.tenantId === tenantId && row.awsAccountId === awsAccountId).map(copy);
  }

  async countSharedAwsAccounts(): Promise<number> {
    const known = this.rows.filter(({ awsAccountId }) => awsAccountId !== null);
    const groups = Map.groupBy(known, ({ tenantId, awsAccountId }) => `${tenantId}/${awsAccountId}`);
    return [...groups.values()].filter(({ length }) => length > 1).length;
  }

  async hasName(tenantId: number, nameKey: string): Promise<boolean> {
    return this.rows.some((row) => row.tenantId === tenantId && row.nameKey === nameKey);
  }

  /** Units of work in memory run one after the other, so every found account is locked. */
  async hold(tenantId: number, id: number): Promise<Held<CloudAccount> | null> {
    return asHeld(await this.find(tenantId, id));
  }

  async add(account: CloudAccount): Promise<Held<CloudAccount>> {
    this.refuseDuplicates(account);
    Object.assign(account, { id: ++this.lastId });
    this.rows.push(copy(account));
    return asHeld(account);
  }

  async update(account: Held<CloudAccount>): Promise<void> {
    const isIt = ({ id, tenantId }: CloudAccount) => id === account.id && tenantId === account.tenantId;
    if (!this.rows.some(isIt)) return;
    this.refuseDuplicates(account);
    this.rows = this.rows.map((row) => (isIt(row) ? copy(account) : row));
  }

  async remove(account: Held<CloudAccount>): Promise<void> {
    this.rows = this.rows.filter(({ id, tenantId }) => id !== account.id || tenantId !== account.tenantId);
  }

  /** Returns a function that restores the current state. */
  snapshot(): () => void {
    const rows = [...this.rows];
    return () => (this.rows = rows);
  }

  private seenBy(tenantId: number): CloudAccount[] {
    return this.rows.filter((row) => row.tenantId === tenantId || row.ownership === 'HOSTED');
  }

  private refuseDuplicates({ id, tenantId, nameKey, awsUserId }: CloudAccount): void {
    const others = this.rows.filter((row) => row.id !== id);
    if (others.some((row) => row.tenantId === tenantId && row.nameKey === nameKey)) throw new CloudAccountNameTaken();
    const connected = awsUserId === null ? undefined : others.find((row) => row.awsUserId === awsUserId);
    if (connected) throw new AwsUserAlreadyConnected(connected.tenantId === tenantId ? connected.id : null);
  }
}

function fits({ ownership, provider, status, isSandbox }: CloudAccountFilter) {
  return (row: CloudAccount) =>
    (!ownership || row.ownership === ownership) &&
    (!provider || provider.includes(row.provider)) &&
    (!status || status.includes(row.status)) &&
    (isSandbox == null || row.isSandbox === isSandbox);
}

function copy(row: CloudAccount): CloudAccount {
  return Object.assign(new CloudAccount(), row);
}

/** Same as in the migrations. */
function hosted(): CloudAccount {
  const moment = new Date('2026-01-01T00:00:00.000Z');
  return Object.assign(new CloudAccount(), {
    id: 1,
    tenantId: 1,
    name: 'Hosted',
    nameKey: 'hosted',
    provider: 'AWS',
    region: 'us-east-1',
    ownership: 'HOSTED',
    status: 'ACTIVE',
    awsAccountId: null,
    awsUserId: null,
    awsUserArn: null,
    consoleRoleName: null,
    consoleRoleArn: null,
    nodeRoleName: null,
    isSandbox: false,
    statusBeforeDeletion: null,
    deletionRequestedAt: null,
    deletionRequestedByKind: null,
    deletionRequestedById: null,
    deletionRequestedByName: null,
    version: 1,
    createdAt: moment,
    updatedAt: moment,
  } satisfies Partial<CloudAccount>);
}
