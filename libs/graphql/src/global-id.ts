/** Opaque ID for clients: base64url of `Type:number`. */
export function toGlobalId(type: string, id: number): string {
  return Buffer.from(`${type}:${id}`).toString('base64url');
}

/** Parses a global ID. Null for text that the gateway does not create. */
export function parseGlobalId(globalId: string): { type: string; id: number } | null {
  const match = /^([A-Z][A-Za-z]{0,63}):([1-9]\d{0,9})$/.exec(Buffer.from(globalId, 'base64url').toString('latin1'));
  const type = match?.[1] ?? '';
  const id = Number(match?.[2]);
  // Accepts only the canonical encoding of an ID.
  return match && id <= 0x7fffffff && toGlobalId(type, id) === globalId ? { type, id } : null;
}

/**
 * Number in a global ID of this type. 0, which no row has, for all other text: unknown IDs behave like IDs of missing
 * objects.
 */
export function idOf(type: string, globalId: string): number {
  const parsed = parseGlobalId(globalId);
  return parsed?.type === type ? parsed.id : 0;
}
