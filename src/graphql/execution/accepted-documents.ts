import type { ApolloServerPlugin } from '@apollo/server';
import {
  getOperationAST,
  Kind,
  visit,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { constantValuesIn } from '../limits/document-cost.js';
import { operationNote } from '../operation-noted.js';
import { compileQuery, type CompiledQuery } from './compiled-query.js';

/** An operation of a document that Apollo Server has parsed and found valid. */
export interface AcceptedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** For the log entry of a request: see `operationNote`. */
  readonly note: string;
  /** Null if graphql-js must execute it. */
  readonly compiled: CompiledQuery | null;
  /** Maximum number of values in a response; undefined if it depends on the variables. */
  readonly values: number | undefined;
}

interface Entry {
  /** Number of requests with this text that were valid. */
  sightings: number;
  document?: DocumentNode;
  /** By the name that a request chooses an operation with. */
  readonly operations: Map<string | undefined, AcceptedOperation>;
}

/** Memory for documents, in bytes. */
const mostMemory = 32 * 1024 * 1024;

/** Number of requests from which a document is kept: documents that are sent once take no memory. */
const keptFrom = 2;

// In bytes, rounded up from measurements: an entry, the syntax tree per character of its text, a compiled field.
const memory = { entry: 500, perCharacter: 60, perField: 1500 };

/**
 * Parsed, validated and compiled documents of repeated requests. If the memory is full, the least recently used document is
 * removed. Documents with introspection are not kept.
 */
export class AcceptedDocuments {
  private readonly entries = new LRUCache<string, Entry>({ maxSize: mostMemory });

  constructor(private readonly schema: () => GraphQLSchema) {}

  /** The operation of a request; undefined if Apollo Server must process the document. */
  find(text: string, operationName: string | undefined): AcceptedOperation | undefined {
    const entry = this.entries.get(text);
    if (!entry?.document) return undefined;
    const known = entry.operations.get(operationName);
    if (known) return known;

    const { document } = entry;
    const schema = this.schema();
    const operation = getOperationAST(document, operationName);
    if (!operation || !schema.getRootType(operation.operation)) return undefined;
    const accepted = {
      document,
      operation,
      note: operationNote(schema, document, operation),
      compiled: compileQuery(schema, document, operation),
      values: constantValuesIn({ schema, document, operation }),
    };
    entry.operations.set(operationName, accepted);
    this.keep(text, entry);
    return accepted;
  }

  /** Receives each document that Apollo Server has found valid. */
  plugin(): ApolloServerPlugin {
    return {
      requestDidStart: async () => ({
        didResolveOperation: async ({ source, document }) => this.note(source, document),
      }),
    };
  }

  private note(text: string, document: DocumentNode): void {
    const entry: Entry = this.entries.get(text) ?? { sightings: 0, operations: new Map() };
    if (entry.document) return;
    entry.sightings++;
    if (entry.sightings >= keptFrom && !asksForSchema(document)) entry.document = document;
    this.keep(text, entry);
  }

  private keep(text: string, entry: Entry): void {
    let size = memory.entry + 2 * text.length;
    if (entry.document) size += memory.perCharacter * text.length;
    for (const { compiled } of entry.operations.values())
      size += memory.entry + memory.perField * (compiled?.size ?? 0);
    this.entries.set(text, entry, { size });
  }
}

function asksForSchema(document: DocumentNode): boolean {
  let asks = false;
  visit(document, {
    [Kind.FIELD]: ({ name }) => {
      if (name.value === '__schema' || name.value === '__type') asks = true;
    },
  });
  return asks;
}
