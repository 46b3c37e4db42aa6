import { readFileSync, writeFileSync } from 'node:fs';
import { buildSchema, getNullableType, isInterfaceType, isListType, isObjectType } from 'graphql';

const project = new URL('..', import.meta.url);
const schema = buildSchema(readFileSync(new URL('src/graphql/schema.graphql', project), 'utf8'));
const file = new URL('clients/cache-policies.json', project);

const roots = [schema.getQueryType()?.name, schema.getMutationType()?.name];
const types = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter(({ name }) => !name.startsWith('__'))
  .sort((a, b) => (a.name < b.name ? -1 : 1));
const ofPages = ['first', 'last', 'before', 'after'];

/** Facts about the schema for a normalizing cache: docs/frontend.md explains the fields. */
function cachePolicies() {
  const listFields: Record<string, string[]> = {};
  const connectionFields: Record<string, Record<string, string[]>> = {};
  for (const type of types) {
    for (const field of Object.values(type.getFields())) {
      const fieldType = getNullableType(field.type);
      if (isListType(fieldType)) (listFields[type.name] ??= []).push(field.name);
      if (isObjectType(fieldType) && fieldType.name.endsWith('Connection'))
        (connectionFields[type.name] ??= {})[field.name] = field.args
          .map(({ name }) => name)
          .filter((name) => !ofPages.includes(name));
    }
  }
  return {
    embeddedTypes: types
      .filter((type) => !roots.includes(type.name) && !('id' in type.getFields()))
      .map(({ name }) => name),
    listFields,
    connectionFields,
    possibleTypes: Object.fromEntries(
      Object.values(schema.getTypeMap())
        .filter(isInterfaceType)
        .map((type) => [
          type.name,
          schema
            .getPossibleTypes(type)
            .map(({ name }) => name)
            .sort(),
        ]),
    ),
  };
}

describe('clients/cache-policies.json', () => {
  it('is up to date: UPDATE_DOCS=1 writes it again', () => {
    const text = `${JSON.stringify(cachePolicies(), null, 2)}\n`;
    if (process.env['UPDATE_DOCS']) writeFileSync(file, text);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(cachePolicies());
  });

  it('leaves out only nodes, whose `id` names one object in every answer', () => {
    const { embeddedTypes, possibleTypes } = cachePolicies();
    const leftOut = types.map(({ name }) => name).filter((name) => !embeddedTypes.includes(name));
    expect(leftOut.filter((name) => !roots.includes(name))).toEqual(possibleTypes['Node']);
  });
});
