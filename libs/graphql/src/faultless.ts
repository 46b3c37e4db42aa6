import type { DomainError } from '#libs/kernel';
import { ValidateBy } from 'class-validator';

/** Makes the refusal for a field at `path`, when it deserves a code of its own. */
export type Refusal = new (path: readonly string[], message: string) => DomainError;

/**
 * A constraint on an input field whose rule is the domain's. A field without a value (left out, or null) has no fault.
 *
 * @param label what the field is called at the beginning of a sentence: `The name`
 * @param fault what is wrong with a value, as the end of that sentence, without the value; null when nothing is
 * @param refusal the error to refuse with; `InvalidField` when not given
 */
export function Faultless<T>(label: string, fault: (value: T) => string | null, refusal?: Refusal): PropertyDecorator {
  return ValidateBy(
    {
      name: `${label}${refusal?.name ?? ''}`,
      validator: {
        validate: (value: T | null | undefined) => value == null || fault(value) === null,
        defaultMessage: (args) => `${label} ${fault(args?.value as T)}.`,
      },
    },
    { context: { refusal } },
  );
}

/** What is wrong with a list of more than `most` items, as the end of a sentence. */
export const faultInLength = (most: number) => (list: readonly unknown[]) =>
  list.length > most ? `must have at most ${most} items` : null;
