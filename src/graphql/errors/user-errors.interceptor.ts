import { ApiKeyService, type Viewer } from '#libs/access';
import { failureOf, refusalOf } from '#libs/database';
import { toUserError } from '#libs/graphql';
import { DomainError, InvalidInput } from '#libs/kernel';
import { Injectable, Logger, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { catchError, map, type Observable } from 'rxjs';
import { describeError } from './describe-error.js';
import { currentRequest, noteCode } from '../request-context.js';

const log = new Logger('GraphQL');

/**
 * Converts a refusal of a domain to `userErrors` of the payload. Queries have no payload: their refusals remain errors.
 */
@Injectable()
export class UserErrorsInterceptor implements NestInterceptor {
  constructor(private readonly keys: ApiKeyService) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType<string>() !== 'graphql') return next.handle();

    const graphql = GqlExecutionContext.create(context);
    const { parentType, schema } = graphql.getInfo<GraphQLResolveInfo>();
    if (parentType !== schema.getMutationType()) return next.handle();

    return next.handle().pipe(
      map((payload: object) => ({ ...payload, userErrors: [] })),
      catchError(async (thrown: unknown) => {
        const error = thrown instanceof DomainError ? thrown : refusalOf(thrown);
        // Objects that the answer refers to can have been removed in the meantime: the tenant, with the API key.
        if (failureOf(thrown) === 'foreign-key')
          await this.keys.refuseEnded(graphql.getContext<{ viewer: Viewer }>().viewer);
        if (!error) throw thrown;
        const requestId = currentRequest.getStore()?.id;
        if (error.entry.responsibleParty === 'GATEWAY')
          log.warn({ requestId, code: error.code, error: describeError(thrown) });
        noteCode(error.code);
        const refusals = error instanceof InvalidInput ? error.faults : [error];
        return { userErrors: refusals.map(toUserError) };
      }),
    );
  }
}
