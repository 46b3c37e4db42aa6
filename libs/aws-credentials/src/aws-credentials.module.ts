import { Module } from '@nestjs/common';
import { AwsCredentialsService } from './aws-credentials.service.js';
import { StoredAccessKeys } from './stored-access-keys.js';
import { TypeOrmStoredAccessKeys } from './typeorm/typeorm-stored-access-keys.js';

/** Needs an `AwsIam`, which the host makes, because it knows where AWS is. */
@Module({
  providers: [AwsCredentialsService, { provide: StoredAccessKeys, useClass: TypeOrmStoredAccessKeys }],
  exports: [AwsCredentialsService],
})
export class AwsCredentialsModule {}
