import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { Viewer } from '../viewer.js';

/** The viewer of the request, whom the host found before any resolver ran. */
export const CurrentViewer = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    GqlExecutionContext.create(context).getContext<{ viewer: Viewer }>().viewer,
);
