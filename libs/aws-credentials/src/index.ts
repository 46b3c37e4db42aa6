export { awsRegions, faultInRegion, faultInRoleName, partitionOf, type AwsPartition } from '#libs/iam-setup';
export { AwsAccessKey } from './aws-access-key.js';
export { awsCredentialsErrors, CredentialsRejected, UnknownRegion } from './aws-credentials.errors.js';
export { AwsCredentialsModule } from './aws-credentials.module.js';
export { AwsCredentialsService, type ProvenCredentials } from './aws-credentials.service.js';
export {
  AwsIam,
  type AwsIdentity,
  type AwsKeyOfUser,
  type AwsKeysOfUser,
  type AwsRole,
  type AwsRoleRequest,
  type AwsSession,
  type AwsTrustedRole,
} from './aws-iam.js';
export { type AwsEndpoints } from './aws/aws-endpoints.js';
export { SdkAwsIam } from './aws/sdk-aws-iam.js';
export { AwsCredentialsInput } from './graphql/aws-credentials.input.js';
export { AwsCredentialsType } from './graphql/aws-credentials.type.js';
export { StoredAccessKey } from './stored-access-key.entity.js';
export { faultInRotateEvery, KeyRotationPolicyService } from './key-rotation-policy.service.js';
export { KeyRotationPolicy } from './key-rotation-policy.entity.js';
export { KeyRotationService } from './key-rotation.service.js';
export { KeyRotation } from './key-rotation.entity.js';
export { RotatedAccounts, type RotatedAccount } from './rotated-accounts.js';
export { defaultRotationPace, RotationPace } from './rotation-pace.js';
