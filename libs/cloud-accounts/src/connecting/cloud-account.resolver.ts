import { CurrentViewer, permission, ViewerPermission, ViewerType, type Viewer } from '#libs/access';
import {
  AwsAccessRoleType,
  AwsAccessService,
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
  selectedProperties,
  toConnection,
  type Connection,
  type ListOrder,
} from '#libs/graphql';
import { eachOf, longestNameKey } from '#libs/kernel';
import { Args, ID, Info, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountHealthService, type SeenHealth } from '../health/cloud-account-health.service.js';
import { CloudAccountService } from './cloud-account.service.js';
import type { CloudAccountOrderField } from '../cloud-accounts.js';
import { CloudAccountFilterInput, CloudAccountOrderInput } from './cloud-account.inputs.js';
import { CloudAccountHealthType } from '../health/cloud-account-health.type.js';
import { CloudAccountConnectionType, CloudAccountType } from '../cloud-account.type.js';

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
    const ids = accounts.map(({ id }) => id);
    const keys = await this.awsAccess.keysOfAccounts(viewer.tenantId, ids);
    return eachOf(ids, keys, ({ cloudAccountId }) => cloudAccountId);
  });

  private readonly accessRoleOf = new Batch(async (viewer: Viewer, accounts: readonly CloudAccount[]) => {
    const ids = accounts.map(({ id }) => id);
    const roles = await this.awsAccess.rolesOfAccounts(viewer.tenantId, ids);
    return eachOf(ids, roles, ({ cloudAccountId }) => cloudAccountId);
  });

  private readonly healthOf = new Batch((_: Viewer, accounts: readonly CloudAccount[]) => this.healths.seen(accounts));

  constructor(
    private readonly accounts: CloudAccountService,
    private readonly healths: CloudAccountHealthService,
    private readonly awsAccess: AwsAccessService,
  ) {}

  @Query(() => CloudAccountType, {
    nullable: true,
    description: 'Cloud account with the given ID. Null when it does not exist.',
  })
  cloudAccount(
    @CurrentViewer() viewer: Viewer,
    @Args('id', { type: () => ID, description: 'ID of the account.' }) id: string,
    @Info() info: GraphQLResolveInfo,
  ): Promise<CloudAccount | null> {
    return this.accounts.find(viewer, idOf('CloudAccount', id), selectedProperties(info));
  }

  @Query(() => CloudAccountConnectionType, {
    description: 'Your cloud accounts and the hosted accounts. Sorted by name unless `orderBy` is given.',
  })
  async cloudAccounts(
    @CurrentViewer() viewer: Viewer,
    @Args() args: ConnectionArgs,
    @Args('filter', { nullable: true, description: 'Filter for the list.' }) filter: CloudAccountFilterInput = {},
    @Args('orderBy', { nullable: true, description: 'Sort order of the list.' })
    orderBy: CloudAccountOrderInput = { field: 'NAME', direction: 'ASC' },
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<CloudAccount>> {
    const page = await this.accounts.list(viewer, filter, pageRequest(order, args, orderBy, selectedProperties(info)));
    return toConnection(order, orderBy, page, () => this.accounts.count(viewer, filter));
  }

  @ResolveField(() => AwsCredentialsType, {
    nullable: true,
    description:
      'Access key of the account. Null for hosted accounts, for accounts with an access role, and until AWS has accepted an access key.',
  })
  credentials(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): Promise<StoredAccessKey | null> {
    return this.credentialsOf.load(viewer, account);
  }

  @ResolveField(() => AwsAccessRoleType, {
    nullable: true,
    description:
      'Access role of the account. Null for accounts with an access key, and until the gateway has assumed the role successfully.',
  })
  accessRole(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): Promise<StoredAccessRole | null> {
    return this.accessRoleOf.load(viewer, account);
  }

  @ResolveField(() => CloudAccountHealthType, {
    nullable: true,
    description:
      'Health of the account, as last observed. Null for hosted accounts, and for accounts that were never ACTIVE.',
  })
  health(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): Promise<SeenHealth | null> {
    return this.healthOf.load(viewer, account);
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you can use `updateCloudAccount` on this account.' })
  viewerCanUpdate(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): ViewerPermission {
    return permission(viewer, 'MANAGER', () => account.refuseChangeIfHosted());
  }

  @ResolveField(() => ViewerPermission, { description: 'Whether you can use `verifyCloudAccount` on this account.' })
  viewerCanVerify(@CurrentViewer() viewer: Viewer, @Parent() account: CloudAccount): ViewerPermission {
    return permission(viewer, 'MANAGER', () => account.refuseVerification());
  }
}

/** Adds fields about cloud accounts to Viewer. */
@Resolver(() => ViewerType)
export class ViewerOfCloudAccountsResolver {
  @ResolveField(() => ViewerPermission, { description: 'Whether you can use `createCloudAccount`.' })
  viewerCanCreateCloudAccount(@Parent() viewer: Viewer): ViewerPermission {
    return permission(viewer, 'MANAGER');
  }
}
