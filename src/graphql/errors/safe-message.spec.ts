import { buildSchema, parse, specifiedRules, validate } from 'graphql';
import { messageTemplates } from './message-templates.js';
import { documentNotValid, knownNamesOf, safeMessage } from './safe-message.js';
import { messagesOfGraphql } from '../testing/messages-of-graphql.js';

const canary = 'wJalrXUtnFEMI';

const schema = buildSchema(`
  enum Provider { AWS AZURE }
  input KeyInput { accessKeyId: String! secretAccessKey: String! }
  input CredentialsInput @oneOf { key: KeyInput role: String }
  type Account { id: ID! name(upper: Boolean = false): String provider: Provider }
  type Region { id: ID! }
  union Thing = Account | Region
  type Query { account(id: ID!, first: Int): Account thing: Thing }
  type Mutation { create(input: KeyInput, credentials: CredentialsInput, provider: Provider): Account }
`);
const names = knownNamesOf(schema);

describe('known names', () => {
  it('are those of the schema, and the built-in ones', () => {
    const known = [
      ...['Account', 'account', 'upper', 'AWS', 'Provider', 'secretAccessKey', 'Thing'],
      ...['String', 'Int', '__typename', '__schema', 'skip', 'if', 'oneOf', 'deprecated'],
    ];
    expect(known.filter((name) => !names.has(name))).toEqual([]);
  });

  it.each([
    ...['accountId', 'AccountID', 'account_id', 'ACCOUNT_ID', 'firstKey', 'keyInput2', 'provider10', '_first'],
    ...['i', 'id', 'x', 'in', 'n1', 'id2', 'accountX', 'AWSKey'],
  ])('can be combined from their words: %s', (name) => {
    expect(names.has(name)).toBe(true);
  });

  it.each([
    ...['', '_', '__', '1', '12', 'color', 'accountColor', 'account123', '1account', 'acc', 'accountid', 'account-id'],
    ...['xY', 'aBcD', 'aBcDeFgH', 'a_b_c_d_e_f', 'a1b2c3d4', 'wJalrXUtnFEMI', 'AKIAIOSFODNN7EXAMPLE', 'account id'],
    ...[
      'idIdIdIdIdIdIdId',
      'key'.repeat(20),
      `account${'Key'.repeat(30)}`,
      'a'.repeat(100_000),
      'ключ',
      'account__id',
      'account_',
      'id\u0301',
    ],
  ])('do not include anything else: %s', (name) => {
    expect(names.has(name)).toBe(false);
  });

  it('are computed once per schema', () => {
    expect(knownNamesOf(schema)).toBe(names);
  });
});

describe('a safe message', () => {
  const said = (document: string): string[] => {
    try {
      return validate(schema, parse(document), specifiedRules).map(({ message }) => safeMessage(message, names));
    } catch (error) {
      return [safeMessage((error as Error).message, names)];
    }
  };

  it.each([
    ['{ account(id: 1) { nmae } }', 'Cannot query field "…" on type "Account". Did you mean "name"?'],
    ['{ account(id: 1) { color } }', 'Cannot query field "…" on type "Account".'],
    [
      '{ thing { id } }',
      'Cannot query field "id" on type "Thing". Did you mean to use an inline fragment on "Account" or "Region"?',
    ],
    [
      '{ account(id: 1) }',
      'Field "account" of type "Account" must have a selection of subfields. Did you mean "account { ... }"?',
    ],
    ['{ account(idd: 1, id: 2) { id } }', 'Unknown argument "…" on field "Query.account". Did you mean "id"?'],
    ['{ account { id } }', 'Field "account" argument "id" of type "ID!" is required, but it was not provided.'],
    ['{ account(id: 1, first: "wJalrXUtnFEMI") { id } }', 'Int cannot represent non-integer value.'],
    [
      'mutation { create(provider: AVS) { id } }',
      'Value "…" does not exist in "Provider" enum. Did you mean the enum value "AWS"?',
    ],
    [
      'mutation { create(provider: "AWS") { id } }',
      'Enum "Provider" cannot represent non-enum value. Did you mean the enum value "AWS"?',
    ],
    ['mutation { create(input: "wJalrXUtnFEMI") { id } }', 'Expected value of type "KeyInput".'],
    [
      'mutation { create(input: { accessKeyId: "a" }) { id } }',
      'Field "KeyInput.secretAccessKey" of required type "String!" was not provided.',
    ],
    ['mutation { create(credentials: { role: null }) { id } }', 'Field "CredentialsInput.role" must be non-null.'],
    ['query ($wJalrXUtnFEMI: Int) { account(id: 1) { id } }', 'Variable "$…" is never used.'],
    [
      'query ($id: String) { account(id: $id) { id } }',
      'Variable "$id" of type "String" used in position expecting type "ID!".',
    ],
    ['query ($id: [wJalrXUtnFEMI!]) { account(id: $id) { id } }', 'Unknown type "…".'],
    [
      '{ a: account(id: 1) { id } a: account(id: 2) { id } }',
      'Fields "a" conflict because they have differing arguments. Use different aliases on the fields to fetch both if this was intentional.',
    ],
    [
      '{ account(id: 1) { id id: name } }',
      'Fields "id" conflict because "id" and "name" are different fields. Use different aliases on the fields to fetch both if this was intentional.',
    ],
    [
      '{ account(id: 1) { x: id } account(id: 1) { x: name } }',
      'Fields "account" conflict because subfields "x" conflict because "id" and "name" are different fields. Use different aliases on the fields to fetch both if this was intentional.',
    ],
    ['{ account(id: 1) @wJalrXUtnFEMI { id } }', 'Unknown directive "@…".'],
    ['query @deprecated { account(id: 1) { id } }', 'Directive "@deprecated" may not be used on QUERY.'],
    ['{ ...wJalrXUtnFEMI }', 'Unknown fragment "…".'],
    [
      '{ ...id } fragment id on Query { ...name } fragment name on Query { ...x } fragment x on Query { ...id }',
      'Cannot spread fragment "id" within itself via "name", "x".',
    ],
    ['type wJalrXUtnFEMI { id: ID }', 'The "…" definition is not executable.'],
    ['schema { query: wJalrXUtnFEMI }', 'The schema definition is not executable.'],
    ['{ account(id: 1 { id } }', 'Syntax Error: Expected Name, found "{".'],
    ['{ account(id: "a" "wJalrXUtnFEMI") { id } }', 'Syntax Error: Expected Name, found String "…".'],
    ['qurey { id }', 'Syntax Error: Unexpected Name "…".'],
    ['{ account', 'Syntax Error: Expected Name, found <EOF>.'],
    ['{ account(id: "wJalrXUtnFEMI', 'Syntax Error: Unterminated string.'],
    [
      "{ account(id: 'wJalrXUtnFEMI') }",
      `Syntax Error: Unexpected single quote character ('), did you mean to use a double quote (")?`,
    ],
    ['{ account(id: %) }', 'Syntax Error: Unexpected character.'],
    ['{ account(id: 1wJalr) }', 'Syntax Error: Invalid number, expected digit.'],
    ['{ account(id: "\\wJalr") }', 'Syntax Error: Invalid character escape sequence.'],
    ['fragment on on Query { id }', 'Syntax Error: Unexpected Name "on".'],
    ['query ($id: ID = $wJalrXUtnFEMI) { id }', 'Syntax Error: Unexpected variable "$…" in constant value.'],
  ])('for %s', (document, message) => {
    expect(said(document)).toContain(message);
    expect(said(document).join()).not.toContain('wJalr');
  });

  it.each([
    '',
    canary,
    `Cannot query field ${canary}`,
    `Unknown type "Account". ${canary}`,
    `Field "a" of type "${canary} b" x`,
  ])('is the general one for %j', (message) => {
    expect(safeMessage(message, names)).toBe(documentNotValid);
  });

  it('omits a reason that graphql-js cut off inside a name', () => {
    const alias = canary.repeat(100);
    const document = `{ account(id: 1) { ${alias}: id } account(id: 1) { ${alias}: name } }`;
    expect(said(document)).toEqual([
      'Fields "account" conflict because …. Use different aliases on the fields to fetch both if this was intentional.',
    ]);
  });

  it('takes linear time for any message', () => {
    const messages = messageTemplates.flatMap((template) => {
      const start = template.split('{')[0]!;
      return ['"', ' Did you mean "a"', 'a"', '[', '", "', `${start}`].map(
        (part) => start + part.repeat(100_000 / part.length),
      );
    });
    const before = performance.now();
    for (const message of messages) safeMessage(message, names);
    expect((performance.now() - before) / messages.length).toBeLessThan(20);
  });
});

