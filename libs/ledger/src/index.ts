export { LedgerModule } from './ledger.module.js';
export { LedgerService } from './ledger.service.js';
export { ProvisionedResource } from './provisioned-resource.entity.js';
export { ProvisionedResourceConnectionType, ProvisionedResourceInput } from './graphql/provisioned-resource.types.js';
export { resourcesPage } from './graphql/resources-page.js';
export { ResourceChange } from './resource-change.entity.js';
export { type ResourceReport } from './resource-report.js';
export { StandingInLedger } from './standing-in-ledger.js';
