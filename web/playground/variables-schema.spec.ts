import { readFileSync } from 'node:fs';
import { buildSchema, isInputObjectType, isRequiredInputField, type GraphQLInputType } from 'graphql';
import { getVariablesJSONSchema } from 'graphql-language-service';
import { correctedVariablesSchema, type JsonSchema } from './variables-schema.js';

const schema = buildSchema(readFileSync(new URL('../../src/graphql/schema.graphql', import.meta.url), 'utf8'));
const inputTypes = Object.values(schema.getTypeMap()).filter(isInputObjectType);

/** Schema that monaco-graphql derives, corrected. */
const schemaOf = (types: Record<string, GraphQLInputType>, document = '') =>
  correctedVariablesSchema(getVariablesJSONSchema(types) as JsonSchema, document);

describe('The JSON schema of variables', () => {
  it.each(inputTypes.map((type) => [type.name, type] as const))(
    'requires of %s what GraphQL requires',
    (name, type) => {
      const required = Object.values(type.getFields()).filter(isRequiredInputField);

      expect(schemaOf({ input: type }).definitions![name]!.required).toEqual(required.map((field) => field.name));
    },
  );

  it('is wrong without the correction', () => {
    const input = schema.getType('CreateCloudAccountInput') as GraphQLInputType;
    const { definitions } = getVariablesJSONSchema({ input }) as JsonSchema;

    expect(definitions!['CreateCloudAccountInput']!.required).toContain('allowMissingPermissions');
  });

  it('does not require a variable that has a default', () => {
    const types = { input: schema.getType('DateTime') as GraphQLInputType };

    expect(schemaOf(types, 'query ($input: DateTime = "2026-01-01T00:00:00Z") { a }').required).toEqual([]);
  });

  it('accepts a single item in place of a list', () => {
    const input = schema.getType('CloudAccountFilter') as GraphQLInputType;
    const { provider } = schemaOf({ input }).definitions!['CloudAccountFilter']!.properties!;

    expect(provider!['anyOf']).toEqual([
      { type: ['array', 'null'], items: expect.objectContaining({ enum: expect.arrayContaining(['AWS']) }) },
      expect.objectContaining({ enum: expect.arrayContaining(['AWS']) }),
    ]);
  });

  it('accepts a placeholder in place of a number, and no other text', () => {
    const input = schema.getType('UpdateCloudAccountInput') as GraphQLInputType;
    const { expectedVersion } = schemaOf({ input }).definitions!['UpdateCloudAccountInput']!.properties!;

    expect(expectedVersion!.type).toEqual(['integer', 'string']);
    expect('<cloudAccount.version>').toMatch(new RegExp(String(expectedVersion!['pattern'])));
    expect('1').not.toMatch(new RegExp(String(expectedVersion!['pattern'])));
  });
});
