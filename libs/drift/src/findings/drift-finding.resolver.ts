import { CurrentViewer, permission, RequiresRole, ViewerPermission, type Viewer } from '#libs/access';
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
import { DriftFindingService } from './drift-finding.service.js';
import type { Repair } from './repair.js';
import {
  AcknowledgeDriftFindingInput,
  AcknowledgeDriftFindingPayload,
  DriftFindingConnectionType,
  DriftFindingFilterInput,
  DriftFindingType,
  DriftRepairType,
  ResolveDriftFindingInput,
  ResolveDriftFindingPayload,
} from '../drift.types.js';

const order: ListOrder<ListedFinding, 'DETECTED_AT'> = {
  list: 'driftFindings',
  by: { DETECTED_AT: byMoment(({ detectedAt }) => detectedAt) },
};
const newestFirst = { field: 'DETECTED_AT', direction: 'DESC' } as const;

@Resolver()
export class DriftFindingsResolver {
  constructor(private readonly findings: DriftFindingService) {}

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
    const page = await this.findings.list(viewer, filter, pageRequest(order, args, newestFirst));
    return toConnection(order, newestFirst, page, () => this.findings.count(viewer, filter));
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
    return { finding: await this.findings.acknowledge(viewer, idOf('DriftFinding', id), note ?? null) };
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
    return { finding: await this.findings.resolve(viewer, idOf('DriftFinding', id), note ?? null) };
  }
}

@Resolver(() => DriftFindingType)
export class DriftFindingResolver {
  private readonly resources = new Batch((viewer: Viewer, findings: readonly ListedFinding[]) =>
    this.findings.resourcesOf(viewer, findings),
  );

  private readonly lines = new Batch((viewer: Viewer, findings: readonly ListedFinding[]) =>
    this.findings.linesOf(viewer, findings),
  );

  constructor(private readonly findings: DriftFindingService) {}

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
    return this.findings.repairOf(finding, lines, resource);
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
