import { EventsModule } from '#libs/events';
import { IdempotencyModule } from '#libs/idempotency';
import { Module } from '@nestjs/common';
import { AccessRecords } from './access-records.js';
import { AccessService } from './access.service.js';
import { ApiKeyService } from './api-key.service.js';
import { FailedAttempts } from './failed-attempts.js';
import { ApiKeyResolver, ViewerResolver } from './graphql/access.resolvers.js';
import { ApiKeyNodes } from './graphql/api-key-nodes.js';
import { RecentApiKeys } from './recent-api-keys.js';
import { TenantService } from './tenant.service.js';
import { TypeOrmAccessRecords } from './typeorm/typeorm-access-records.js';

/** Requires a `TenantContents` from the host. */
@Module({
  imports: [EventsModule, IdempotencyModule],
  providers: [
    AccessService,
    ApiKeyService,
    TenantService,
    ApiKeyNodes,
    FailedAttempts,
    RecentApiKeys,
    ViewerResolver,
    ApiKeyResolver,
    { provide: AccessRecords, useClass: TypeOrmAccessRecords },
  ],
  exports: [AccessService, ApiKeyService, ApiKeyNodes, TenantService],
})
export class AccessModule {}
