export { AccessModule } from './access.module.js';
export { accessErrors, Unauthenticated } from './access.errors.js';
export { AccessService } from './access.service.js';
export { ApiKey } from './api-key.entity.js';
export { CurrentViewer } from './graphql/current-viewer.js';
export { operatorTenantId, Tenant } from './tenant.entity.js';
export { Viewer, type Role } from './viewer.js';
