export { LedgerModule } from './ledger.module.js';
export { LedgerService } from './ledger.service.js';
export { ProvisionedResource } from './provisioned-resource.entity.js';
export {
  inOrderOfNumbers,
  ProvisionedResourceConnectionType,
  ProvisionedResourceInput,
  resourcesOrder,
} from './graphql/provisioned-resource.types.js';
export { ResourceChange } from './resource-change.entity.js';
export { type ResourceReport } from './resource-report.js';
export { StandingInLedger } from './standing-in-ledger.js';
