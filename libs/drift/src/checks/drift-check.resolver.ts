import { CurrentViewer, RequiresRole, type Viewer } from '#libs/access';
import { CloudAccountType, type CloudAccount } from '#libs/cloud-accounts';
import { Batch, idOf } from '#libs/graphql';
import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { DriftCheckService } from './drift-check.service.js';
import { DriftService, type SeenDrift } from '../drift.service.js';
import { CheckDriftInput, CheckDriftPayload, CloudAccountDriftType } from '../drift.types.js';

@Resolver()
export class DriftCheckResolver {
  constructor(
    private readonly checks: DriftCheckService,
    private readonly drift: DriftService,
  ) {}

  @RequiresRole('MANAGER')
  @Mutation(() => CheckDriftPayload, {
    nullable: true,
    description: 'Checks a cloud account for drift now. The response waits some seconds for the result.',
  })
  async checkDrift(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Cloud account to check.' }) { cloudAccountId }: CheckDriftInput,
  ) {
    const account = await this.checks.check(viewer, idOf('CloudAccount', cloudAccountId));
    const [drift] = await this.drift.of([account]);
    return { drift };
  }
}

/** Adds `drift` to CloudAccount. */
@Resolver(() => CloudAccountType)
export class AccountDriftResolver {
  private readonly driftOf = new Batch((_: Viewer, accounts: readonly CloudAccount[]) => this.drifts.of(accounts));

  constructor(private readonly drifts: DriftService) {}

  @ResolveField(() => CloudAccountDriftType, {
    nullable: true,
    description:
      'Drift of the account: differences between its resources and their expected state. Null while nothing was built, and for hosted accounts, which the gateway cannot access.',
  })
  drift(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): Promise<SeenDrift | null> {
    return this.driftOf.load(viewer, account);
  }
}
