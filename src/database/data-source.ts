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

/** Made before any other table: it tells a database of ours, however unfinished, from somebody else's. */
export const migrationsTable = 'schema_migration';

const log = new Logger('Database');
const nothing = () => undefined;

/** TypeORM's own writes a slow statement to stdout with its parameters, whatever `logging` says. */
const withoutValues: StatementLogger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: (ms) => log.warn(`The database took ${Math.round(Number(ms))} ms for a statement.`),
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
};

/** One answer to "which database", for the gateway, its tests and TypeORM's command line. Not connected yet. */
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
