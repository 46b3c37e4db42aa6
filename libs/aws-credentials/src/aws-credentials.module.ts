import { Module } from '@nestjs/common';
import { AwsCredentialsService } from './aws-credentials.service.js';
import { AccessRoleSessions } from './access-role-sessions.js';
import { AwsVerification } from './aws-verification.js';
import { AwsCredentialsResolver } from './graphql/aws-credentials.resolver.js';
import { StoredAccessKeys } from './stored-access-keys.js';
import { TypeOrmStoredAccessKeys } from './typeorm/typeorm-stored-access-keys.js';

/** Needs an `AwsIam` and a `GatewayIdentity`, which the host makes, because it knows where AWS is, and the settings of `IamSetupModule`. */
@Module({
  providers: [
    AwsCredentialsService,
    AccessRoleSessions,
    AwsVerification,
    AwsCredentialsResolver,
    { provide: StoredAccessKeys, useClass: TypeOrmStoredAccessKeys },
  ],
  exports: [AwsCredentialsService, AwsVerification, AccessRoleSessions],
})
export class AwsCredentialsModule {}
