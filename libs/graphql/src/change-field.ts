import { applyDecorators } from '@nestjs/common';
import { Field, type ReturnTypeFunc } from '@nestjs/graphql';
import { ValidateBy } from 'class-validator';
import { Faultless, type Refusal } from './faultless.js';

interface ChangeOptions<T> {
  /** Name of the field at the beginning of a sentence: `The name`. */
  readonly label: string;
  readonly description: string;
  /** Describes the problem with a value, as the end of the sentence that `label` begins. Null when it is valid. */
  readonly fault?: (value: T) => string | null;
  readonly refusal?: Refusal;
  /** Meaning of null, for the description: `no automatic rotation`. If undefined, null is refused. */
  readonly whenNull?: string;
}

/**
 * Field of an update. If omitted, the value is unchanged. Null clears it, or is refused with INVALID_INPUT if the value
 * cannot be cleared. The description states which.
 */
export function ChangeField<T>(type: ReturnTypeFunc, options: ChangeOptions<T>): PropertyDecorator {
  const { label, description, fault, refusal, whenNull } = options;
  const effectOfNull = whenNull === undefined ? 'Null is refused.' : `Null: ${whenNull}.`;
  return applyDecorators(
    Field(type, { nullable: true, description: `${description} Omitted: unchanged. ${effectOfNull}` }),
    ...(whenNull === undefined ? [NotNull(label)] : []),
    ...(fault ? [Faultless(label, fault, refusal)] : []),
  );
}

function NotNull(label: string): PropertyDecorator {
  return ValidateBy({
    name: `${label} is not null`,
    validator: {
      validate: (value) => value !== null,
      defaultMessage: () => `${label} cannot be null. Omit the field to keep the current value.`,
    },
  });
}
