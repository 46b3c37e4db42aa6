export type NodeName = 'CloudAccount' | 'CloudSubscription';

export const globalId = (type: NodeName, id: number | string) => Buffer.from(`${type}:${id}`).toString('base64url');

/** The number in a global id; 0, which no row has, for any other text. */
export function idOf(type: NodeName, globalId: string): number {
  const [, name, id] = /^([A-Za-z]+):([1-9]\d{0,9})$/.exec(Buffer.from(globalId, 'base64url').toString('latin1')) ?? [];
  return name === type ? Number(id) : 0;
}

/** A moment, which SQLite has as text in UTC. */
export const iso = (moment: Date | string) =>
  typeof moment === 'string' ? `${moment.replace(' ', 'T')}Z` : moment.toISOString();

export const cursor = (list: string, field: string, direction: string, value: string | number, id: number) =>
  Buffer.from(JSON.stringify([list, field, direction, value, id])).toString('base64url');
