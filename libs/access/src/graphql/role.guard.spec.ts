import { Reflector } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { buildSchema } from 'graphql';
import { Forbidden } from '../access.errors.js';
import { Role, Viewer } from '../viewer.js';
import { RequiresRole, RoleGuard } from './role.guard.js';

const schema = buildSchema('type Query { one: Int } type Mutation { one: Int }');
const roles = Object.keys(Role) as Role[];

class Resolver {
  namesNone(): void {}

  @RequiresRole('MANAGER')
  namesManager(): void {}
}

/** The roles that may use the operation. */
const allowed = (kind: 'Query' | 'Mutation', operation: keyof Resolver) =>
  roles.filter((role) => {
    const info = { parentType: schema.getType(kind), schema };
    const viewer = new Viewer(2, 1, 'Key', role, false);
    const context = new ExecutionContextHost(
      [undefined, {}, { viewer }, info],
      Resolver,
      Resolver.prototype[operation],
    );
    context.setType('graphql');
    try {
      return new RoleGuard(new Reflector()).canActivate(context);
    } catch (error) {
      if (!(error instanceof Forbidden)) throw error;
      return false;
    }
  });

describe('An operation', () => {
  it('that names no role is for everybody when it reads, for OWNERs when it changes something', () => {
    expect(allowed('Query', 'namesNone')).toEqual(['VIEWER', 'MANAGER', 'OWNER']);
    expect(allowed('Mutation', 'namesNone')).toEqual(['OWNER']);
  });

  it('that names a role is for that one and those that may more', () => {
    expect(allowed('Query', 'namesManager')).toEqual(['MANAGER', 'OWNER']);
    expect(allowed('Mutation', 'namesManager')).toEqual(['MANAGER', 'OWNER']);
  });
});
