import { EventsModule } from '#libs/events';
import { Module } from '@nestjs/common';
import { AwsAccessService } from './aws-access.service.js';
import { AwsCredentialsService } from './aws-credentials.service.js';
import { AccessRoleSessions } from './access-role-sessions.js';
import { AwsVerification } from './aws-verification.js';
import { CredentialUseService } from './credential-use.service.js';
import { CredentialUses } from './credential-uses.js';
import { AwsCredentialsResolver } from './graphql/aws-credentials.resolver.js';
import { KeyRotationLoop } from './key-rotation-loop.js';
import { KeyRotationPolicies } from './key-rotation-policies.js';
import { KeyRotationPolicyService } from './key-rotation-policy.service.js';
import { KeyRotationService } from './key-rotation.service.js';
import { KeyRotations } from './key-rotations.js';
import { KeyRotator } from './key-rotator.js';
import { RotationJournal } from './rotation-journal.js';
import { SealedSecrets } from './sealed-secrets.js';
import { StoredAccessRoles } from './stored-access-roles.js';
import { TypeOrmStoredAccessRoles } from './typeorm/typeorm-stored-access-roles.js';
import { StoredAccessKeys } from './stored-access-keys.js';
import { TypeOrmCredentialUses } from './typeorm/typeorm-credential-uses.js';
import { TypeOrmKeyRotationPolicies } from './typeorm/typeorm-key-rotation-policies.js';
import { TypeOrmKeyRotations } from './typeorm/typeorm-key-rotations.js';
import { TypeOrmStoredAccessKeys } from './typeorm/typeorm-stored-access-keys.js';

/**
 * Needs an `AwsIam`, a `GatewayIdentity` and a `RotationPace`, which the host makes, because it knows where AWS is and how
 * it was set; the settings of `IamSetupModule`; and a `RotatedAccounts`.
 */
@Module({
  imports: [EventsModule],
  providers: [
    AwsAccessService,
    AwsCredentialsService,
    AccessRoleSessions,
    AwsVerification,
    AwsCredentialsResolver,
    CredentialUseService,
    KeyRotationLoop,
    KeyRotationPolicyService,
    KeyRotationService,
    KeyRotator,
    RotationJournal,
    SealedSecrets,
    { provide: CredentialUses, useClass: TypeOrmCredentialUses },
    { provide: KeyRotationPolicies, useClass: TypeOrmKeyRotationPolicies },
    { provide: KeyRotations, useClass: TypeOrmKeyRotations },
    { provide: StoredAccessRoles, useClass: TypeOrmStoredAccessRoles },
    { provide: StoredAccessKeys, useClass: TypeOrmStoredAccessKeys },
  ],
  exports: [
    AwsAccessService,
    AwsCredentialsService,
    AwsVerification,
    AccessRoleSessions,
    CredentialUseService,
    KeyRotationPolicyService,
    KeyRotationService,
    SealedSecrets,
  ],
})
export class AwsCredentialsModule {}
