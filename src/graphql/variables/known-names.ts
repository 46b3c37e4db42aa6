import {
  type GraphQLArgument,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  specifiedDirectives,
  specifiedScalarTypes,
} from 'graphql';

/** Names that can be repeated in a message. */
export interface KnownNames {
  has(name: string): boolean;
}

const cache = new WeakMap<GraphQLSchema, KnownNames>();

/**
 * All names in the schema: types, fields, arguments, input fields, enum values, directives and built-in names. A word
 * that equals one of them can be repeated in a message, and a word that consists of parts of them as well, because
 * callers name variables that way: `accountId`, `first_input2`. Computed once.
 */
export function knownNamesOf(schema: GraphQLSchema): KnownNames {
  let names = cache.get(schema);
  if (!names) cache.set(schema, (names = new NamesOfSchema(new Set(namesIn(schema)))));
  return names;
}

const longestName = 64;
/** With more words, a random text could match by accident. */
const mostWords = 6;
const shortWord = 2;

class NamesOfSchema implements KnownNames {
  private readonly words: ReadonlySet<string>;

  constructor(private readonly names: ReadonlySet<string>) {
    this.words = new Set([...names].flatMap(wordsOf).filter((word) => /^[a-z]/.test(word)));
  }

  has(name: string): boolean {
    return this.names.has(name) || (name.length <= longestName && this.isOfWords(name));
  }

  /** One word of up to two letters, and up to two final digits, are always allowed. More would allow keys. */
  private isOfWords(name: string): boolean {
    const [, text] = /^(_?[A-Za-z]+(?:_[A-Za-z]+)*)\d{0,2}$/.exec(name) ?? [];
    if (text === undefined) return false;
    const words = wordsOf(text);
    const others = words.filter((word) => !this.words.has(word));
    return (
      words.length > 0 &&
      words.length <= mostWords &&
      others.length <= 1 &&
      others.every((word) => word.length <= shortWord)
    );
  }
}

/** `awsAccountId`, `AWS_ACCOUNT_ID` and `AWSAccountId` are all aws, account, id. */
const wordsOf = (name: string) =>
  (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []).map((word) => word.toLowerCase());

function* namesIn(schema: GraphQLSchema): Generator<string> {
  yield* ['__typename', '__schema', '__type'];
  for (const type of specifiedScalarTypes) yield type.name;
  for (const directive of [...specifiedDirectives, ...schema.getDirectives()]) {
    yield directive.name;
    yield* namesOf(directive.args);
  }
  for (const type of Object.values(schema.getTypeMap())) {
    yield type.name;
    if (isEnumType(type)) yield* type.getValues().map((value) => value.name);
    if (isInputObjectType(type)) yield* Object.keys(type.getFields());
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        yield field.name;
        yield* namesOf(field.args);
      }
    }
  }
}

const namesOf = (args: readonly GraphQLArgument[]) => args.map((arg) => arg.name);
