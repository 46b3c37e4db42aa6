import { CurrentViewer, permission, RequiresRole, ViewerPermission, type Viewer } from '#libs/access';
import {
  AccessKeyStore,
  AwsCredentialsType,
  cancellable,
  accessKeyToRotate,
  AccessKeyRotationPolicyService,
  AccessKeyRotationService,
  maskAccessKeyId,
  type AccessKeyRotation,
  type StoredAccessKey,
} from '#libs/aws-credentials';
import { Batch, DateTimeScalar, idOf } from '#libs/graphql';
import { Idempotency } from '#libs/idempotency';
import { eachOf, Clock } from '#libs/kernel';
import { Args, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountRotationService } from './cloud-account-rotation.service.js';
import { CloudAccountType } from '../cloud-account.type.js';
import {
  CancelRotationInput,
  RotateAwsCredentialsInput,
  SetAccessKeyRotationPolicyInput,
} from './access-key-rotation.inputs.js';
import {
  CancelRotationPayload,
  AccessKeyRotationErrorType,
  OrphanedAccessKeyType,
  AccessKeyRotationType,
  RotateAwsCredentialsPayload,
  SetAccessKeyRotationPolicyPayload,
} from './access-key-rotation.types.js';

@Resolver(() => CloudAccountType)
export class AccessKeyRotationResolver {
  private readonly rotationOf = new Batch(async (viewer: Viewer, accounts: readonly CloudAccount[]) => {
    const ids = accounts.map(({ id }) => id);
    const rotations = await this.rotations.ofAccounts(viewer.tenantId, ids);
    return eachOf(ids, rotations, ({ cloudAccountId }) => cloudAccountId);
  });

  private readonly rotatableOf = new Batch((viewer: Viewer, accounts: readonly CloudAccount[]) => {
    const ids = accounts.map(({ id }) => id);
    return this.credentials.listRotatable(viewer.tenantId, ids);
  });

  private readonly policyOf = new Batch(async (viewer: Viewer, accounts: readonly CloudAccount[]) => {
    const ids = accounts.map(({ id }) => id);
    const policies = await this.policies.ofAccounts(viewer.tenantId, ids);
    return eachOf(ids, policies, ({ cloudAccountId }) => cloudAccountId);
  });

  constructor(
    private readonly service: CloudAccountRotationService,
    private readonly credentials: AccessKeyStore,
    private readonly rotations: AccessKeyRotationService,
    private readonly policies: AccessKeyRotationPolicyService,
    private readonly idempotency: Idempotency,
  ) {}

  @RequiresRole('MANAGER')
  @Mutation(() => RotateAwsCredentialsPayload, {
    nullable: true,
    description:
      'Starts the rotation of the access key of a cloud account: replaces it with a new access key of the same IAM user, without downtime. Before any change, the gateway checks whether AWS allows the rotation. The rotation then continues in the background, and `rotation` shows its progress.',
  })
  async rotateAwsCredentials(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Cloud account whose access key to rotate.' }) input: RotateAwsCredentialsInput,
  ) {
    const change = { ...input, id: idOf('CloudAccount', input.id) };
    const cloudAccount = await this.idempotency.once(viewer, 'rotateAwsCredentials', input, CloudAccount, (remember) =>
      this.service.rotate(viewer, change, remember),
    );
    return { cloudAccount };
  }

  @RequiresRole('MANAGER')
  @Mutation(() => CancelRotationPayload, {
    nullable: true,
    description:
      'Cancels a rotation: keeps the old access key and deletes the new one in AWS. A rotation in NEEDS_ATTENTION that cannot continue ends immediately. Its events list what remains in AWS.',
  })
  async cancelRotation(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Cloud account whose rotation to cancel.' }) { id }: CancelRotationInput,
  ) {
    return { cloudAccount: await this.service.cancel(viewer, idOf('CloudAccount', id)) };
  }

  @RequiresRole('MANAGER')
  @Mutation(() => SetAccessKeyRotationPolicyPayload, {
    nullable: true,
    description:
      'Sets the maximum age of the access key of a cloud account. The gateway records events 15, 7 and 1 days before a rotation is due. Then it rotates the access key, if AWS allows it.',
  })
  async setAccessKeyRotationPolicy(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Cloud account and rotation policy.' }) input: SetAccessKeyRotationPolicyInput,
  ) {
    const change = { ...input, id: idOf('CloudAccount', input.id) };
    return { cloudAccount: await this.service.setPolicy(viewer, change) };
  }

