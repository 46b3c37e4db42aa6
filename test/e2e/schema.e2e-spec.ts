import { readFile, writeFile } from 'node:fs/promises';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
  type GraphQLSchema,
} from 'graphql';
import { Gateway } from '../support/gateway.js';

const file = new URL('../../src/graphql/schema.graphql', import.meta.url);

describe('the schema', () => {
  let gateway: Gateway;
  let schema: GraphQLSchema;

  beforeAll(async () => {
    gateway = await Gateway.start();
    ({ schema } = gateway.get(GraphQLSchemaHost));
  });
  afterAll(() => gateway.stop());

  const types = () => Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));

  it('is the committed one (npm run schema writes it)', async () => {
    const served = `${printSchema(lexicographicSortSchema(schema))}\n`;
    if (process.env['UPDATE_SCHEMA']) await writeFile(file, served);

    expect(served).toBe(await readFile(file, 'utf8'));
  });

  it('has a description for everything', () => {
    const silent = types().flatMap((type) => {
      const own = [[type.name, type.description]];
      if (isSpecifiedScalarType(type)) return [];
      if (isEnumType(type))
        own.push(...type.getValues().map(({ name, description }) => [`${type.name}.${name}`, description]));
      if (isInputObjectType(type) || isObjectType(type) || isInterfaceType(type)) {
        for (const field of Object.values(type.getFields())) {
          own.push([`${type.name}.${field.name}`, field.description]);
          for (const argument of 'args' in field ? field.args : [])
            own.push([`${type.name}.${field.name}(${argument.name}:)`, argument.description]);
        }
      }
      return own.filter(([, description]) => !description?.trim()).map(([name]) => name);
    });

    // The root types are described by their fields.
    expect(silent.filter((name) => !['Query', 'Mutation'].includes(name!))).toEqual([]);
  });

  it('returns no secret except a new API key, and temporary AWS credentials', () => {
    const givenOut = types().flatMap((type) =>
      isObjectType(type) || isInterfaceType(type)
        ? Object.values(type.getFields()).map((field) => `${type.name}.${field.name}: ${getNamedType(field.type).name}`)
        : [],
    );

    expect(givenOut.length).toBeGreaterThan(50);
    expect(givenOut.filter((field) => /SecretString|secret|password|token|cipher|sealed/i.test(field))).toEqual([
      'CreateApiKeyPayload.secret: String',
      'ProvisioningCredentials.secretAccessKey: String',
      'ProvisioningCredentials.sessionToken: String',
    ]);
  });

  it('accepts secrets as SecretString only', () => {
    const secrets = types().flatMap((type) =>
      isInputObjectType(type)
        ? Object.values(type.getFields()).filter(({ name }) => /secret|password|token/i.test(name))
        : [],
    );

    expect(secrets.map(({ name, type }) => `${name}: ${String(type)}`)).toEqual(['secretAccessKey: SecretString!']);
  });

  it('uses public names, not names of classes', () => {
    expect(types().filter(({ name }) => /Type$|^Subscription/.test(name))).toEqual([]);
  });

  it('has no type named Subscription, which would be a subscription root', () => {
    expect(schema.getSubscriptionType()).toBeUndefined();
    expect(schema.getType('Subscription')).toBeUndefined();
  });

  it('lists in every mutation its error codes, which exist', () => {
    const codes = new Set(
      (schema.getType('ErrorCode') as { getValues?: () => { name: string }[] }).getValues!().map(({ name }) => name),
    );

    for (const { name, description, args } of Object.values(schema.getMutationType()!.getFields())) {
      const named = [...(description ?? '').matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, code]) => code!);
      expect({
        name,
        named: named.length > 0,
        unknown: named.filter((code) => !codes.has(code)),
      }).toEqual({ name, named: true, unknown: [] });
      expect(args.map((argument) => argument.name)).toEqual(['input']);
    }
  });
});
