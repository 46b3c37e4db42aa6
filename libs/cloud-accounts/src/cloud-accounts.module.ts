import { AwsCredentialsModule } from '#libs/aws-credentials';
import { EventsModule } from '#libs/events';
import { IdempotencyModule } from '#libs/idempotency';
import { Module } from '@nestjs/common';
import { CloudAccountService } from './cloud-account.service.js';
import { CloudAccounts } from './cloud-accounts.js';
import { CloudAccountInUseResolver } from './graphql/cloud-account-in-use.resolver.js';
import { CloudAccountNodes } from './graphql/cloud-account-nodes.js';
import { CredentialUsesResolver } from './graphql/credential-uses.resolver.js';
import { CloudAccountResolver, ViewerOfCloudAccountsResolver } from './graphql/cloud-account.resolver.js';
import { TypeOrmCloudAccounts } from './typeorm/typeorm-cloud-accounts.js';

/** Needs an `ActiveSubscriptions`; without one the application does not start. */
@Module({
  imports: [AwsCredentialsModule, EventsModule, IdempotencyModule],
  providers: [
    CloudAccountService,
    CloudAccountResolver,
    ViewerOfCloudAccountsResolver,
    CloudAccountInUseResolver,
    CredentialUsesResolver,
    CloudAccountNodes,
    { provide: CloudAccounts, useClass: TypeOrmCloudAccounts },
  ],
  exports: [CloudAccountService, CloudAccountNodes],
})
export class CloudAccountsModule {}
