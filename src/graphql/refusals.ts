import type { GraphQLSchema } from 'graphql';
import refusals from './refusals.json' with { type: 'json' };

/**
 * Adds the possible error codes to the description of each mutation. `refusals.json` is derived from the code:
 * `UPDATE_DOCS=1 npm run test:unit -- test/refusals` writes it, and the same test fails when it is outdated.
 */
export function withRefusals(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const codes = (refusals as Record<string, readonly string[]>)[field.name];
    if (!codes) throw new Error(`refusals.json has no entry for the mutation ${field.name}.`);
    field.description = `${field.description} Refused with ${codes.map((code) => `\`${code}\``).join(', ')}.`;
  }
  return schema;
}
