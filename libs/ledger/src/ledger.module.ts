import { Module } from '@nestjs/common';
import {
  OrphansResolver,
  ProvisionedResourceResolver,
  ResourceChangeResolver,
} from './graphql/provisioned-resource.resolver.js';
import { LedgerService } from './ledger.service.js';
import { ProvisionedResources } from './provisioned-resources.js';
import { StandingInLedger } from './standing-in-ledger.js';
import { TypeOrmProvisionedResources } from './typeorm/typeorm-provisioned-resources.js';

@Module({
  providers: [
    LedgerService,
    StandingInLedger,
    ProvisionedResourceResolver,
    ResourceChangeResolver,
    OrphansResolver,
    { provide: ProvisionedResources, useClass: TypeOrmProvisionedResources },
  ],
  exports: [LedgerService, StandingInLedger],
})
export class LedgerModule {}
