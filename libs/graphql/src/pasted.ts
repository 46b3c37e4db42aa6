import { Secret, withoutBlanksAround } from '#libs/kernel';
import { Transform } from 'class-transformer';

/** Pasted text of an input, a list of such texts, or a secret. Leading and trailing whitespace is ignored. */
export function Pasted(): PropertyDecorator {
  // class-transformer passes a copy of a secret. The object has the secret itself.
  return Transform(({ obj, key }) => trimmed((obj as Record<string, unknown>)[key]));
}

function trimmed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(trimmed);
  if (value instanceof Secret) return new Secret(withoutBlanksAround(value.reveal()));
  return typeof value === 'string' ? withoutBlanksAround(value) : value;
}