/**
 * Messages of graphql-js without text from a caller, or that cannot reach one: errors of the schema, of resolvers, of
 * output values, and of variables, which `variables-check.ts` checks first.
 */
const deliberatelyGeneral: readonly RegExp[] = [
  /^wJalrXUtnFEMI$/, // Wraps a message that is created elsewhere.
  /^Syntax Error: wJalrXUtnFEMI$/,
  /^wJalrXUtnFEMI; wJalrXUtnFEMI$/,
  /^Variable "\$\w+" (expected value of type .* which cannot be used as an input type|of required type|of non-null type)/,
  /^Too many errors processing variables/,
  /^Expected (non-nullable )?type "/,
  /^Field "\w+" (of required type "\w+" was not provided|must be non-null)\.$/,
  /^Exactly one key must be specified for OneOf type/,
  /^Enum "\w+" cannot represent (non-string )?value: /,
  /^(String|ID) cannot represent value: /,
  /^(Expected name to be|Names must|Enum values cannot be named|Name "\w+" must not begin)/,
  /^(Schema does not define|Schema is not configured for|Can only have query, mutation)/,
  /^(Expected Iterable|Abstract type|Support for returning|Runtime Object type|Expected value of type "\w+" but got)/,
  /^(Cannot define a new schema|Must provide only one schema|Cannot extend|Type for|There can be only one wJ)/,
  /^(Argument "\w+\(|Enum value "|Type "|There can be only one (type|directive) named)/,
  /^(Directive "@\w+" already exists|Field "\w+\.\w+" (already exists|can only be defined once))/,
  /is deprecated\. wJalrXUtnFEMI$/,
  /^Validation aborted\.$/,
];

describe('the templates', () => {
  const messages = messagesOfGraphql(canary);

  it('were compared with the sources of graphql-js', () => {
    expect(messages.length).toBeGreaterThan(140);
  });

  it.each(messages)('include %s, or omit it on purpose', (message) => {
    const told = safeMessage(message, names);
    expect(told).not.toContain(canary);
    expect(told === documentNotValid).toBe(deliberatelyGeneral.some((pattern) => pattern.test(message)));
  });

  it('are all in use', () => {
    const unused = messageTemplates.filter(
      (template) => !messages.some((message) => message.startsWith(template.split('{')[0]!)),
    );
    expect(
      unused.filter((template) => !/Apollo|introspection is not allowed|recursively requests/.test(template)),
    ).toEqual([]);
  });

  it('omit only messages that exist', () => {
    expect(deliberatelyGeneral.filter((pattern) => !messages.some((message) => pattern.test(message)))).toEqual([]);
  });
});
