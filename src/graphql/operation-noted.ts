import type { ApolloServerPlugin } from '@apollo/server';
import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { currentRequest } from './request-context.js';

/**
 * The root fields of an operation, such as `mutation createCloudAccount`, for the log entry of its request: only fields of
 * the schema. For a kind of operation that the schema does not have, validation accepts any field. The operation name is text
 * from the caller, so it is not logged.
 */
export function operationNote(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): string {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const known = {
    __typename: true,
    __schema: true,
    __type: true,
    ...schema.getRootType(operation.operation)?.getFields(),
  };
  const fields = [...new Set(rootFieldsOf(operation.selectionSet, fragments))].filter((name) =>
    Object.hasOwn(known, name),
  );
  return [operation.operation, ...fields].join(' ');
}

/** Records the root fields of each operation. */
export function operationNoted(): ApolloServerPlugin {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ operation, document, schema }) => {
        const facts = currentRequest.getStore();
        if (facts && operation) facts.operation = operationNote(schema, document, operation);
      },
    }),
  };
}

/**
 * Short name of an operation for metrics and traces: `query cloudAccounts`, or `query several` for several fields, because
 * the number of combinations is not limited.
 */
export function operationLabel(operation: string | undefined): string {
  const [kind, ...fields] = (operation ?? 'none').split(' ');
  return fields.length > 1 ? `${kind} several` : (operation ?? 'none');
}

/** Each fragment is visited once, so that a small document cannot expand into a large one. */
function* rootFieldsOf(
  { selections }: SelectionSetNode,
  fragments: Map<string, FragmentDefinitionNode>,
): Generator<string> {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      yield selection.name.value;
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      yield* rootFieldsOf(selection.selectionSet, fragments);
    } else {
      const fragment = fragments.get(selection.name.value);
      fragments.delete(selection.name.value);
      if (fragment) yield* rootFieldsOf(fragment.selectionSet, fragments);
    }
  }
}
