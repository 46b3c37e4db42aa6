import { ApolloServerErrorCode } from '@apollo/server/errors';
import {
  execute,
  GraphQLError,
  OperationTypeNode,
  type ExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { CostControl } from '../../fairness/cost-budgets.js';
import { rateLimited, type RefusalOverHttp } from '../limits/cost-budget.js';
import { mostValues, valuesIn } from '../limits/document-cost.js';
import { currentRequest, type RequestContext } from '../request-context.js';
import { checkVariables } from '../variables/variables-check.js';
import { AcceptedDocuments, type AcceptedOperation } from './accepted-documents.js';

/** A request for GraphQL over HTTP, of Fastify. */
interface GraphQLOverHttpRequest {
  readonly method: string;
  readonly headers: { readonly accept?: string | undefined };
  readonly body: unknown;
}

export interface Answer {
  readonly http?: RefusalOverHttp;
  readonly contentType: string;
  readonly body: string;
}

type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

type Variables = Record<string, unknown>;

/** Maximum number and length of the `Accept` headers that are remembered with their content type. */
const accepts = { most: 200, longest: 200 };

/**
 * Answers requests with a document that Apollo Server has accepted before. The responses are the same, and so are
 * authentication, limits and log entries. Unusual requests, and those that must be refused, are left to Apollo Server. Only
 * requests above a cost budget are refused here, because a caller can send many of them.
 */
export class FastPath {
  readonly documents: AcceptedDocuments;
  private readonly contentTypes = new LRUCache<string, string>({ max: accepts.most });

  constructor(
    private readonly schema: () => GraphQLSchema,
    private readonly formatError: FormatError,
    private readonly control: CostControl,
  ) {
    this.documents = new AcceptedDocuments(schema);
  }

  /**
   * Returns undefined if Apollo Server must answer. Apollo Server must then use the same context.
   *
   * @param contextOf authenticates the caller once, even if it is called several times
   */
  async answer(request: GraphQLOverHttpRequest, contextOf: () => Promise<RequestContext>): Promise<Answer | undefined> {
    const contentType = this.contentTypes.get(request.headers.accept ?? '');
    const usual = contentType === undefined ? undefined : this.usual(request);
    if (!contentType || !usual) return undefined;
    const { accepted, variables } = usual;

    const facts = currentRequest.getStore()!;
    let context: RequestContext;
    try {
      context = await contextOf();
      facts.cost = this.refuse(accepted, variables);
      await this.control.admit(context.viewer, facts);
    } catch (error) {
      const refusal = rateLimited(error);
      if (!refusal || !facts.budget) return undefined;
      facts.operation = accepted.note;
      const body = this.textOf({ errors: [refusal], extensions: { cost: facts.budget } });
      return { http: refusal.extensions['http'] as RefusalOverHttp, contentType, body };
    }
    facts.operation = accepted.note;
    if (accepted.operation.operation === OperationTypeNode.MUTATION) facts.mustFinish?.();
    const extensions = { cost: facts.budget };

    const data = await accepted.compiled?.execute(context, variables);
    const result: ExecutionResult = data ? { data } : await this.executed(accepted, context, variables);
    return 'data' in result ? { contentType, body: this.textOf({ ...result, extensions }) } : undefined;
  }

  /** Remembers the content type that Apollo Server chose for an `Accept` header. */
  learn(request: GraphQLOverHttpRequest, contentType: string | undefined): void {
    const { accept = '' } = request.headers;
    if (contentType && accept.length <= accepts.longest && this.usual(request))
      this.contentTypes.set(accept, contentType);
  }

  /** The accepted operation and the variables of a request; undefined if anything is unusual. */
  private usual({ method, body }: GraphQLOverHttpRequest) {
    if (method !== 'POST' || typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
    const { query, operationName = null, variables = null, extensions = null } = body as Record<string, unknown>;
    if (typeof query !== 'string' || extensions !== null) return undefined;
    if (operationName !== null && (typeof operationName !== 'string' || operationName.trim() === '')) return undefined;
    if (typeof variables !== 'object' || Array.isArray(variables)) return undefined;
    const accepted = this.documents.find(query, operationName ?? undefined);
    return accepted && { accepted, variables: (variables ?? {}) as Variables };
  }

  /**
   * Returns the number of values that the response can have.
   *
   * @throws Error if Apollo Server would refuse the operation, too
   */
  private refuse({ document, operation, values }: AcceptedOperation, variables: Variables): number {
    const schema = this.schema();
    checkVariables(schema, operation, variables);
    const most = values ?? valuesIn({ schema, document, operation, variables });
    if (most > mostValues) throw new Error('The answer is too large.');
    return most;
  }

  private async executed(
    { document, operation }: AcceptedOperation,
    contextValue: RequestContext,
    variableValues: Variables,
  ): Promise<ExecutionResult> {
    return execute({
      schema: this.schema(),
      document,
      operationName: operation.name?.value ?? null,
      contextValue,
      variableValues,
    });
  }

  private textOf({ data, errors, extensions }: ExecutionResult): string {
    return `${JSON.stringify({ errors: errors?.map((error) => this.formatted(error)), data, extensions })}\n`;
  }

  /** Formats as Apollo Server does. graphql-js returns an error that has a `path` unchanged, so it may be no GraphQLError. */
  private formatted(error: Error): GraphQLFormattedError {
    const located = error instanceof GraphQLError ? error : new GraphQLError(error.message, { originalError: error });
    const { http: _, ...extensions } = located.extensions;
    const code = extensions['code'] ?? ApolloServerErrorCode.INTERNAL_SERVER_ERROR;
    try {
      return this.formatError({ ...located.toJSON(), extensions: { ...extensions, code } }, error);
    } catch {
      return { message: 'Internal server error', extensions: { code: ApolloServerErrorCode.INTERNAL_SERVER_ERROR } };
    }
  }
}
