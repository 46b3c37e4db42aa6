import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { AccessModule, AccessService } from '#libs/access';
import { declareErrorCodes, withNodeIds } from '#libs/graphql';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { Logger, Module } from '@nestjs/common';
import { GraphQLModule, GraphQLSchemaHost } from '@nestjs/graphql';
import { CostControl } from '../fairness/cost-budgets.js';
import { considerateExecution } from './limits/considerate-execution.js';
import { checksInOrder, costBudget } from './limits/cost-budget.js';
import { documentCost } from './limits/document-cost.js';
import { documentLimits, withinDocumentLimits } from './limits/document-limits.js';
import { errorCatalog } from './error-catalog.js';
import { ErrorCatalogResolver } from './errors/error-catalog.resolver.js';
import { makeFormatError } from './errors/format-error.js';
import { FastPathSetting } from './execution/fast-path-setting.js';
import { LeanFieldResolvers } from './execution/lean-field-resolvers.js';
import { withPlainFields } from './execution/plain-fields.js';
import { GraphQLOverHttp, graphqlPath } from './graphql-over-http.js';
import { introspectionByPermission } from './introspection.js';
import { knownNamesOf } from './variables/known-names.js';
import { legacyStatus } from './errors/legacy-status.js';
import { NodeResolver } from './node.resolver.js';
import { operationNoted } from './operation-noted.js';
import { withRefusals } from './refusals.js';
import { contextBy, currentRequest, noteCode } from './request-context.js';
import { ValidateInputPipe } from './variables/validate-input.pipe.js';
import { variablesCheck } from './variables/variables-check.js';

declareErrorCodes(errorCatalog);

const log = new Logger('GraphQL');

/** Apollo writes some errors to its logger unchanged. `formatError` logs them without values. */
const apolloLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => log.warn('Apollo Server reported a warning.'),
  error: () => log.error('Apollo Server reported an error. The log entry of the request has the details.'),
};

@Module({
  imports: [
    AccessModule,
    GraphQLModule.forRootAsync<ApolloDriverConfig>({
      driver: GraphQLOverHttp,
      imports: [AccessModule],
      inject: [AccessService, GraphQLSchemaHost, CostControl, FastPathSetting],
      useFactory: (
        access: AccessService,
        schemaHost: GraphQLSchemaHost,
        control: CostControl,
        fastPath: FastPathSetting,
      ): ApolloDriverConfig => ({
        path: graphqlPath,
        autoSchemaFile: true,
        sortSchema: true,
        // Apollo checks the schema at the start as well.
        buildSchemaOptions: { skipCheck: true },
        transformSchema: (schema) => {
          const complete = withNodeIds(withRefusals(schema));
          return fastPath.isOn ? withPlainFields(complete) : complete;
        },
        graphiql: false,
        introspection: true,
        // Requests are authenticated by `Authorization` only, and bodies are JSON: a page of another origin can send
        // neither without a preflight. So every served request is safe against CSRF.
        csrfPrevention: false,
        allowBatchedHttpRequests: false,
        persistedQueries: false,
        includeStacktraceInErrorResponses: false,
        validationOptions: { maxErrors: 10 },
        validationRules: [withinDocumentLimits],
        parseOptions: { maxTokens: documentLimits.tokens },
        logger: apolloLogger,
        autoTransformHttpErrors: false,
        context: contextBy(access),
        plugins: [
          // It would examine every field of every response, although all responses have no-store.
          ApolloServerPluginCacheControlDisabled(),
          ...checksInOrder(
            operationNoted(),
            introspectionByPermission(),
            variablesCheck(),
            documentCost(),
            costBudget(control),
            considerateExecution(),
          ),
          legacyStatus(),
        ],
        formatError: makeFormatError({
          knownNames: () => knownNamesOf(schemaHost.schema),
          requestId: () => currentRequest.getStore()?.id,
          note: noteCode,
          log: (entry) => log.error(entry),
        }),
      }),
    }),
  ],
  providers: [NodeResolver, ErrorCatalogResolver, ValidateInputPipe, LeanFieldResolvers],
})
export class GatewayGraphQLModule {}
