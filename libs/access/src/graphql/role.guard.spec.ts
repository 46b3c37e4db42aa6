import { Reflector } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { buildSchema } from 'graphql';
import { Forbidden } from '../access.errors.js';
import type { ApiKeyService } from '../api-key.service.js';
import { Role, Viewer } from '../viewer.js';
import { RequiresRole, RoleGuard } from './role.guard.js';

const schema = buildSchema('type Query { one: Int } type Mutation { one: Int }');
const roles = Object.keys(Role) as Role[];

class Resolver {
  namesNone(): void {}

  @RequiresRole('MANAGER')
  namesManager(): void {}
}

/** API keys of which none ends during a request. */
const lastingKeys = { refuseEnded: async () => undefined } as unknown as ApiKeyService;

/** Roles that can use the operation. */
const allowed = async (kind: 'Query' | 'Mutation', operation: keyof Resolver) => {
  const may: Role[] = [];
  for (const role of roles) {
    const info = { parentType: schema.getType(kind), schema };
    const viewer = new Viewer(2, 1, 'Key', role, false);
    const context = new ExecutionContextHost(
      [undefined, {}, { viewer }, info],
      Resolver,
      Resolver.prototype[operation],
    );
    context.setType('graphql');
    try {
      await new RoleGuard(new Reflector(), lastingKeys).canActivate(context);
      may.push(role);
    } catch (error) {
      if (!(error instanceof Forbidden)) throw error;
    }
  }
  return may;
};

describe('An operation', () => {
  it('without a role allows every role for a query, and only OWNERs for a mutation', async () => {
    expect(await allowed('Query', 'namesNone')).toEqual(['VIEWER', 'MANAGER', 'OWNER']);
    expect(await allowed('Mutation', 'namesNone')).toEqual(['OWNER']);
  });

  it('with a role allows that role and the roles that include it', async () => {
    expect(await allowed('Query', 'namesManager')).toEqual(['MANAGER', 'OWNER']);
    expect(await allowed('Mutation', 'namesManager')).toEqual(['MANAGER', 'OWNER']);
  });
});
