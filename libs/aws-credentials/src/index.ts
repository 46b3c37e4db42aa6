export { AccessRoleSessions } from './verification/access-role-sessions.js';
export { faultInRoleName } from '@cloud-account-gateway/iam-policy';
export { awsRegions, faultInAwsAccountId, faultInRegion, partitionOf, type AwsPartition } from '#libs/iam-setup';
export { AwsAccess } from './aws-access.js';
export { AwsAccessKey, maskAccessKeyId } from './aws-access-key.js';
export { AwsAccessRole, GivenAccessRole } from './aws-access-role.js';
export { AwsAccessService, type GivenAccess } from './access/aws-access.service.js';
export {
  awsCredentialsErrors,
  AwsRoleAlreadyConnected,
  AwsAccessKeyLimit,
  refusalOfAccount,
  CredentialsRejected,
  RotationInProgress,
  RotationNotInProgress,
  CredentialsUnreadable,
  MissingPermissions,
} from './aws-credentials.errors.js';
export {
  AwsVerification,
  sandboxVendorAccountId,
  type Verification,
  type VerificationSubject,
} from './verification/aws-verification.js';
export { AwsCredentialsModule } from './aws-credentials.module.js';
export { AccessKeyStore } from './access-keys/access-key-store.js';
export type { Keeper } from './credential-store.js';
export { CredentialUse, CredentialUsePurpose, CredentialUseResult, type IntendedUse } from './credential-use.entity.js';
export { CredentialUseService } from './uses/credential-use.service.js';
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
export { askAws, type AwsClientConfig } from './aws/ask-aws.js';
export { unusable } from './aws/aws-failure.js';
export { type AwsEndpoints } from './aws/aws-endpoints.js';
export { SdkAwsIam } from './aws/sdk-aws-iam.js';
export { SdkGatewayIdentity, type GatewayIdentitySettings } from './aws/sdk-gateway-identity.js';
export { AwsCredentialsInput } from './access/aws-credentials.input.js';
export { AwsAccessRoleType, AwsCredentialsType } from './access/aws-credentials.type.js';
export { VerificationReportType } from './verification/verification.type.js';
export { GatewayIdentity } from './gateway-identity.js';
export { CredentialUseConnectionType } from './uses/credential-use.type.js';
export { SealedSecrets, type Walked } from './access-keys/sealed-secrets.js';
export { StoredAccessRole } from './access-roles/stored-access-role.entity.js';
export { StoredAccessKey } from './stored-access-key.entity.js';
export {
  faultInRotationInterval,
  AccessKeyRotationPolicyService,
} from './rotation/access-key-rotation-policy.service.js';
export { AccessKeyRotationPolicy } from './rotation/access-key-rotation-policy.entity.js';
export { AccessKeyRotationService } from './rotation/access-key-rotation.service.js';
export { cancellable, accessKeyToRotate } from './rotatable-access-keys.js';
export { AccessKeyRotation, RotationState, RotationStep } from './access-key-rotation.entity.js';
export { RotatedAccounts, type RotatedAccount } from './rotation/rotated-accounts.js';
export { RotationPace } from './rotation/rotation-pace.js';
export { RotationsInProgress } from './rotation/rotations-in-progress.js';
export {
  PermissionsStatus,
  permissionsStatusOf,
  reportFrom,
  type VerificationCause,
  type VerificationCheck,
  type VerificationReport,
} from './verification.js';
