import { CurrentViewer, permission, RequiresRole, ViewerPermission, type Viewer } from '#libs/access';
import { Batch, idOf } from '#libs/graphql';
import { eachOf } from '#libs/kernel';
import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { CloudAccount } from '../cloud-account.entity.js';
import { cancellable, type CredentialTrial } from './credential-trial.entity.js';
import { CredentialTrialService } from './credential-trial.service.js';
import { CloudAccountType } from '../cloud-account.type.js';
import {
  CancelPendingCredentialsInput,
  CancelPendingCredentialsPayload,
  CredentialsRejectionType,
  PendingCredentialsType,
} from './credential-trial.types.js';

@Resolver(() => CloudAccountType)
export class CredentialTrialResolver {
  private readonly trialOf = new Batch(async (viewer: Viewer, accounts: readonly CloudAccount[]) => {
    const ids = accounts.map(({ id }) => id);
    const trials = await this.trials.ofAccounts(viewer, ids);
    return eachOf(ids, trials, ({ cloudAccountId }) => cloudAccountId);
  });

  constructor(private readonly trials: CredentialTrialService) {}

  @RequiresRole('MANAGER')
  @Mutation(() => CancelPendingCredentialsPayload, {
    nullable: true,
    description:
      'Cancels and deletes new credentials that AWS does not recognize yet. An account without other credentials gets the status ERROR. Other accounts remain as they were.',
  })
  async cancelPendingCredentials(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Cloud account whose new credentials to cancel.' })
    { id, expectedVersion }: CancelPendingCredentialsInput,
  ): Promise<object> {
    return { cloudAccount: await this.trials.cancel(viewer, idOf('CloudAccount', id), expectedVersion) };
  }

  @ResolveField(() => PendingCredentialsType, {
    nullable: true,
    description: 'New credentials that AWS does not recognize yet. Null when there are none.',
  })
  async pendingCredentials(
    @CurrentViewer() viewer: Viewer,
    @Parent() account: CloudAccount,
  ): Promise<CredentialTrial | null> {
    const trial = await this.trialOf.load(viewer, account);
    return trial?.isOpen ? trial : null;
  }

  @ResolveField(() => CredentialsRejectionType, {
    nullable: true,
    description:
      'Rejection of the credentials that were set last, after they had been pending. Null when they were not rejected, and after other credentials are set.',
  })
  async credentialsRejection(
    @CurrentViewer() viewer: Viewer,
    @Parent() account: CloudAccount,
  ): Promise<CredentialTrial | null> {
    const trial = await this.trialOf.load(viewer, account);
    return trial?.isOpen === false ? trial : null;
  }

  @ResolveField(() => ViewerPermission, {
    description: 'Whether you can use `cancelPendingCredentials` on this account.',
  })
  async viewerCanCancelPendingCredentials(
    @CurrentViewer() viewer: Viewer,
    @Parent() account: CloudAccount,
  ): Promise<ViewerPermission> {
    const trial = await this.trialOf.load(viewer, account);
    return permission(
      viewer,
      'MANAGER',
      () => account.refuseChangeIfHosted(),
      () => cancellable(trial),
    );
  }
}
