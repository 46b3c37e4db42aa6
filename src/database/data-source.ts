import { ApiKey, Tenant } from '#libs/access';
import {
  CredentialUse,
  AccessKeyRotation,
  AccessKeyRotationPolicy,
  StoredAccessKey,
  StoredAccessRole,
} from '#libs/aws-credentials';
import {
  CloudAccount,
  CloudAccountHealth,
  CredentialTrial,
  DeletedCloudAccount,
  ForceDetachRequest,
} from '#libs/cloud-accounts';
import { connectionOptions, considerOthers, serializeSqlite, type DatabaseLocation } from '#libs/database';
import { DriftFinding, DriftWatch } from '#libs/drift';
import { KeyCanaryRow, StoredKeyRow } from '#libs/encryption';
import { EventRow } from '#libs/events';
import { ExternalId } from '#libs/iam-setup';
import { ClaimRow } from '#libs/idempotency';
import { ProvisionedResource, ResourceChange } from '#libs/ledger';
import { ProvisioningWork, Subscription } from '#libs/subscriptions';
import { Logger } from '@nestjs/common';
import { DataSource, type Logger as StatementLogger } from 'typeorm';
import * as migrations from './migrations/index.js';

/** Created before all other tables. It distinguishes a database of the gateway, even an incomplete one, from others. */
export const migrationsTable = 'schema_migration';

const log = new Logger('Database');
const nothing = () => undefined;

/** TypeORM's own logger writes slow statements to stdout with their parameters, regardless of `logging`. */
const withoutValues: StatementLogger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: (ms) => log.warn(`The database took ${Math.round(Number(ms))} ms for a statement.`),
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
};

/** The only definition of the database, for the gateway, its tests and TypeORM's command line. Not connected yet. */
export async function dataSourceFor(location: DatabaseLocation): Promise<DataSource> {
  const dataSource = new DataSource({
    ...(await connectionOptions(location)),
    entities: [
      ApiKey,
      ClaimRow,
      CloudAccount,
      CloudAccountHealth,
      CredentialTrial,
      CredentialUse,
      DeletedCloudAccount,
      DriftFinding,
      DriftWatch,
      EventRow,
      ExternalId,
      ForceDetachRequest,
      KeyCanaryRow,
      AccessKeyRotation,
      AccessKeyRotationPolicy,
      ProvisionedResource,
      ProvisioningWork,
      ResourceChange,
      StoredAccessKey,
      StoredAccessRole,
      StoredKeyRow,
      Subscription,
      Tenant,
    ],
    migrations: Object.values(migrations),
    migrationsTableName: migrationsTable,
    synchronize: false,
    logging: false,
    logger: withoutValues,
  });
  return considerOthers('file' in location ? serializeSqlite(dataSource) : dataSource);
}
