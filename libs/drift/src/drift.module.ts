import { AwsCredentialsModule } from '#libs/aws-credentials';
import { CloudAccountsModule } from '#libs/cloud-accounts';
import { EventsModule } from '#libs/events';
import { LedgerModule } from '#libs/ledger';
import { Module } from '@nestjs/common';
import { DriftReconciler } from './checks/drift.reconciler.js';
import { DriftFindings } from './drift-findings.js';
import { DriftCheckService } from './checks/drift-check.service.js';
import { DriftChecks } from './checks/drift-checks.js';
import { DriftComparison } from './checks/drift-comparison.js';
import { DriftCredentials } from './checks/drift-credentials.js';
import { DriftFindingService } from './findings/drift-finding.service.js';
import { DriftObservations } from './checks/drift-observations.js';
import { DriftWatches } from './drift-watches.js';
import { DriftService } from './drift.service.js';
import { AccountDriftResolver, DriftCheckResolver } from './checks/drift-check.resolver.js';
import { DriftFindingResolver, DriftFindingsResolver } from './findings/drift-finding.resolver.js';
import { DriftFindingNodes } from './findings/drift-finding.nodes.js';
import { TypeOrmDriftFindings } from './typeorm-drift-findings.js';
import { TypeOrmDriftWatches } from './typeorm-drift-watches.js';

/** Requires a `CloudInventory`, a `DriftPace` and a `ResourcesInChange` from the host. */
@Module({
  imports: [AwsCredentialsModule, CloudAccountsModule, EventsModule, LedgerModule],
  providers: [
    DriftReconciler,
    DriftChecks,
    DriftComparison,
    DriftCredentials,
    DriftObservations,
    DriftService,
    DriftCheckService,
    DriftFindingService,
    DriftCheckResolver,
    DriftFindingsResolver,
    DriftFindingResolver,
    AccountDriftResolver,
    DriftFindingNodes,
    { provide: DriftFindings, useClass: TypeOrmDriftFindings },
    { provide: DriftWatches, useClass: TypeOrmDriftWatches },
  ],
  exports: [DriftService, DriftFindingNodes],
})
export class DriftModule {}