  @ResolveField(() => AccessKeyRotationType, {
    nullable: true,
    description: 'Most recent rotation of the access key. Null when there was none.',
  })
  rotation(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): Promise<AccessKeyRotation | null> {
    return this.rotationOf.load(viewer, account);
  }

  @ResolveField(() => Int, {
    nullable: true,
    description: 'Maximum age of the access key in days. Null: no automatic rotation.',
  })
  async rotationIntervalDays(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): Promise<number | null> {
    return (await this.policyOf.load(viewer, account))?.rotationIntervalDays ?? null;
  }

  @ResolveField(() => ViewerPermission, {
    description:
      'Whether you can use `rotateAwsCredentials` on this account. Does not check whether AWS allows the rotation.',
  })
  async viewerCanRotate(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): Promise<ViewerPermission> {
    const rotatable = await this.rotatableOf.load(viewer, account);
    return permission(
      viewer,
      'MANAGER',
      () => account.refuseChangeIfHosted(),
      () => accessKeyToRotate(rotatable),
    );
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you can use `cancelRotation` on this account.' })
  async viewerCanCancelRotation(
    @CurrentViewer() viewer: Viewer,
    @Parent() account: CloudAccount,
  ): Promise<ViewerPermission> {
    const rotation = await this.rotationOf.load(viewer, account);
    return permission(
      viewer,
      'MANAGER',
      () => account.refuseChangeIfHosted(),
      () => cancellable(rotation),
    );
  }
}

/** Fields of a rotation whose format differs from the stored one. */
@Resolver(() => AccessKeyRotationType)
export class AccessKeyRotationFieldsResolver {
  @ResolveField(() => String)
  oldAccessKeyId(@Parent() { oldKeyId }: AccessKeyRotation): string {
    return maskAccessKeyId(oldKeyId);
  }

  @ResolveField(() => String, { nullable: true })
  newAccessKeyId(@Parent() { newKeyId }: AccessKeyRotation): string | null {
    return newKeyId && maskAccessKeyId(newKeyId);
  }

  @ResolveField(() => AccessKeyRotationErrorType, { nullable: true })
  lastError(@Parent() { lastFault }: AccessKeyRotation): AccessKeyRotationErrorType | null {
    return lastFault;
  }

  @ResolveField(() => OrphanedAccessKeyType, { nullable: true })
  orphan(@Parent() rotation: AccessKeyRotation): OrphanedAccessKeyType | null {
    const { orphanKeyId, orphanFoundAt, orphanGraceUntil: graceUntil, orphanDeletedAt: deletedAt } = rotation;
    if (!orphanKeyId || !orphanFoundAt) return null;
    return { accessKeyId: maskAccessKeyId(orphanKeyId), foundAt: orphanFoundAt, graceUntil, deletedAt };
  }

  @ResolveField(() => [String])
  candidates(@Parent() { candidateIds }: AccessKeyRotation): string[] {
    return candidateIds ?? [];
  }
}

const day = 24 * 60 * 60 * 1000;

/** Age of the access key that an account uses. */
@Resolver(() => AwsCredentialsType)
export class AccessKeyAgeResolver {
  private readonly policyOf = new Batch(async (viewer: Viewer, keys: readonly StoredAccessKey[]) => {
    const ids = keys.map(({ cloudAccountId }) => cloudAccountId);
    const policies = await this.policies.ofAccounts(viewer.tenantId, ids);
    return eachOf(ids, policies, ({ cloudAccountId }) => cloudAccountId);
  });

  constructor(
    private readonly policies: AccessKeyRotationPolicyService,
    private readonly clock: Clock,
  ) {}

  @ResolveField(() => Int, { description: 'Age of the access key in whole days, counted from `setAt`.' })
  ageInDays(@Parent() { setAt }: StoredAccessKey): number {
    return Math.max(0, Math.floor((this.clock.now().getTime() - setAt.getTime()) / day));
  }

  @ResolveField(() => DateTimeScalar, {
    nullable: true,
    description: 'Time when the rotation is due. Null when the account has no rotation policy.',
  })
  async rotationDueAt(@CurrentViewer() viewer: Viewer, @Parent() key: StoredAccessKey): Promise<Date | null> {
    return (await this.policyOf.load(viewer, key))?.dueAt(key.setAt) ?? null;
  }
}
