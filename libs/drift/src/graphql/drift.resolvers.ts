import { CurrentViewer, permission, RequiresRole, ViewerPermission, type Viewer } from '#libs/access';
import { CloudAccountType, type CloudAccount } from '#libs/cloud-accounts';
import {
  Batch,
  byMoment,
  ConnectionArgs,
  idOf,
  pageRequest,
  toConnection,
  type Connection,
  type ListOrder,
} from '#libs/graphql';
import { ProvisionedResourceType, type ListedResource } from '#libs/ledger';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { ListedFinding } from '../drift-finding.entity.js';
import { DriftService, type SeenDrift } from '../drift.service.js';
import type { Repair } from '../repair.js';
import {
  AcknowledgeDriftFindingInput,
  AcknowledgeDriftFindingPayload,
  CheckDriftInput,
  CheckDriftPayload,
  CloudAccountDriftType,
  DriftFindingConnectionType,
  DriftFindingFilterInput,
  DriftFindingType,
  DriftRepairType,
  ResolveDriftFindingInput,
  ResolveDriftFindingPayload,
} from './drift.types.js';

const order: ListOrder<ListedFinding, 'DETECTED_AT'> = {
  list: 'driftFindings',
  by: { DETECTED_AT: byMoment(({ detectedAt }) => detectedAt) },
};
const newestFirst = { field: 'DETECTED_AT', direction: 'DESC' } as const;

@Resolver()
export class DriftResolver {
  constructor(private readonly drift: DriftService) {}

  @Query(() => DriftFindingConnectionType, {
    description:
      'Drift findings in your cloud accounts: differences between resources and their expected state. Newest first.',
  })
  async driftFindings(
    @CurrentViewer() viewer: Viewer,
    @Args() args: ConnectionArgs,
    @Args('filter', {
      type: () => DriftFindingFilterInput,
      nullable: true,
      description: 'Filter for the list.',
    })
    given?: DriftFindingFilterInput | null,
  ): Promise<Connection<ListedFinding>> {
    const { cloudAccountId, subscriptionId, ...others } = given ?? {};
    const filter = {
      ...others,
      ...(cloudAccountId != null && { cloudAccountId: idOf('CloudAccount', cloudAccountId) }),
      ...(subscriptionId != null && { subscriptionId: idOf('CloudSubscription', subscriptionId) }),
    };
    const page = await this.drift.list(viewer, filter, pageRequest(order, args, newestFirst));
    return toConnection(order, newestFirst, page, () => this.drift.count(viewer, filter));
  }

  @RequiresRole('MANAGER')
  @Mutation(() => CheckDriftPayload, {
    nullable: true,
    description: 'Checks a cloud account for drift now. The response waits some seconds for the result.',
  })
  async checkDrift(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Cloud account to check.' }) { cloudAccountId }: CheckDriftInput,
  ) {
    const account = await this.drift.check(viewer, idOf('CloudAccount', cloudAccountId));
    const [drift] = await this.drift.of([account]);
    return { drift };
  }

  @RequiresRole('MANAGER')
  @Mutation(() => AcknowledgeDriftFindingPayload, {
    nullable: true,
    description:
      'Acknowledges a finding. It stays open until a check finds the expected state, or until it is resolved.',
  })
  async acknowledgeDriftFinding(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Finding to acknowledge.' }) { id, note }: AcknowledgeDriftFindingInput,
  ) {
    return { finding: await this.drift.acknowledge(viewer, idOf('DriftFinding', id), note ?? null) };
  }

  @RequiresRole('MANAGER')
  @Mutation(() => ResolveDriftFindingPayload, {
    nullable: true,
    description: 'Resolves a finding. If the next check still finds the difference, it creates a new finding.',
  })
  async resolveDriftFinding(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Finding to resolve.' }) { id, note }: ResolveDriftFindingInput,
  ) {
    return { finding: await this.drift.resolve(viewer, idOf('DriftFinding', id), note ?? null) };
  }
}

@Resolver(() => DriftFindingType)
export class DriftFindingResolver {
  private readonly resources = new Batch((viewer: Viewer, findings: readonly ListedFinding[]) =>
    this.drift.resourcesOf(viewer, findings),
  );

  private readonly lines = new Batch((viewer: Viewer, findings: readonly ListedFinding[]) =>
    this.drift.linesOf(viewer, findings),
  );

  constructor(private readonly drift: DriftService) {}

  @ResolveField(() => [String])
  async expected(@CurrentViewer() viewer: Viewer, @Parent() finding: ListedFinding): Promise<readonly string[]> {
    return (await this.lines.load(viewer, finding)).expected;
  }

  @ResolveField(() => [String])
  async actual(@CurrentViewer() viewer: Viewer, @Parent() finding: ListedFinding): Promise<readonly string[]> {
    return (await this.lines.load(viewer, finding)).actual;
  }

  @ResolveField(() => ProvisionedResourceType, { description: 'Resource of the finding.' })
  resource(@CurrentViewer() viewer: Viewer, @Parent() finding: ListedFinding): Promise<ListedResource> {
    return this.resources.load(viewer, finding);
  }

  @ResolveField(() => DriftRepairType, { description: 'Instructions to restore the expected state.' })
  async repair(@CurrentViewer() viewer: Viewer, @Parent() finding: ListedFinding): Promise<Repair> {
    const [lines, resource] = await Promise.all([
      this.lines.load(viewer, finding),
      this.resources.load(viewer, finding),
    ]);
    return this.drift.repairOf(finding, lines, resource);
  }

  @ResolveField(() => ViewerPermission, {
    description: 'Whether you can use `acknowledgeDriftFinding` on this finding.',
  })
  viewerCanAcknowledge(@CurrentViewer() viewer: Viewer, @Parent() finding: ListedFinding): ViewerPermission {
    return permission(viewer, 'MANAGER', () => finding.refuseChange());
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you can use `resolveDriftFinding` on this finding.' })
  viewerCanResolve(@CurrentViewer() viewer: Viewer, @Parent() finding: ListedFinding): ViewerPermission {
    return permission(viewer, 'MANAGER', () => finding.refuseChange());
  }
}

/** Adds `drift` to CloudAccount. */
@Resolver(() => CloudAccountType)
export class AccountDriftResolver {
  private readonly driftOf = new Batch((_: Viewer, accounts: readonly CloudAccount[]) => this.service.of(accounts));

  constructor(private readonly service: DriftService) {}

  @ResolveField(() => CloudAccountDriftType, {
    nullable: true,
    description:
      'Drift of the account: differences between its resources and their expected state. Null while nothing was built, and for hosted accounts, which the gateway cannot access.',
  })
  drift(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): Promise<SeenDrift | null> {
    return this.driftOf.load(viewer, account);
  }
}
