import type { ApolloServerPlugin } from '@apollo/server';
import { Kind, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import { currentRequest } from './request-context.js';

/**
 * Notes what the operation asks for, such as `mutation createCloudAccount`, for the entry of its request in the log: the
 * fields at its root that the schema has. Of a kind of operation that the schema does not have, validation lets any field
 * pass. The name callers give their operation is text of theirs.
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

/** Each fragment is looked into once, so that few of them cannot unfold into many. */
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
