import { buildSchema, getIntrospectionQuery, parse, specifiedRules, validate } from 'graphql';
import { documentLimits, withinDocumentLimits } from './document-limits.js';

const schema = buildSchema(
  'directive @d repeatable on FIELD | QUERY | INLINE_FRAGMENT type Query { a: Query, b: Int } type Mutation { c: Int }',
);
const refusals = (document: string) =>
  validate(schema, parse(document), [withinDocumentLimits]).map(({ message }) => message);

const nested = (depth: number) => '{ a '.repeat(depth - 1) + '{ b }' + ' }'.repeat(depth - 1);
const many = (n: number, item: (i: number) => string) => Array.from({ length: n }, (_, i) => item(i)).join(' ');

describe('a document', () => {
  it.each([
    ['levels of fields', (n: number) => nested(n), documentLimits.depth],
    ['aliases', (n: number) => `{ a { ${many(n, (i) => `x${i}: b`)} } }`, documentLimits.aliases],
    ['directives', (n: number) => `{ b ${'@d '.repeat(n)} }`, documentLimits.directives],
    ['fields at its root', (n: number) => `{ ${'b '.repeat(n)} }`, documentLimits.rootFields],
    ['mutations', (n: number) => `mutation { ${'c '.repeat(n)} }`, documentLimits.mutations],
    [
      'mutations',
      (n: number) => `mutation { ...F } fragment F on Mutation { ${'c '.repeat(n)} }`,
      documentLimits.mutations,
    ],
  ])('may have as many %s as allowed, and not one more', (what, document, allowed) => {
    expect(refusals(document(allowed))).toEqual([]);
    expect(refusals(document(allowed + 1))).toEqual([
      `The document has ${allowed + 1} ${what}; ${allowed} are allowed.`,
    ]);
  });

  it('is measured as its fragments unfold, in no time', () => {
    const doubling = many(
      40,
      (i) => `fragment F${i} on Query { p${i}: a { b } ...F${i + 1} q${i}: a { ...F${i + 1} } }`,
    );
    const started = performance.now();
    const found = refusals(`{ ...F0 } ${doubling} fragment F40 on Query { b }`);
    expect(performance.now() - started).toBeLessThan(1000);
    expect(found).toContainEqual(expect.stringMatching(/^The document has \d+ aliases/));
  });

  it('with a cycle of fragments is left to the rule against cycles', () => {
    expect(refusals('{ ...F } fragment F on Query { a { ...G } } fragment G on Query { a { ...F } }')).toEqual([]);
  });

  it('may be the introspection of the playground', () => {
    const query = getIntrospectionQuery({
      oneOf: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      inputValueDeprecation: true,
    });
    expect(validate(schema, parse(query), [...specifiedRules, withinDocumentLimits])).toEqual([]);
  });
});
