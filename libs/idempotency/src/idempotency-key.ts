/** Describes the problem with an idempotency key, as the end of a sentence. Null when it is valid. */
export function faultInIdempotencyKey(key: string): string | null {
  if (key.length < 1 || key.length > 64) return 'must have 1 to 64 characters';
  return /^[\x21-\x7e]+$/.test(key) ? null : 'must contain only ASCII letters, digits and punctuation, without spaces';
}

/** Description of the field in every input. */
export const idempotencyKeyDescription =
  'Idempotency key that you choose for this request, 1 to 64 characters. If you send the same request with the same idempotency key again within 24 hours, you get the same result, and nothing is done twice. The result shows the object as it was then, even if it has since changed or been deleted.';
