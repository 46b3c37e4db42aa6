export { mostRules, type DesiredAttributes } from './desired-attributes.js';
export { LedgerModule } from './ledger.module.js';
export { LedgerService, mostReports } from './ledger.service.js';
export { ProvisionedResource, type ListedResource } from './provisioned-resource.entity.js';
export { type LedgerPlace } from './provisioned-resources.js';
export {
  ProvisionedResourceConnectionType,
  ProvisionedResourceInput,
  ProvisionedResourceType,
} from './graphql/provisioned-resource.types.js';
export { ResourcesOf } from './graphql/resources-page.js';
export { arnOfResource, idInArn } from './resource-arn.js';
export { ResourceChange } from './resource-change.entity.js';
export { type ResourceReport } from './resource-report.js';
export { normalisedRules, type SecurityGroupRule } from './security-group-rules.js';
export { RemainingInLedger } from './remaining-in-ledger.js';
