import { accessErrors } from '#libs/access';
import { awsCredentialsErrors } from '#libs/aws-credentials';
import { cloudAccountErrors } from '#libs/cloud-accounts';
import { databaseErrors } from '#libs/database';
import { idempotencyErrors } from '#libs/idempotency';
import { commonErrors, type ErrorCatalog } from '#libs/kernel';
import { subscriptionErrors } from '#libs/subscriptions';

/** Every refusal of every domain. */
export const errorCatalog: ErrorCatalog = {
  ...commonErrors,
  ...databaseErrors,
  ...accessErrors,
  ...idempotencyErrors,
  ...awsCredentialsErrors,
  ...cloudAccountErrors,
  ...subscriptionErrors,
};
