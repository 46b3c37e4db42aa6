import { placeholdersIn } from '../placeholders.js';
import { accounts, credentialChecks } from './accounts.js';
import { apiKeys } from './api-keys.js';
import { deletion, forcedDetachment } from './deletion.js';
import { drift } from './drift.js';
import { firstSteps } from './first-steps.js';
import { iamSetup } from './iam-setup.js';
import type { Group, Operation } from './operation.js';
import { provisioner } from './provisioner.js';
import { accessKeyRotation } from './rotation.js';
import { subscriptions } from './subscriptions.js';

export { nameOf, type Group, type Operation } from './operation.js';

/** At least one operation for each field of Query and Mutation. A test compares them with the schema. */
export const groups: readonly Group[] = [
  firstSteps,
  accounts,
  credentialChecks,
  iamSetup,
  subscriptions,
  deletion,
  forcedDetachment,
  accessKeyRotation,
  apiKeys,
  provisioner,
  drift,
];

export const operations: readonly Operation[] = groups.flatMap((group) => group.operations);

/** Values that are extracted from responses. */
export const placeholders: ReadonlySet<string> = new Set(
  operations.flatMap(({ variables }) => placeholdersIn(variables)),
);
