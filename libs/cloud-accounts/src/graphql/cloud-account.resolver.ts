import { CurrentViewer, permission, RequiresRole, ViewerPermission, ViewerType, type Viewer } from '#libs/access';
import {
  AwsAccessRoleType,
  AwsAccessService,
  AwsCredentialsService,
  AwsCredentialsType,
  type StoredAccessKey,
  type StoredAccessRole,
} from '#libs/aws-credentials';
import {
  Batch,
  byMoment,
  byText,
  ConnectionArgs,
  idOf,
  pageRequest,
  toConnection,
  toGlobalId,
  type Connection,
  type ListOrder,
} from '#libs/graphql';
import { Idempotency } from '#libs/idempotency';
import { longestNameKey } from '#libs/kernel';
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountHealthService, type SeenHealth } from '../cloud-account-health.service.js';
import { CloudAccountService } from '../cloud-account.service.js';
import type { CloudAccountOrderField } from '../cloud-accounts.js';
import {
  CloudAccountFilterInput,
  CloudAccountOrderInput,
  CreateCloudAccountInput,
  UpdateCloudAccountInput,
  VerifyCloudAccountInput,
} from './cloud-account.inputs.js';
import {
  CreateCloudAccountPayload,
  UpdateCloudAccountPayload,
  VerifyCloudAccountPayload,
} from './cloud-account.payloads.js';
import { CloudAccountHealthType } from './cloud-account-health.type.js';
import { CloudAccountConnectionType, CloudAccountType } from './cloud-account.type.js';

const order: ListOrder<CloudAccount, CloudAccountOrderField> = {
  list: 'cloudAccounts',
  by: {
    NAME: byText((account) => account.nameKey, longestNameKey),
    CREATED_AT: byMoment((account) => account.createdAt),
  },
};

@Resolver(() => CloudAccountType)
export class CloudAccountResolver {
  private readonly credentialsOf = new Batch(async (viewer: Viewer, accounts: readonly CloudAccount[]) => {
    const keys = await this.awsCredentials.ofAccounts(
      viewer.tenantId,
      accounts.map(({ id }) => id),
    );
    return accounts.map(({ id }) => keys.find((key) => key.cloudAccountId === id) ?? null);
  });

  private readonly accessRoleOf = new Batch(async (viewer: Viewer, accounts: readonly CloudAccount[]) => {
    const roles = await this.awsAccess.rolesOfAccounts(
      viewer.tenantId,
      accounts.map(({ id }) => id),
    );
    return accounts.map(({ id }) => roles.find((role) => role.cloudAccountId === id) ?? null);
  });

  private readonly healthOf = new Batch((_: Viewer, accounts: readonly CloudAccount[]) => this.healths.seen(accounts));

  constructor(
    private readonly accounts: CloudAccountService,
    private readonly healths: CloudAccountHealthService,
    private readonly awsCredentials: AwsCredentialsService,
    private readonly awsAccess: AwsAccessService,
    private readonly idempotency: Idempotency,
  ) {}

  @Query(() => CloudAccountType, {
    nullable: true,
    description: 'One cloud account; null when there is none with this id.',
  })
  cloudAccount(
    @CurrentViewer() viewer: Viewer,
    @Args('id', { type: () => ID, description: 'The account.' }) id: string,
  ): Promise<CloudAccount | null> {
    return this.accounts.find(viewer, idOf('CloudAccount', id));
  }

  @Query(() => CloudAccountConnectionType, {
    description: 'Your cloud accounts and the hosted ones; by name when no order is given.',
  })
  async cloudAccounts(
    @CurrentViewer() viewer: Viewer,
    @Args() args: ConnectionArgs,
    @Args('filter', { nullable: true, description: 'Which of them.' }) filter: CloudAccountFilterInput = {},
    @Args('orderBy', { nullable: true, description: 'How to sort them.' })
    orderBy: CloudAccountOrderInput = { field: 'NAME', direction: 'ASC' },
  ): Promise<Connection<CloudAccount>> {
    const page = await this.accounts.list(viewer, filter, pageRequest(order, args, orderBy));
    return toConnection(order, orderBy, page, () => this.accounts.count(viewer, filter));
  }

