import { permissionManifest } from '#libs/iam-setup';
import { maskAccessKeyId, type AwsAccessKey } from './aws-access-key.js';
import { AwsKeyLimit, CredentialsRejected } from './aws-credentials.errors.js';
import type { AwsIam, AwsKeysOfUser } from './aws-iam.js';
import type { RotatedAccount } from './rotated-accounts.js';

const keysPerUser = 2;

/** What a rotation cannot do without; whether a key was used lately is only good to know. */
const needed = permissionManifest.policies
  .flatMap(({ groups }) => groups)
  .filter(({ id }) => id === 'ROTATE_ITS_KEY')
  .flatMap(({ rules }) => rules.flatMap(({ actions }) => actions))
  .filter((action) => action !== 'iam:GetAccessKeyLastUsed');

/** No key has this id: AWS says so to whoever may delete keys, and refuses all others. */
const noKey = 'AKIA0000000000000000';

/**
 * That AWS will let the key's user rotate it, found out without changing anything there.
 *
 * @throws AwsKeyLimit, CredentialsRejected naming the action that is missing
 */
export async function refuseUnlessRotatable(aws: AwsIam, key: AwsAccessKey, account: RotatedAccount): Promise<void> {
  const { region } = account;
  const listed = await aws.accessKeys(key, region);
  await refuseFullUser(aws, key, region, listed);
  if (await simulated(aws, key, account)) return;

  // Whoever may not simulate is asked what changes nothing: an active key is activated, a key that is not there deleted.
  await aws.setKeyActive(key, region, key.accessKeyId, true);
  await aws.deleteAccessKey(key, region, noKey);
}

/** @throws AwsKeyLimit when AWS would refuse to make another key */
export async function refuseFullUser(
  aws: AwsIam,
  key: AwsAccessKey,
  region: string,
  { keys }: AwsKeysOfUser,
): Promise<void> {
  const other = keys.find(({ accessKeyId }) => accessKeyId !== key.accessKeyId);
  if (!other || keys.length < keysPerUser) return;
  const lastUsedAt = await aws.keyLastUsed(key, region, other.accessKeyId).catch(() => null);
  throw new AwsKeyLimit(maskAccessKeyId(other.accessKeyId), other.createdAt, other.isActive, lastUsedAt);
}

/**
 * @returns whether AWS let us ask, and its answer is to be believed: what an organisation withholds, the simulation does
 *   not always know
 */
async function simulated(aws: AwsIam, key: AwsAccessKey, { region, awsUserArn }: RotatedAccount): Promise<boolean> {
  if (!awsUserArn) return false;
  const question = { principalArn: awsUserArn, actions: needed, resources: [awsUserArn], context: {} };
  const verdicts = await aws.simulate(key, region, question).catch((error: unknown) => {
    if (error instanceof CredentialsRejected && error.code === 'AWS_ACTION_DENIED') return null;
    throw error;
  });
  const denied = verdicts?.filter(({ decision }) => decision !== 'allowed') ?? [];
  if (!verdicts || denied.some(({ isAllowedByOrganization }) => !isAllowedByOrganization)) return false;
  if (denied.length === 0) return true;

  const denier = denied.every(({ isAllowedByBoundary }) => isAllowedByBoundary) ? 'IDENTITY_POLICY' : 'BOUNDARY';
  const actions = denied.map(({ action }) => action).join(', ');
  throw new CredentialsRejected('AWS_ACTION_DENIED', `AWS does not allow ${actions}.`, null, null, {}, denier);
}
