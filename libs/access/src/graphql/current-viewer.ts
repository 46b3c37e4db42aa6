import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { Viewer } from '../viewer.js';

/** Viewer of the request. The host sets it before any resolver runs. */
export const CurrentViewer = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    GqlExecutionContext.create(context).getContext<{ viewer: Viewer }>().viewer,
);
