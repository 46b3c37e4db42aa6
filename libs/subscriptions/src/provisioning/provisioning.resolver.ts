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

/** For the vendor's own software, with a key of the role PROVISIONER, and for nobody else. */
@Resolver()
export class ProvisioningResolver {
  constructor(
    private readonly provisioning: ProvisioningService,
    private readonly access: ProvisioningAccess,
  ) {}

  @RequiresRole('PROVISIONER')
  @Mutation(() => ClaimProvisioningWorkPayload, {
    nullable: true,
    description: `Gives you work of any tenant's that nobody is at, the longest waiting first.`,
  })
  async claimProvisioningWork(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'How much.' }) { limit, leaseSeconds }: ClaimProvisioningWorkInput,
  ) {
    return { works: (await this.provisioning.claim(viewer, limit, leaseSeconds)).map(shown) };
  }

  @RequiresRole('PROVISIONER')
  @Mutation(() => ReportProvisioningPayload, {
    nullable: true,
    description: `Tells how far a work is and what stands by now, keeps it yours, and asks whether to go on: send it well before the lease ends.`,
  })
  async reportProvisioning(@Args('input', { description: 'What to tell.' }) input: ReportProvisioningInput) {
    return { work: shown(await this.provisioning.report(claimOf(input), input.leaseSeconds ?? null, input)) };
  }

  @RequiresRole('PROVISIONER')
  @Mutation(() => CompleteProvisioningPayload, {
    nullable: true,
    description: `Tells that a work is done; of one that was taken down, nothing is taken to stand any more.`,
  })
  completeProvisioning(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Which one.' }) input: CompleteProvisioningInput,
  ) {
    return this.provisioning.complete(viewer, claimOf(input));
  }

  @RequiresRole('PROVISIONER')
  @Mutation(() => FailProvisioningPayload, {
    nullable: true,
    description: `Tells that a work cannot be done: the customer sees why, and decides.`,
  })
  failProvisioning(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Which one, and why.' }) input: FailProvisioningInput,
  ) {
    return this.provisioning.fail(viewer, claimOf(input), input.message);
  }

  @RequiresRole('PROVISIONER')
  @Mutation(() => IssueProvisioningCredentialsPayload, {
    nullable: true,
    description: `Gives you AWS credentials for a work that is yours, for an hour at most: a session in the account's access role, or of its user.`,
  })
  async issueProvisioningCredentials(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'For which work.' }) input: IssueProvisioningCredentialsInput,
  ) {
    const { key, mayCallIam, ...others } = await this.access.credentials(viewer, claimOf(input), input.durationSeconds);
    return {
      credentials: {
        ...others,
        iamCalls: mayCallIam,
        accessKeyId: key.accessKeyId,
        secretAccessKey: key.secretAccessKey.reveal(),
        sessionToken: key.sessionToken!.reveal(),
      },
    };
  }

  @RequiresRole('PROVISIONER')
  @Mutation(() => PerformIamStepPayload, {
    nullable: true,
    description: `Has the gateway take a step at IAM for a work that is yours, where your credentials may not (\`iamCalls\`). Taken twice, it counts once.`,
  })
  async performIamStep(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Which one.' }) input: PerformIamStepInput,
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
    isToStop: work.isToStop,
    kind: work.kind,
    attempt: work.claims,
  };
}

function claimOf({ subscriptionId, claimId }: { subscriptionId: string; claimId: string }): Claim {
  return { subscriptionId: idOf('CloudSubscription', subscriptionId), claimId };
}