  @RequiresRole('MANAGER')
  @Mutation(() => CreateCloudAccountPayload, {
    nullable: true,
    description: `Connects an AWS account of your own, once AWS has accepted its credentials. A key that was just made may be unknown to AWS: after 5 seconds the account is PROPAGATING, and becomes ACTIVE or ERROR by itself.`,
  })
  async createCloudAccount(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'The account.' }) input: CreateCloudAccountInput,
  ) {
    const access = input.credentials.toAccess();
    const cloudAccount = await this.idempotency.once(viewer, 'createCloudAccount', input, CloudAccount, (remember) =>
      this.accounts.create(viewer, { ...input, access }, remember),
    );
    return { cloudAccount: await this.accounts.asItIsNow(viewer, cloudAccount) };
  }

  @RequiresRole('MANAGER')
  @Mutation(() => UpdateCloudAccountPayload, {
    nullable: true,
    description: `Renames a cloud account, or replaces its region, its credentials or its roles. A key that AWS does not know after 5 seconds is tried by itself from then on (\`pendingCredentials\`), while the present one serves. Credentials that are the stored ones change nothing.`,
  })
  async updateCloudAccount(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'The change.' }) input: UpdateCloudAccountInput,
  ) {
    const id = idOf('CloudAccount', input.id);
    return {
      cloudAccount: await this.accounts.update(viewer, { ...input, id, access: input.credentials?.toAccess() }),
    };
  }

  @RequiresRole('MANAGER')
  @Mutation(() => VerifyCloudAccountPayload, {
    nullable: true,
    description: `Finds out whether the credentials of a cloud account work and suffice. What AWS refuses stands in the report; an account that lacked permissions and has them now becomes ACTIVE.`,
  })
  verifyCloudAccount(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Which one.' }) input: VerifyCloudAccountInput,
  ): Promise<object> {
    return this.accounts.verify(viewer, idOf('CloudAccount', input.id));
  }

  @ResolveField(() => ID)
  id(@Parent() account: CloudAccount): string {
    return toGlobalId('CloudAccount', account.id);
  }

  @ResolveField(() => AwsCredentialsType, {
    nullable: true,
    description:
      'The key it is used with; null for hosted accounts, for those with an access role, and until AWS has accepted one.',
  })
  credentials(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): Promise<StoredAccessKey | null> {
    return this.credentialsOf.load(viewer, account);
  }

  @ResolveField(() => AwsAccessRoleType, {
    nullable: true,
    description: 'The role it is used with; null for accounts with a key, and until the role has let the gateway in.',
  })
  accessRole(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): Promise<StoredAccessRole | null> {
    return this.accessRoleOf.load(viewer, account);
  }

  @ResolveField(() => CloudAccountHealthType, {
    nullable: true,
    description: 'What was last observed of it; null for hosted accounts, and for those that were never ACTIVE.',
  })
  health(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): Promise<SeenHealth | null> {
    return this.healthOf.load(viewer, account);
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you may use `updateCloudAccount` on it.' })
  viewerCanUpdate(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): ViewerPermission {
    return permission(viewer, 'MANAGER', () => account.refuseChangeIfHosted());
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you may use `verifyCloudAccount` on it.' })
  viewerCanVerify(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): ViewerPermission {
    return permission(viewer, 'MANAGER', () => account.refuseVerification());
  }
}

/** Adds to Viewer: the domain that knows the answer adds the field. */
@Resolver(() => ViewerType)
export class ViewerOfCloudAccountsResolver {
  @ResolveField(() => ViewerPermission, { description: 'Whether you may use `createCloudAccount`.' })
  viewerCanCreateCloudAccount(@Parent() viewer: Viewer): ViewerPermission {
    return permission(viewer, 'MANAGER');
  }
}
