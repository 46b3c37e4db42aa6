import { EventsModule } from '#libs/events';
import { IdempotencyModule } from '#libs/idempotency';
import { Module, type DynamicModule } from '@nestjs/common';
import { ExternalIdService } from './external-ids/external-id.service.js';
import { ExternalIds } from './external-ids/external-ids.js';
import { ExternalIdsOfTenant } from './external-ids/external-ids-of-tenant.js';
import { ExternalIdResolver, ViewerOfExternalIdsResolver } from './external-ids/external-id.resolver.js';
import { IamSetupResolver } from './graphql/iam-setup.resolver.js';
import { IamSetupService } from './iam-setup.service.js';
import { IamSetupSettings } from './iam-setup.js';
import { TypeOrmExternalIds } from './external-ids/typeorm-external-ids.js';

@Module({})
export class IamSetupModule {
  static of(settings: IamSetupSettings): DynamicModule {
    const shared = { provide: IamSetupSettings, useValue: settings };
    return {
      module: IamSetupModule,
      // Verification uses the same settings.
      global: true,
      imports: [EventsModule, IdempotencyModule],
      providers: [
        shared,
        IamSetupService,
        IamSetupResolver,
        ExternalIdService,
        ExternalIdsOfTenant,
        ExternalIdResolver,
        ViewerOfExternalIdsResolver,
        { provide: ExternalIds, useClass: TypeOrmExternalIds },
      ],
      exports: [IamSetupSettings, IamSetupService, ExternalIdService, ExternalIdsOfTenant],
    };
  }
}
