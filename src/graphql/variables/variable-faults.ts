import { DomainError } from '#libs/kernel';
import {
  getNamedType,
  getNullableType,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';
import { closestName } from './closest-name.js';

/**
 * Number of problems that are described. Further ones are only counted, so that the answer to a long list of wrong
 * items is short.
 */
const mostFaults = 10;

/**
 * Number of problems that are counted. Finding one is slow, because scalars throw, so a long list could delay other
 * requests.
 */
const mostCounted = 100;

/** Number of names in one message: enough for all but huge types. */
const mostNames = 20;

/** Maximum nesting of values. A recursive input type would otherwise let a caller exhaust the stack. */
const deepest = 32;

type Path = readonly string[];

/** Problem with one field of an input. The message says what is wrong, never the value. */
export interface InputFault {
  readonly path: Path;
  readonly message: string;
  readonly code?: string;
}

/**
 * Finds problems with values for input types, and describes them with names of the schema only: values and unknown keys
 * are not repeated, since they can be secrets in the wrong place.
 *
 * Accepts exactly what `coerceInputValue` of graphql-js accepts, except values that are nested deeper than 32 levels,
 * for which graphql-js overflows its stack.
 */
export class VariableFaults {
  readonly faults: InputFault[] = [];
  count = 0;

  add(path: Path, says: string): void {
    this.count++;
    if (this.faults.length < mostFaults) this.faults.push({ path, message: `${path.join('.')} ${says}` });
  }

  /** All problems in one text. */
  toString(): string {
    const more = this.count - this.faults.length;
    const others = more > 0 ? [`And ${this.count >= mostCounted ? 'at least ' : ''}${more} more.`] : [];
    return [...this.faults.map((fault) => fault.message), ...others].join(' ');
  }

  /** Adds all problems of a value for a variable. */
  check(value: unknown, type: GraphQLInputType, path: Path): void {
    try {
      this.becomesNull(value, type, path);
    } catch {
      // A getter, an iterator or a proxy threw. JSON has none, but callers inside the process can pass them.
      this.add(path, 'cannot be read.');
    }
  }

  /** @returns whether the coerced value is null, which a @oneOf type needs to know about its field */
  private becomesNull(value: unknown, type: GraphQLInputType, path: Path): boolean {
    if (this.count >= mostCounted) return false;
    if (isNonNullType(type)) {
      if (value != null) return this.becomesNull(value, type.ofType, path);
      this.add(path, `must not be null (${type.toString()}).`);
      return false;
    }
    if (value == null) return true;
    if (path.length > deepest) {
      this.add(path.slice(0, 3), `is nested too deeply: ${deepest} levels are allowed.`);
      return false;
    }
    if (isListType(type)) return this.checkItems(value, type.ofType, path);
    if (isInputObjectType(type)) return this.checkObject(value, type, path);
    return this.leafBecomesNull(value, type, path);
  }

  private checkItems(value: unknown, type: GraphQLInputType, path: Path): false {
    if (isIterable(value)) {
      let index = 0;
      for (const item of value) this.becomesNull(item, type, [...path, String(index++)]);
    } else if (isInputObjectType(getNullableType(type)) && value !== null && typeof value !== 'object') {
      this.add(path, `must be a list of objects (${getNamedType(type).name}).`);
    } else {
      this.becomesNull(value, type, path); // A single value becomes a list with one item.
    }
    return false;
  }

  private checkObject(value: unknown, type: GraphQLInputObjectType, path: Path): false {
    if (typeof value !== 'object' || Array.isArray(value)) {
      this.add(path, `must be an object (${type.name}).`);
      return false;
    }

    const fields = Object.values(type.getFields());
    const states = fields.map((field) => this.checkField(value as Record<string, unknown>, field, path));
    if (type.isOneOf) this.checkOneOf(fields, states, path);
    this.checkKeys(Object.keys(value as object), type, path);
    return false;
  }

  private checkField(object: Record<string, unknown>, field: GraphQLInputField, path: Path): FieldState {
    const value = object[field.name]; // Inherited properties count, as in graphql-js.
    const fieldPath = [...path, field.name];
    if (value !== undefined) return this.becomesNull(value, field.type, fieldPath) ? 'null' : 'present';

    if (isRequiredInputField(field)) this.add(fieldPath, `is required (${field.type.toString()}).`);
    return field.defaultValue === undefined ? 'absent' : field.defaultValue === null ? 'null' : 'present';
  }

  private checkOneOf(fields: readonly GraphQLInputField[], states: readonly FieldState[], path: Path): void {
    const given = states.filter((state) => state !== 'absent');
    if (given.length !== 1) this.add(path, `must have exactly one of ${listed(fields.map((field) => field.name))}.`);
    else if (given[0] === 'null') this.add([...path, fields[states.indexOf('null')]!.name], 'must not be null.');
  }

  private checkKeys(keys: readonly string[], type: GraphQLInputObjectType, path: Path): void {
    const names = Object.keys(type.getFields());
    const unknown = keys.filter((key) => !type.getFields()[key]);
    if (unknown.length === 0) return;

    const meant = [...new Set(unknown.slice(0, 5).flatMap((key) => closestName(key, names) ?? []))];
    this.add(
      path,
      `has ${unknown.length === 1 ? 'a field' : `${unknown.length} fields`} that ${type.name} does not have; ` +
        `its fields are ${listed(names)}.${meant.length > 0 ? ` Did you mean ${meant.join(', ')}?` : ''}`,
    );
  }

  private leafBecomesNull(value: unknown, type: GraphQLLeafType, path: Path): boolean {
    try {
      // Without suggestions: comparing a long value with every name of an enum is slow.
      const parsed: unknown = isEnumType(type) ? type.parseValue(value, true) : type.parseValue(value);
      if (parsed !== undefined) return parsed === null;
      this.add(path, mustBe(type));
    } catch (error) {
      // Only messages of our own errors never contain a value.
      this.add(path, mustBe(type) + (error instanceof DomainError ? ` ${error.message}` : ''));
    }
    return false;
  }
}

type FieldState = 'absent' | 'null' | 'present';

function mustBe(type: GraphQLLeafType): string {
  if (isEnumType(type)) return `must be one of ${listed(type.getValues().map((value) => value.name))}.`;
  return `must be ${builtIn.get(type.name) ?? `of type ${type.name}`}.`;
}

const builtIn: ReadonlyMap<string, string> = new Map([
  ['Boolean', 'a Boolean, true or false'],
  ['Float', 'a Float, a number'],
  ['ID', 'an ID, a string or a whole number'],
  ['Int', 'an Int, a whole number from -2147483648 to 2147483647'],
  ['String', 'a String'],
]);

function listed(names: readonly string[]): string {
  const more = names.length - mostNames;
  return names.slice(0, mostNames).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** graphql-js does not treat strings as lists, although they are iterable. */
function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function';
}
