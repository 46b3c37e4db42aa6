/** An id clients treat as opaque: base64url of `Type:number`. */
export function toGlobalId(type: string, id: number): string {
  return Buffer.from(`${type}:${id}`).toString('base64url');
}

/** What a global id stands for; null for anything we never gave out. */
export function parseGlobalId(globalId: string): { type: string; id: number } | null {
  const match = /^([A-Z][A-Za-z]{0,63}):([1-9]\d{0,9})$/.exec(Buffer.from(globalId, 'base64url').toString('latin1'));
  const type = match?.[1] ?? '';
  const id = Number(match?.[2]);
  // One thing, one id: another spelling of it is not an id.
  return match && id <= 0x7fffffff && toGlobalId(type, id) === globalId ? { type, id } : null;
}

/** The number behind a global id of this type; 0, which no row has, for any other text: unknown ids answer as absent. */
export function idOf(type: string, globalId: string): number {
  const parsed = parseGlobalId(globalId);
  return parsed?.type === type ? parsed.id : 0;
}
