import { ApiKeyService, defaultLifetime, newApiKeyToken, type ApiKey, type Role } from '#libs/access';
import { operator } from '#libs/events';
import type { Given, Run } from '../command.js';
import { iso, type Row } from '../rows.js';
import { withServices } from '../services.js';

export const generate: Run = async (given) => [given.secretOutput().put(newApiKeyToken().token)];

export const list: Run = (given) =>
  withServices(async (service) => {
    const tenantId = given.has('tenant') ? given.number('tenant') : undefined;
    return (await service(ApiKeyService).listAll(tenantId)).map(rowOf);
  });

export const create: Run = async (given) => {
  const wanted = {
    name: given.text('name'),
    role: given.oneOf<Role>('role'),
    lifetime: lifetime(given),
    allowedCidrs: given.list('from'),
    canIntrospect: given.has('introspection'),
  };
  const output = given.secretOutput();
  return withServices(async (service) => {
    const { apiKey, token } = await service(ApiKeyService).issue(operator, given.number('tenant'), wanted);
    return [{ id: apiKey.id, ...output.put(token), role: apiKey.role, expires: iso(apiKey.expiresAt) }];
  });
};

export const revoke: Run = (given) =>
  withServices(async (service) => [
    rowOf(await service(ApiKeyService).revokeInAllTenants(operator, given.number('id'))),
  ]);

/** In days. Null: the API key does not expire. @throws Usage */
function lifetime(given: Given): number | null {
  if (!given.has('never-expires')) return given.has('days') ? given.number('days') : defaultLifetime;
  if (given.has('days')) throw given.usage('--days and --never-expires cannot be used together.');
  return null;
}

function rowOf(key: ApiKey): Row {
  return {
    id: key.id,
    tenant: key.tenantId,
    name: key.name,
    'API key ID': key.keyId,
    role: key.role,
    from: key.allowedCidrs.join(' ') || null,
    introspection: key.canIntrospect,
    created: iso(key.createdAt),
    expires: iso(key.expiresAt),
    revoked: iso(key.revokedAt),
    'last used': iso(key.lastUsedAt),
  };
}
