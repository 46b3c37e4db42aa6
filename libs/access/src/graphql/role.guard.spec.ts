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

/** Of which none ends during a request. */
const lastingKeys = { refuseEnded: async () => undefined } as unknown as ApiKeyService;

/** The roles that may use the operation. */
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
  it('that names no role is for everybody when it reads, for OWNERs when it changes something', async () => {
    expect(await allowed('Query', 'namesNone')).toEqual(['VIEWER', 'MANAGER', 'OWNER']);
    expect(await allowed('Mutation', 'namesNone')).toEqual(['OWNER']);
  });

  it('that names a role is for that one and those that may more', async () => {
    expect(await allowed('Query', 'namesManager')).toEqual(['MANAGER', 'OWNER']);
    expect(await allowed('Mutation', 'namesManager')).toEqual(['MANAGER', 'OWNER']);
  });
});
