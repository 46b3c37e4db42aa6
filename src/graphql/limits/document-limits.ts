import { DomainError } from '#libs/kernel';
import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { requestErrors } from '../error-catalog.js';

/** Limits of one document. The parser counts tokens. The rest is counted before execution. */
export const documentLimits = {
  tokens: 2000,
  depth: 12,
  aliases: 30,
  directives: 20,
  rootFields: 30,
  mutations: 10,
} as const;

/** The document exceeds the limits of one request. */
export class DocumentTooLarge extends DomainError {
  constructor(what: string, found: number, allowed: number) {
    super(requestErrors, 'QUERY_TOO_EXPENSIVE', `The document has ${found} ${what}; ${allowed} are allowed.`);
  }
}

/**
 * Validation rule that refuses documents beyond the limits. Fragments count where they are spread, so that a small
 * document cannot expand into a large one. A cycle of fragments ends the count, and another rule refuses it.
 */
export function withinDocumentLimits(context: ValidationContext): ASTVisitor {
  return {
    Document: (document) => {
      const size = sizeOf(document);
      const refuse = (what: string, found: number, allowed: number) => {
        if (found > allowed) {
          const originalError = new DocumentTooLarge(what, found, allowed);
          context.reportError(new GraphQLError(originalError.message, { originalError }));
        }
      };
      refuse('levels of fields', size.depth, documentLimits.depth);
      refuse('aliases', size.aliases, documentLimits.aliases);
      refuse('directives', size.directives, documentLimits.directives);
      refuse('fields at its root', size.rootFields, documentLimits.rootFields);
      refuse('mutations', size.mutations, documentLimits.mutations);
    },
  };
}

interface Size {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly rootFields: number;
  /** Root fields of a mutation, which do not count as `rootFields`: each of them is a separate change. */
  readonly mutations: number;
}

const empty: Size = { depth: 0, aliases: 0, directives: 0, rootFields: 0, mutations: 0 };
/** Limit of the count: far above every limit, and far from an overflow. */
const plenty = 1_000_000;

/** Size of the largest operation of the document. */
function sizeOf(document: DocumentNode): Size {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  // Each fragment is measured once, however often it is spread.
  const measured = new Map<string, Size>();

  const sizeOfFragment = (name: string): Size => {
    const known = measured.get(name);
    if (known) return known;
    measured.set(name, empty); // result for a cycle
    const fragment = fragments.get(name);
    const size = fragment ? plus(sizeOfSelections(fragment.selectionSet), fragment.directives?.length ?? 0) : empty;
    measured.set(name, size);
    return size;
  };

  const sizeOfSelections = ({ selections }: SelectionSetNode): Size =>
    selections
      .map((selection): Size => {
        const directives = selection.directives?.length ?? 0;
        switch (selection.kind) {
          case Kind.FRAGMENT_SPREAD:
            return plus(sizeOfFragment(selection.name.value), directives);
          case Kind.INLINE_FRAGMENT:
            return plus(sizeOfSelections(selection.selectionSet), directives);
          case Kind.FIELD: {
            const below = selection.selectionSet ? sizeOfSelections(selection.selectionSet) : empty;
            // Introspection: graphql-js has its own rule for its depth.
            const isAboutSchema = selection.name.value === '__schema' || selection.name.value === '__type';
            return {
              depth: isAboutSchema ? 1 : 1 + below.depth,
              aliases: (selection.alias ? 1 : 0) + below.aliases,
              directives: directives + below.directives,
              rootFields: 1,
              mutations: 0,
            };
          }
        }
      })
      .reduce(together, empty);

  return document.definitions
    .filter((node) => node.kind === Kind.OPERATION_DEFINITION)
    .map((node): Size => {
      const size = plus(sizeOfSelections(node.selectionSet), node.directives?.length ?? 0);
      const isMutation = node.operation === OperationTypeNode.MUTATION;
      return isMutation ? { ...size, rootFields: 0, mutations: size.rootFields } : size;
    })
    .reduce(larger, empty);
}

const capped = (n: number) => Math.min(n, plenty);

const together = (a: Size, b: Size): Size => ({
  depth: Math.max(a.depth, b.depth),
  aliases: capped(a.aliases + b.aliases),
  directives: capped(a.directives + b.directives),
  rootFields: capped(a.rootFields + b.rootFields),
  mutations: capped(a.mutations + b.mutations),
});

const larger = (a: Size, b: Size): Size => ({
  depth: Math.max(a.depth, b.depth),
  aliases: Math.max(a.aliases, b.aliases),
  directives: Math.max(a.directives, b.directives),
  rootFields: Math.max(a.rootFields, b.rootFields),
  mutations: Math.max(a.mutations, b.mutations),
});

const plus = (size: Size, directives: number): Size => ({ ...size, directives: capped(size.directives + directives) });
