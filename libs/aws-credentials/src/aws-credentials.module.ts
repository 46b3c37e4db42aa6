import { EventsModule } from '#libs/events';
import { Module } from '@nestjs/common';
import { AwsAccessService } from './access/aws-access.service.js';
import { AccessKeyStore } from './access-keys/access-key-store.js';
import { AccessRoleStore } from './access-roles/access-role-store.js';
import { AccessRoleSessions } from './verification/access-role-sessions.js';
import { AwsVerification } from './verification/aws-verification.js';
import { CredentialUseService } from './uses/credential-use.service.js';
import { CredentialUses } from './uses/credential-uses.js';
import { AwsCredentialsResolver } from './access/aws-credentials.resolver.js';
import { AccessKeyRotationReconciler } from './rotation/access-key-rotation.reconciler.js';
import { AccessKeyRotationPolicies } from './rotation/access-key-rotation-policies.js';
import { AccessKeyRotationPolicyService } from './rotation/access-key-rotation-policy.service.js';
import { AccessKeyRotationService } from './rotation/access-key-rotation.service.js';
import { AccessKeyRotations } from './access-key-rotations.js';
import { AccessKeyRotator } from './rotation/access-key-rotator.js';
import { RotationJournal } from './rotation/rotation-journal.js';
import { RotationsInProgress } from './rotation/rotations-in-progress.js';
import { SealedSecrets } from './access-keys/sealed-secrets.js';
import { StoredAccessRoles } from './access-roles/stored-access-roles.js';
import { TypeOrmStoredAccessRoles } from './access-roles/typeorm-stored-access-roles.js';
import { StoredAccessKeys } from './access-keys/stored-access-keys.js';
import { TypeOrmCredentialUses } from './uses/typeorm-credential-uses.js';
import { TypeOrmAccessKeyRotationPolicies } from './rotation/typeorm-access-key-rotation-policies.js';
import { TypeOrmAccessKeyRotations } from './rotation/typeorm-access-key-rotations.js';
import { TypeOrmStoredAccessKeys } from './access-keys/typeorm-stored-access-keys.js';

/**
 * Requires an `AwsIam`, a `GatewayIdentity` and a `RotationPace` from the host, which depend on its settings; the
 * settings of `IamSetupModule`; and a `RotatedAccounts`.
 */
@Module({
  imports: [EventsModule],
  providers: [
    AwsAccessService,
    AccessKeyStore,
    AccessRoleStore,
    AccessRoleSessions,
    AwsVerification,
    AwsCredentialsResolver,
    CredentialUseService,
    AccessKeyRotationReconciler,
    AccessKeyRotationPolicyService,
    AccessKeyRotationService,
    AccessKeyRotator,
    RotationJournal,
    RotationsInProgress,
    SealedSecrets,
    { provide: CredentialUses, useClass: TypeOrmCredentialUses },
    { provide: AccessKeyRotationPolicies, useClass: TypeOrmAccessKeyRotationPolicies },
    { provide: AccessKeyRotations, useClass: TypeOrmAccessKeyRotations },
    { provide: StoredAccessRoles, useClass: TypeOrmStoredAccessRoles },
    { provide: StoredAccessKeys, useClass: TypeOrmStoredAccessKeys },
  ],
  exports: [
    AwsAccessService,
    AccessKeyStore,
    AwsVerification,
    AccessRoleSessions,
    CredentialUseService,
    AccessKeyRotationPolicyService,
    AccessKeyRotationService,
    RotationsInProgress,
    SealedSecrets,
  ],
})
export class AwsCredentialsModule {}
