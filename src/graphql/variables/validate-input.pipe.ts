import { InvalidField, InvalidInput, type DomainError } from '#libs/kernel';
import type { Refusal } from '#libs/graphql';
import { Injectable, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validate, type ValidationError } from 'class-validator';

/** Converts arguments to their input classes, and refuses them with all problems. */
@Injectable()
export class ValidateInputPipe implements PipeTransform {
  /** Returns a promise only for a class that has rules. */
  transform(value: unknown, { metatype, data, type }: ArgumentMetadata): unknown {
    if (type === 'custom') return value;
    if (value === null) return undefined; // An argument of null counts as omitted: its default applies.
    if (!metatype || builtIn.has(metatype) || typeof value !== 'object') return value;

    const input = plainToInstance(metatype as new () => object, value);
    return hasRules(metatype) ? validated(input, data) : input;
  }
}

/** @throws InvalidInput with everything that is wrong */
async function validated(input: object, data: string | undefined): Promise<object> {
  const errors = await validate(input, { stopAtFirstError: true, forbidUnknownValues: false });
  if (errors.length > 0) throw new InvalidInput(errors.flatMap((error) => faultsIn(error, data ? [data] : [])));
  return input;
}

const known = new WeakMap<object, boolean>();

/** Whether a class has validation rules. The arguments of most fields have none, and a document can have many. */
function hasRules(metatype: Type): boolean {
  let has = known.get(metatype);
  if (has === undefined) {
    has = getMetadataStorage().getTargetValidationMetadatas(metatype, '', false, false).length > 0;
    known.set(metatype, has);
  }
  return has;
}

const builtIn = new Set<unknown>([String, Number, Boolean, Array, Object]);

function faultsIn(
  { property, constraints = {}, contexts, children = [] }: ValidationError,
  parents: string[],
): DomainError[] {
  const path = [...parents, property];
  const own = Object.entries(constraints).map(([name, message]) => {
    const refusal = (contexts?.[name] as { refusal?: Refusal } | undefined)?.refusal ?? InvalidField;
    return new refusal(path, message);
  });
  return [...own, ...children.flatMap((child) => faultsIn(child, path))];
}
