import { CredentialsNotRotatable, RotationInProgress, RotationNotInProgress } from './aws-credentials.errors.js';
import type { AccessKeyRotation } from './access-key-rotation.entity.js';
import type { StoredAccessKey } from './stored-access-key.entity.js';

/** Access keys of an account in every slot, and its most recent rotation. */
export interface RotatableAccessKeys {
  readonly rotation: AccessKeyRotation | null;
  readonly keys: readonly StoredAccessKey[];
}

/**
 * Rule: the gateway rotates the current access key of an account that has no other key and no rotation in progress.
 *
 * @throws RotationInProgress, CredentialsNotRotatable
 */
export function accessKeyToRotate({ rotation, keys }: RotatableAccessKeys): StoredAccessKey {
  if (rotation && !rotation.isOver) throw new RotationInProgress();
  const current = keys.find(({ slot }) => slot === 'CURRENT');
  if (!current || keys.length > 1) throw new CredentialsNotRotatable();
  return current;
}

/**
 * Rule: a rotation can be cancelled until the old access key is being deleted.
 *
 * @throws RotationNotInProgress, RotationNotCancellable
 */
export function cancellable<Rotation extends AccessKeyRotation>(rotation: Rotation | null): Rotation {
  if (!rotation) throw new RotationNotInProgress();
  rotation.refuseCancellation();
  return rotation;
}
