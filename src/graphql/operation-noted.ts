import type { ApolloServerPlugin } from '@apollo/server';
import { Kind, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import { currentRequest } from './request-context.js';

/**
 * Records the root fields of the operation, such as `mutation createCloudAccount`, for the log entry of its request:
 * only fields of the schema. For a kind of operation that the schema does not have, validation accepts any field. The
 * operation name is text from the caller, so it is not logged.
 */
export function operationNoted(): ApolloServerPlugin {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ operation, document, schema }) => {
        const facts = currentRequest.getStore();
        if (!facts || !operation) return;

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
        facts.operation = [operation.operation, ...fields].join(' ');
      },
    }),
  };
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
