import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stored values that the API shows, by their former names. */
const errorCodes = {
  AWS_TEMPORARY_KEY: 'AWS_TEMPORARY_ACCESS_KEY',
  AWS_SECRET_WRONG: 'AWS_SECRET_ACCESS_KEY_WRONG',
  AWS_ROOT_KEY: 'AWS_ROOT_ACCESS_KEY',
  AWS_NOT_A_USER: 'AWS_NOT_IAM_USER',
  AWS_ACCESS_ROLE_OPEN: 'AWS_ACCESS_ROLE_WITHOUT_EXTERNAL_ID',
  AWS_ROLE_ASKS_EXTERNAL_ID: 'AWS_ROLE_REQUIRES_EXTERNAL_ID',
  AWS_ANSWER_UNUSABLE: 'AWS_RESPONSE_INVALID',
  GATEWAY_HAS_NO_IDENTITY: 'GATEWAY_IDENTITY_MISSING',
  AWS_KEY_LIMIT: 'AWS_ACCESS_KEY_LIMIT',
  AWS_ORPHAN_AMBIGUOUS: 'AWS_ORPHANED_ACCESS_KEY_AMBIGUOUS',
  SANDBOX_OFF: 'SANDBOX_DISABLED',
} as const;
const causes = {
  BOUNDARY: 'PERMISSIONS_BOUNDARY',
  KEY_UNKNOWN: 'ACCESS_KEY_UNKNOWN',
  TEMPORARY_KEY: 'TEMPORARY_ACCESS_KEY',
  FOREIGN_ANSWER: 'UNEXPECTED_RESPONSE',
  NO_TRUST: 'NOT_TRUSTED',
  STEP_BEFORE: 'PREVIOUS_STEP',
  WITHOUT_MFA: 'MFA_NOT_REQUIRED',
  TRUSTS_EVERYBODY: 'TRUSTS_ALL_ACCOUNTS',
  VENDOR_UNKNOWN: 'VENDOR_ACCOUNT_UNKNOWN',
  NOT_A_USER: 'NOT_IAM_USER',
  NO_GATEWAY_IDENTITY: 'GATEWAY_IDENTITY_MISSING',
  ANY_EXTERNAL_ID: 'EXTERNAL_ID_NOT_REQUIRED',
  SANDBOX_OFF: 'SANDBOX_DISABLED',
} as const;
const inReports = { ...causes, KEY_FORMAT: 'ACCESS_KEY_FORMAT', remedy: 'remediation', awsCalls: 'awsCallCount' };

/** Columns with a single value. */
const columns = [
  ['credential_trial', 'last_error_code', errorCodes],
  ['key_rotation', 'step', { PROVE: 'VERIFY_NEW' }],
  ['drift_finding', 'kind', { RESOURCE_GONE: 'RESOURCE_DELETED' }],
  ['drift_finding', 'resolution', { BY_HAND: 'MANUAL', NOT_EXPECTED: 'RESOURCE_REMOVED' }],
] as const;

/** Columns with JSON, in which values and names of fields are strings. */
const documents = [
  ['cloud_account_health', 'codes', errorCodes],
  ['cloud_account_health', 'report', inReports],
  ['drift_watch', 'codes', errorCodes],
  ['key_rotation', 'last_fault', errorCodes],
] as const;

/** Renames stored values to the standard terms of the API. */
export class RenameStoredValues1795530000000 implements MigrationInterface {
  readonly name = 'RenameStoredValues1795530000000';

  up(db: QueryRunner): Promise<void> {
    return rename(db, (names) => Object.entries(names));
  }

  down(db: QueryRunner): Promise<void> {
    return rename(db, (names) => Object.entries(names).map(([before, after]) => [after, before]));
  }
}

async function rename(
  db: QueryRunner,
  pairsOf: (names: Readonly<Record<string, string>>) => (readonly [string, string])[],
): Promise<void> {
  for (const [table, column, names] of columns)
    for (const [from, to] of pairsOf(names))
      await db.query(`UPDATE ${table} SET ${column} = ? WHERE ${column} = ?`, [to, from]);

  for (const [table, column, names] of documents)
    for (const [from, to] of pairsOf(names))
      await db.query(`UPDATE ${table} SET ${column} = REPLACE(${column}, ?, ?)`, [`"${from}"`, `"${to}"`]);
}
