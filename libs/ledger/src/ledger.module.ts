import { Module } from '@nestjs/common';
import {
  OrphanedResourcesResolver,
  ProvisionedResourceResolver,
  ResourceChangeResolver,
} from './graphql/provisioned-resource.resolver.js';
import { LedgerService } from './ledger.service.js';
import { ProvisionedResources } from './provisioned-resources.js';
import { RemainingInLedger } from './remaining-in-ledger.js';
import { TypeOrmProvisionedResources } from './typeorm/typeorm-provisioned-resources.js';

@Module({
  providers: [
    LedgerService,
    RemainingInLedger,
    ProvisionedResourceResolver,
    ResourceChangeResolver,
    OrphanedResourcesResolver,
    { provide: ProvisionedResources, useClass: TypeOrmProvisionedResources },
  ],
  exports: [LedgerService, RemainingInLedger],
})
export class LedgerModule {}
