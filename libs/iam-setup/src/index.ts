export { awsRegions, faultInRegion, iamRegions, isOptInRegion, partitionOf, type AwsPartition } from './aws-regions.js';
export { cloudFormationTemplate, toYaml } from './methods/cloud-formation.js';
export { ExternalId, newExternalId } from './external-ids/external-id.entity.js';
export { iamSetupErrors } from './external-ids/external-id.errors.js';
export { ExternalIdService } from './external-ids/external-id.service.js';
export { ExternalIdsOfTenant } from './external-ids/external-ids-of-tenant.js';
export { ExternalIdType } from './external-ids/external-id.types.js';
export { TagInput } from './graphql/tag.input.js';
export {
  faultInAwsAccountId,
  faultInParameter,
  IamSetupSettings,
  namesOf,
  partitionNames,
  type IamSetupRequest,
} from './iam-setup.js';
export { IamSetupModule } from './iam-setup.module.js';
export { iamSetupMethods, IamSetupService, type IamSetupMethods } from './iam-setup.service.js';
export { policyFiles } from './methods/manual.js';
export {
  permissionChecks,
  policyFor,
  simulationsFor,
  type MissingPermission,
  type PermissionCheck,
  type Simulation,
} from './simulation/permission-checks.js';
export { iamContext, isNeverSent, type CheckedPrincipal, type RequestContext } from './simulation/request-context.js';
export { permissionManifest, type Holder, type PermissionGroup } from './permission-manifest.js';
export { provisionedResourcesWarning } from './provisioned-resources.js';
export { RegionInAnotherPartition, regionErrors, UnknownRegion } from './region.errors.js';
export { iamLimits, sizeOf, type PolicyDocument } from './policies.js';
export { type KnownSetup, type RemainingEntity } from './methods/removal.js';
export { inShell } from './methods/shell.js';
export { faultInTags, faultInVendorsTags, isVendorsTag, mostTags, subscriptionTagKey, type Tag } from './tags.js';
export { terraformDefaults, type SetupFile } from './methods/terraform.js';
