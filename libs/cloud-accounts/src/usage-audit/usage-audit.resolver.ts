import { CurrentViewer, permission, type Viewer } from '#libs/access';
import { ConnectionArgs, idOf, type Connection } from '#libs/graphql';
import { Args, ID, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { Blocker } from '../blocker.js';
import { Blockers } from '../blockers/blockers.js';
import type { CloudAccount } from '../cloud-account.entity.js';
import { UsageAuditService, type UsageAudit } from './usage-audit.service.js';
import { explanations, type UsageFinding } from './usage-finding.js';
import { blockersOf } from '../blockers/blocker-connection.types.js';
import { CloudAccountBlockerConnectionType } from '../deletion/cloud-account-deletion.types.js';
import { CloudAccountType } from '../cloud-account.type.js';
import { UsageAuditType, UsageFindingType } from './usage-audit.types.js';

@Resolver(() => UsageAuditType)
export class UsageAuditResolver {
  constructor(
    private readonly audits: UsageAuditService,
    private readonly whatBlocks: Blockers,
  ) {}

  @Query(() => UsageAuditType, {
    nullable: true,
    description:
      'Usage of a cloud account: whether it can be deleted, and inconsistent records. Computed from the database rows on every request. Null when the account does not exist.',
  })
  usageAudit(
    @CurrentViewer() viewer: Viewer,
    @Args('id', { type: () => ID, description: 'ID of the account.' }) id: string,
  ): Promise<UsageAudit | null> {
    return this.audits.auditFor(viewer, idOf('CloudAccount', id));
  }

  @ResolveField(() => CloudAccountType)
  cloudAccount(@Parent() { account }: UsageAudit): CloudAccount {
    return account;
  }

  @ResolveField(() => Boolean)
  isDeletable(@CurrentViewer() viewer: Viewer, @Parent() audit: UsageAudit): boolean {
    return ruling(viewer, audit).isAllowed;
  }

  @ResolveField(() => String)
  explanation(@CurrentViewer() viewer: Viewer, @Parent() audit: UsageAudit): string {
    return ruling(viewer, audit).reason ?? 'The cloud account has no blockers and can be deleted.';
  }

  @ResolveField(() => CloudAccountBlockerConnectionType, {
    description: 'Blockers, as listed by `cloudAccountDeletionPreview`.',
  })
  blockers(
    @CurrentViewer() { tenantId }: Viewer,
    @Parent() { account }: UsageAudit,
    @Args() args: ConnectionArgs,
  ): Promise<Connection<Blocker>> {
    return blockersOf(this.whatBlocks, { account, tenantId }, args);
  }

  @ResolveField(() => Int, {
    description:
      'Number of blockers that you are not allowed to see. Always 0 for hosted accounts, which you cannot delete.',
  })
  hiddenBlockerCount(@CurrentViewer() { tenantId }: Viewer, @Parent() { account }: UsageAudit): Promise<number> {
    return this.whatBlocks.countHidden(tenantId, account);
  }
}

@Resolver(() => UsageFindingType)
export class UsageFindingResolver {
  @ResolveField(() => String, { description: 'Meaning of the finding, as a sentence.' })
  message(@Parent() { kind }: UsageFinding): string {
    return explanations[kind].means;
  }

  @ResolveField(() => String, { description: 'Instructions for the operator.' })
  remediation(@Parent() { kind }: UsageFinding): string {
    return explanations[kind].remediation;
  }
}

/** Result of the deletion rule, regardless of the viewer's role. */
function ruling(viewer: Viewer, { account, blockerCounts }: UsageAudit) {
  return permission(
    viewer,
    'VIEWER',
    () => account.refuseChangeIfHosted(),
    () => account.refuseRemoval(blockerCounts),
  );
}
