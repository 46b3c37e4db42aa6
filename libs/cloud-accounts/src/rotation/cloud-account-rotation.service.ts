import type { Viewer } from '#libs/access';
import { AccessKeyRotationPolicyService, AccessKeyRotationService } from '#libs/aws-credentials';
import type { Remember } from '#libs/idempotency';
import { UnitOfWork } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import type { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountDeletionService } from '../deletion/cloud-account-deletion.service.js';
import { CloudAccounts } from '../cloud-accounts.js';

/** Checks who can rotate the access key of an account, and when. */
@Injectable()
export class CloudAccountRotationService {
  constructor(
    private readonly accounts: CloudAccounts,
    private readonly rotations: AccessKeyRotationService,
    private readonly policies: AccessKeyRotationPolicyService,
    private readonly deletion: CloudAccountDeletionService,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Starts the rotation of the account's access key. Before any change, checks whether AWS allows it.
   *
   * @param remember stores the answer with the change, for repeated requests
   * @throws CloudAccountNotFound, CloudAccountIsHosted, VersionConflict, CredentialsNotRotatable, RotationInProgress,
   * AwsAccessKeyLimit, CredentialsRejected
   */
  async rotate(
    viewer: Viewer,
    { id, expectedVersion }: { id: number; expectedVersion: number },
    remember: Remember<CloudAccount>,
  ): Promise<CloudAccount> {
    const seen = await this.accounts.findForChange(viewer.tenantId, id, expectedVersion);
    await this.rotations.refuseUnlessPossible(seen, viewer.actor);

    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.holdForChange(viewer.tenantId, id, expectedVersion);
      await this.rotations.begin(account, viewer.actor, now);
      await remember(account);
      return account;
    });
  }

  /**
   * Cancels a rotation: keeps the old access key and deletes the new one. If the rotation ends immediately and was the
   * last blocker of a scheduled deletion, the account is deleted.
   *
   * @throws CloudAccountNotFound, CloudAccountIsHosted, RotationNotInProgress, RotationNotCancellable
   */
  cancel(viewer: Viewer, id: number): Promise<CloudAccount> {
    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.holdOwn(viewer.tenantId, id);
      await this.rotations.cancel(account, viewer.actor, now);
      await this.deletion.removeIfScheduled(account, viewer.actor, now);
      return account;
    });
  }

  /**
   * Sets the maximum age of the access key in days. Null: no automatic rotation.
   *
   * @throws CloudAccountNotFound, CloudAccountIsHosted, VersionConflict, InvalidInput, CredentialsNotRotatable
   */
  setPolicy(
    viewer: Viewer,
    {
      id,
      expectedVersion,
      rotationIntervalDays,
    }: { id: number; expectedVersion: number; rotationIntervalDays?: number | null },
  ): Promise<CloudAccount> {
    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.holdForChange(viewer.tenantId, id, expectedVersion);
      if (rotationIntervalDays === undefined) return account;
      await this.policies.change(account, rotationIntervalDays, viewer.actor, now);
      account.change({}, now);
      await this.accounts.update(account);
      return account;
    });
  }
}
