import { EventsModule } from '#libs/events';
import { Module } from '@nestjs/common';
import { AwsAccessService } from './aws-access.service.js';
import { AwsCredentialsService } from './aws-credentials.service.js';
import { AccessRoleSessions } from './access-role-sessions.js';
import { AwsVerification } from './aws-verification.js';
import { CredentialUseService } from './credential-use.service.js';
import { CredentialUses } from './credential-uses.js';
import { AwsCredentialsResolver } from './graphql/aws-credentials.resolver.js';
import { SealedSecrets } from './sealed-secrets.js';
import { StoredAccessRoles } from './stored-access-roles.js';
import { TypeOrmStoredAccessRoles } from './typeorm/typeorm-stored-access-roles.js';
import { StoredAccessKeys } from './stored-access-keys.js';
import { TypeOrmCredentialUses } from './typeorm/typeorm-credential-uses.js';
import { TypeOrmStoredAccessKeys } from './typeorm/typeorm-stored-access-keys.js';

/** Needs an `AwsIam` and a `GatewayIdentity`, which the host makes, because it knows where AWS is, and the settings of `IamSetupModule`. */
@Module({
  imports: [EventsModule],
  providers: [
    AwsAccessService,
    AwsCredentialsService,
    AccessRoleSessions,
    AwsVerification,
    AwsCredentialsResolver,
    CredentialUseService,
    SealedSecrets,
    { provide: CredentialUses, useClass: TypeOrmCredentialUses },
    { provide: StoredAccessRoles, useClass: TypeOrmStoredAccessRoles },
    { provide: StoredAccessKeys, useClass: TypeOrmStoredAccessKeys },
  ],
  exports: [
    AwsAccessService,
    AwsCredentialsService,
    AwsVerification,
    AccessRoleSessions,
    CredentialUseService,
    SealedSecrets,
  ],
})
export class AwsCredentialsModule {}
