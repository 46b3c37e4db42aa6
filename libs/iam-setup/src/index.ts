export { awsRegions, faultInRegion, partitionOf, type AwsPartition } from './aws-regions.js';
export { permissionManifest, type Holder, type PermissionGroup } from './permission-manifest.js';
export { faultInRoleName } from './role-name.js';
