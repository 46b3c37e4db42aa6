import { Secret, withoutBlanksAround } from '#libs/kernel';
import { Transform } from 'class-transformer';

/** A text of an input that people paste, a list of them, or a secret: blanks around it are ignored. */
export function Pasted(): PropertyDecorator {
  // class-transformer hands over a copy of a secret; the object has the secret itself.
  return Transform(({ obj, key }) => trimmed((obj as Record<string, unknown>)[key]));
}

function trimmed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(trimmed);
  if (value instanceof Secret) return new Secret(withoutBlanksAround(value.reveal()));
  return typeof value === 'string' ? withoutBlanksAround(value) : value;
}
