export { AccessModule } from './access.module.js';
export {
  accessErrors,
  Forbidden,
  TooManyFailedAttempts,
  Unauthenticated,
  type ApiKeyRefusal,
} from './access.errors.js';
export { AccessService } from './access.service.js';
export { ApiKey, defaultLifetime, type NewApiKey } from './api-key.entity.js';
export { newApiKeyToken, parseApiKeyToken, type ApiKeyToken } from './api-key-token.js';
export { ApiKeyService, type IssuedApiKey } from './api-key.service.js';
export { FailedAttemptLimit } from './failed-attempts.js';
export { RecentApiKeys } from './recent-api-keys.js';
export { ViewerType } from './graphql/access.types.js';
export { ApiKeyNodes } from './graphql/api-key-nodes.js';
export { CurrentViewer } from './graphql/current-viewer.js';
export { RequiresRole, RoleGuard } from './graphql/role.guard.js';
export { permission, ViewerPermission } from './graphql/viewer-permission.js';
export { TenantContents, TenantContentSource, type TenantContent } from './tenant-contents.js';
export { operatorTenantId, Tenant, TenantChangeRefused } from './tenant.entity.js';
export { TenantService } from './tenant.service.js';
export { Role, Viewer } from './viewer.js';
