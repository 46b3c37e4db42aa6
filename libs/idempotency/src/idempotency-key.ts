/** What is wrong with an idempotency key, as the end of a sentence; null when nothing is. */
export function faultInIdempotencyKey(key: string): string | null {
  if (key.length < 1 || key.length > 64) return 'must have 1 to 64 characters';
  return /^[\x21-\x7e]+$/.test(key) ? null : 'must hold ASCII letters, digits and signs only, without spaces';
}

/** For the schema: what the field is in every input that has it. */
export const idempotencyKeyDescription =
  'A name of your own for this request, 1 to 64 characters: sent again with the same request within 24 hours it gives the same answer, and nothing happens twice. That answer shows the object as it was then, even if it was changed or deleted since.';
