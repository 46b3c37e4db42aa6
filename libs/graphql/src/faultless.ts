import type { DomainError } from '#libs/kernel';
import { ValidateBy } from 'class-validator';

/** Creates the refusal for a field at `path`, if it has its own error code. */
export type Refusal = new (path: readonly string[], message: string) => DomainError;

/**
 * Constraint on an input field with a rule of the domain. A field without a value (omitted or null) is valid.
 *
 * @param label name of the field at the beginning of a sentence: `The name`
 * @param fault describes the problem with a value as the end of that sentence, without the value; null when it is valid
 * @param refusal error class; defaults to `InvalidField`
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

/** Describes the problem with a list of more than `most` items, as the end of a sentence. */
export const faultInLength = (most: number) => (list: readonly unknown[]) =>
  list.length > most ? `must have at most ${most} items` : null;
