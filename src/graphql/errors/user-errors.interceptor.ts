import { refusalOf } from '#libs/database';
import { toUserError } from '#libs/graphql';
import { DomainError, InvalidInput } from '#libs/kernel';
import { Injectable, Logger, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { catchError, map, of, type Observable } from 'rxjs';
import { describeError } from './describe-error.js';
import { currentRequest } from '../request-context.js';

const log = new Logger('GraphQL');

/** Makes a refusal of a domain the payload's `userErrors`. Queries have no payload: there it stays an error. */
@Injectable()
export class UserErrorsInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType<string>() !== 'graphql') return next.handle();

    const { parentType, schema } = GqlExecutionContext.create(context).getInfo<GraphQLResolveInfo>();
    if (parentType !== schema.getMutationType()) return next.handle();

    return next.handle().pipe(
      map((payload: object) => ({ ...payload, userErrors: [] })),
      catchError((thrown: unknown) => {
        const error = thrown instanceof DomainError ? thrown : refusalOf(thrown);
        if (!error) throw thrown;
        const requestId = currentRequest.getStore()?.id;
        if (error.entry.fault === 'GATEWAY') log.warn({ requestId, code: error.code, error: describeError(thrown) });
        const refusals = error instanceof InvalidInput ? error.faults : [error];
        return of({ userErrors: refusals.map(toUserError) });
      }),
    );
  }
}
