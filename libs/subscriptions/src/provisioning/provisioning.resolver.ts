import { CurrentViewer, RequiresRole, type Viewer } from '#libs/access';
import { idOf, toGlobalId } from '#libs/graphql';
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { ProvisioningAccess } from './provisioning-access.service.js';
import { ProvisioningService, type Claim, type ClaimedWork } from './provisioning.service.js';
import {
  ClaimProvisioningWorkInput,
  ClaimProvisioningWorkPayload,
  CompleteProvisioningInput,
  CompleteProvisioningPayload,
  FailProvisioningInput,
  FailProvisioningPayload,
  IssueProvisioningCredentialsInput,
  IssueProvisioningCredentialsPayload,
  PerformIamStepInput,
  PerformIamStepPayload,
  ProvisioningWorkType,
  ReportProvisioningInput,
  ReportProvisioningPayload,
} from './provisioning.types.js';

/** Only for software of the vendor, with an API key of the role PROVISIONER. */
@Resolver()
export class ProvisioningResolver {
  constructor(
    private readonly provisioning: ProvisioningService,
    private readonly access: ProvisioningAccess,
  ) {}

  @RequiresRole('PROVISIONER')
  @Mutation(() => ClaimProvisioningWorkPayload, {
    nullable: true,
    description: 'Claims provisioning work that no one else has claimed, of any tenant, the longest waiting first.',
  })
  async claimProvisioningWork(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Amount of work and duration of the lease.' })
    { limit, leaseSeconds }: ClaimProvisioningWorkInput,
  ) {
    return { work: (await this.provisioning.claim(viewer, limit, leaseSeconds)).map(shown) };
  }

  @RequiresRole('PROVISIONER')
  @Mutation(() => ReportProvisioningPayload, {
    nullable: true,
    description:
      'Reports the progress of claimed work and its resources, extends the lease, and returns whether to stop. Send it well before the lease ends.',
  })
  async reportProvisioning(@Args('input', { description: 'Report on the work.' }) input: ReportProvisioningInput) {
    return { work: shown(await this.provisioning.report(claimOf(input), input.leaseSeconds ?? null, input)) };
  }

  @RequiresRole('PROVISIONER')
  @Mutation(() => CompleteProvisioningPayload, {
    nullable: true,
    description:
      'Marks claimed work as done. For work of kind TEAR_DOWN, all resources of the subscription are recorded as removed.',
  })
  completeProvisioning(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Work that is done.' }) input: CompleteProvisioningInput,
  ) {
    return this.provisioning.complete(viewer, claimOf(input));
  }

  @RequiresRole('PROVISIONER')
  @Mutation(() => FailProvisioningPayload, {
    nullable: true,
    description:
      'Marks claimed work as failed. The customer sees the message and can retry or delete the subscription.',
  })
  failProvisioning(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Work that failed, and the reason.' }) input: FailProvisioningInput,
  ) {
    return this.provisioning.fail(viewer, claimOf(input), input.message);
  }

  @RequiresRole('PROVISIONER')
  @Mutation(() => IssueProvisioningCredentialsPayload, {
    nullable: true,
    description:
      'Issues AWS credentials for claimed work, valid for at most one hour: a session of the access role or of the IAM user of the account.',
  })
  async issueProvisioningCredentials(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Work to issue credentials for.' }) input: IssueProvisioningCredentialsInput,
  ) {
    const { key, mayCallIam, ...others } = await this.access.credentials(viewer, claimOf(input), input.durationSeconds);
    return {
      credentials: {
        ...others,
        canCallIam: mayCallIam,
        accessKeyId: key.accessKeyId,
        secretAccessKey: key.secretAccessKey.reveal(),
        sessionToken: key.sessionToken!.reveal(),
      },
    };
  }

  @RequiresRole('PROVISIONER')
  @Mutation(() => PerformIamStepPayload, {
    nullable: true,
    description:
      'Performs an IAM step for claimed work through the gateway, for credentials that cannot call IAM (see `canCallIam`). A repeated step has no further effect.',
  })
  async performIamStep(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'IAM step to perform.' }) input: PerformIamStepInput,
  ) {
    return { roleArn: await this.access.iamStep(viewer, claimOf(input), input.step) };
  }
}

function shown({ work, subscription, account }: ClaimedWork): ProvisioningWorkType {
  const { status, name, region, plan, deploymentCidr, vpcId, tags } = subscription;
  const { provider, awsAccountId, nodeRoleName } = account;
  return {
    ...{ status, name, region, plan, deploymentCidr, vpcId, tags, provider, awsAccountId, nodeRoleName },
    subscriptionId: toGlobalId('CloudSubscription', subscription.id),
    cloudAccountId: toGlobalId('CloudAccount', account.id),
    claimId: work.leaseOwner!,
    leaseUntil: work.leaseUntil!,
    isStopRequested: work.isStopRequested,
    kind: work.kind,
    attempt: work.claims,
  };
}

function claimOf({ subscriptionId, claimId }: { subscriptionId: string; claimId: string }): Claim {
  return { subscriptionId: idOf('CloudSubscription', subscriptionId), claimId };
}
