import { CurrentViewer, type Viewer } from '#libs/access';
import type { AwsRoleAlreadyConnected } from '#libs/aws-credentials';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { CloudAccount } from '../cloud-account.entity.js';
import type { AwsAccountAlreadyConnected, AwsUserAlreadyConnected } from '../cloud-account.errors.js';
import { CloudAccountType } from '../cloud-account.type.js';
import { AlreadyConnectedErrorType } from './already-connected.types.js';
import { CloudAccountService } from './cloud-account.service.js';

@Resolver(() => AlreadyConnectedErrorType)
export class AlreadyConnectedResolver {
  constructor(private readonly accounts: CloudAccountService) {}

  @ResolveField(() => CloudAccountType, {
    nullable: true,
    description: 'Your cloud account that is connected to it. Null if the account belongs to another tenant.',
  })
  cloudAccount(
    @CurrentViewer() viewer: Viewer,
    @Parent() { ownAccountId }: AwsAccountAlreadyConnected | AwsUserAlreadyConnected | AwsRoleAlreadyConnected,
  ): Promise<CloudAccount | null> | null {
    return ownAccountId === null ? null : this.accounts.find(viewer, ownAccountId);
  }
}
