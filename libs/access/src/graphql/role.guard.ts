import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { ApiKeyService } from '../api-key.service.js';
import type { Role, Viewer } from '../viewer.js';

/** Minimum role for an operation. Defaults to VIEWER for queries and OWNER for mutations. */
export const RequiresRole = Reflector.createDecorator<Role>();

/** Refuses an operation if the viewer's role is not sufficient, before its input is read. */
@Injectable()
export class RoleGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: ApiKeyService,
  ) {}

  /** @throws Forbidden, and Unauthenticated when the API key ended before this mutation of its document began */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType<string>() !== 'graphql') return true;

    const graphql = GqlExecutionContext.create(context);
    const { parentType, schema } = graphql.getInfo<GraphQLResolveInfo>();
    const isMutation = parentType === schema.getMutationType();
    const role = this.reflector.get(RequiresRole, context.getHandler()) ?? (isMutation ? 'OWNER' : 'VIEWER');
    const { viewer } = graphql.getContext<{ viewer: Viewer }>();
    viewer.refuseUnless(role);
    if (isMutation) await this.keys.refuseEnded(viewer);
    return true;
  }
}
