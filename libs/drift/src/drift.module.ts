import { AwsCredentialsModule } from '#libs/aws-credentials';
import { CloudAccountsModule } from '#libs/cloud-accounts';
import { EventsModule } from '#libs/events';
import { LedgerModule } from '#libs/ledger';
import { Module } from '@nestjs/common';
import { DriftReconciler } from './drift.reconciler.js';
import { DriftFindings } from './drift-findings.js';
import { DriftObservations } from './drift-observations.js';
import { DriftWatches } from './drift-watches.js';
import { DriftService } from './drift.service.js';
import { AccountDriftResolver, DriftFindingResolver, DriftResolver } from './graphql/drift.resolvers.js';
import { DriftFindingNodes } from './graphql/drift-finding-nodes.js';
import { TypeOrmDriftFindings } from './typeorm/typeorm-drift-findings.js';
import { TypeOrmDriftWatches } from './typeorm/typeorm-drift-watches.js';

/** Requires a `CloudInventory`, a `DriftPace` and a `ResourcesInChange` from the host. */
@Module({
  imports: [AwsCredentialsModule, CloudAccountsModule, EventsModule, LedgerModule],
  providers: [
    DriftReconciler,
    DriftObservations,
    DriftService,
    DriftResolver,
    DriftFindingResolver,
    AccountDriftResolver,
    DriftFindingNodes,
    { provide: DriftFindings, useClass: TypeOrmDriftFindings },
    { provide: DriftWatches, useClass: TypeOrmDriftWatches },
  ],
  exports: [DriftService, DriftFindingNodes],
})
export class DriftModule {}
