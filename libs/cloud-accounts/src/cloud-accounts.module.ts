import { AwsCredentialsModule } from '#libs/aws-credentials';
import { EventsModule } from '#libs/events';
import { IdempotencyModule } from '#libs/idempotency';
import { Module } from '@nestjs/common';
import { CloudAccountHealthChecks } from './cloud-account-health-checks.js';
import { CloudAccountHealthService } from './cloud-account-health.service.js';
import { CloudAccountHealths } from './cloud-account-healths.js';
import { CloudAccountService } from './cloud-account.service.js';
import { CloudAccounts } from './cloud-accounts.js';
import { CloudAccountInUseResolver } from './graphql/cloud-account-in-use.resolver.js';
import { CloudAccountNodes } from './graphql/cloud-account-nodes.js';
import { CredentialUsesResolver } from './graphql/credential-uses.resolver.js';
import { CloudAccountResolver, ViewerOfCloudAccountsResolver } from './graphql/cloud-account.resolver.js';
import { TypeOrmCloudAccountHealths } from './typeorm/typeorm-cloud-account-healths.js';
import { TypeOrmCloudAccounts } from './typeorm/typeorm-cloud-accounts.js';

/** Needs an `ActiveSubscriptions`; without one the application does not start. */
@Module({
  imports: [AwsCredentialsModule, EventsModule, IdempotencyModule],
  providers: [
    CloudAccountService,
    CloudAccountHealthService,
    CloudAccountHealthChecks,
    CloudAccountResolver,
    ViewerOfCloudAccountsResolver,
    CloudAccountInUseResolver,
    CredentialUsesResolver,
    CloudAccountNodes,
    { provide: CloudAccounts, useClass: TypeOrmCloudAccounts },
    { provide: CloudAccountHealths, useClass: TypeOrmCloudAccountHealths },
  ],
  exports: [CloudAccountService, CloudAccountHealthService, CloudAccountNodes],
})
export class CloudAccountsModule {}
