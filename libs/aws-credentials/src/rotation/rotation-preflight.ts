import { iamContext, permissionManifest } from '#libs/iam-setup';
import { becauseOf } from '../access-denial.js';
import { maskAccessKeyId, type AwsAccessKey } from '../aws-access-key.js';
import { AwsAccessKeyLimit, CredentialsRejected } from '../aws-credentials.errors.js';
import type { AwsIam, AwsKeysOfUser } from '../aws-iam.js';
import type { RotatedAccount } from './rotated-accounts.js';

const keysPerUser = 2;

/** Required actions. The time of the last use of an access key is optional. */
const needed = permissionManifest.policies
  .flatMap(({ groups }) => groups)
  .filter(({ id }) => id === 'ROTATE_ACCESS_KEY')
  .flatMap(({ rules }) => rules.flatMap(({ actions }) => actions))
  .filter((action) => action !== 'iam:GetAccessKeyLastUsed');

/** No access key has this ID. AWS reports that only to callers who can delete access keys. */
const noKey = 'AKIA0000000000000000';

/**
 * Checks whether AWS allows the user of the access key to rotate it, without changing anything.
 *
 * @throws AwsAccessKeyLimit, CredentialsRejected naming the missing action
 */
export async function refuseUnlessRotatable(aws: AwsIam, key: AwsAccessKey, account: RotatedAccount): Promise<void> {
  const { region } = account;
  const listed = await aws.accessKeys(key, region);
  await refuseAccessKeyLimit(aws, key, region, listed);
  if (await simulated(aws, key, account, listed.at)) return;

  // If the user cannot simulate policies, makes calls that change nothing: activates an active access key, and deletes
  // one that does not exist.
  await aws.setKeyActive(key, region, key.accessKeyId, true);
  await aws.deleteAccessKey(key, region, noKey);
}

/** @throws AwsAccessKeyLimit when AWS would refuse to create another access key */
export async function refuseAccessKeyLimit(
  aws: AwsIam,
  key: AwsAccessKey,
  region: string,
  { keys }: AwsKeysOfUser,
): Promise<void> {
  const other = keys.find(({ accessKeyId }) => accessKeyId !== key.accessKeyId);
  if (!other || keys.length < keysPerUser) return;
  const lastUsedAt = await aws.keyLastUsed(key, region, other.accessKeyId).catch(() => null);
  throw new AwsAccessKeyLimit(maskAccessKeyId(other.accessKeyId), other.createdAt, other.isActive, lastUsedAt);
}

/**
 * @returns whether AWS allowed the simulation and its result is certain; it is uncertain for service control policies
 * and for condition keys that the gateway does not know
 */
async function simulated(aws: AwsIam, key: AwsAccessKey, account: RotatedAccount, at: Date): Promise<boolean> {
  const { region, awsUserArn: arn, awsUserId: userId } = account;
  if (!arn || !userId) return false;
  const question = { principalArn: arn, actions: needed, resources: [arn], context: iamContext({ arn, userId, at }) };
  const verdicts = await aws.simulate(key, region, question).catch((error: unknown) => {
    if (error instanceof CredentialsRejected && error.code === 'AWS_ACTION_DENIED') return null;
    throw error;
  });
  const isOpen = verdicts?.some(
    ({ isAllowedByOrganization, missingContext }) => !isAllowedByOrganization || missingContext.length > 0,
  );
  if (!verdicts || isOpen) return false;
  const denied = verdicts.filter(({ decision }) => decision !== 'allowed');
  if (denied.length === 0) return true;

  const isByBoundary = denied.some(({ isAllowedByBoundary }) => !isAllowedByBoundary);
  const isExplicit = denied.some(({ decision }) => decision === 'explicitDeny');
  const denier = isByBoundary ? 'PERMISSIONS_BOUNDARY' : isExplicit ? 'EXPLICIT_DENY' : 'IDENTITY_POLICY';
  const actions = denied.map(({ action }) => action).join(', ');
  const message = `AWS does not allow ${actions}: ${becauseOf(denier)}.`;
  throw new CredentialsRejected('AWS_ACTION_DENIED', message, null, null, {}, denier);
}
