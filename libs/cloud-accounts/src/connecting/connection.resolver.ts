import { CurrentViewer, RequiresRole, type Viewer } from '#libs/access';
import { idOf } from '#libs/graphql';
import { Idempotency } from '#libs/idempotency';
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { CloudAccount } from '../cloud-account.entity.js';
import { CreateCloudAccountInput, UpdateCloudAccountInput, VerifyCloudAccountInput } from './cloud-account.inputs.js';
import {
  CreateCloudAccountPayload,
  UpdateCloudAccountPayload,
  VerifyCloudAccountPayload,
} from './cloud-account.payloads.js';
import { ConnectionService } from './connection.service.js';
import { CloudAccountVerificationService } from './verification.service.js';

@Resolver()
export class ConnectionResolver {
  constructor(
    private readonly connection: ConnectionService,
    private readonly verification: CloudAccountVerificationService,
    private readonly idempotency: Idempotency,
  ) {}

  @RequiresRole('MANAGER')
  @Mutation(() => CreateCloudAccountPayload, {
    nullable: true,
    description:
      'Connects an AWS account after AWS has accepted its credentials. AWS may not recognize a new access key immediately: after 5 seconds the account gets the status PROPAGATING, and later becomes ACTIVE or ERROR without another request.',
  })
  async createCloudAccount(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Cloud account to create.' }) input: CreateCloudAccountInput,
  ) {
    const access = input.credentials.toAccess();
    const cloudAccount = await this.idempotency.once(viewer, 'createCloudAccount', input, CloudAccount, (remember) =>
      this.connection.create(viewer, { ...input, access }, remember),
    );
    return { cloudAccount: await this.connection.reload(viewer, cloudAccount) };
  }

  @RequiresRole('MANAGER')
  @Mutation(() => UpdateCloudAccountPayload, {
    nullable: true,
    description:
      'Renames a cloud account, or replaces its region, credentials or roles. If AWS does not recognize a new access key within 5 seconds, the gateway retries in the background (see `pendingCredentials`) while the current credentials remain in use. Credentials that equal the stored ones change nothing.',
  })
  async updateCloudAccount(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Changes to the account.' }) input: UpdateCloudAccountInput,
  ) {
    const id = idOf('CloudAccount', input.id);
    return {
      cloudAccount: await this.connection.update(viewer, { ...input, id, access: input.credentials?.toAccess() }),
    };
  }

  @RequiresRole('MANAGER')
  @Mutation(() => VerifyCloudAccountPayload, {
    nullable: true,
    description:
      'Verifies that the credentials of a cloud account work and have all required permissions. The report lists what AWS refuses. An account with the status MISSING_PERMISSIONS becomes ACTIVE when all permissions are granted.',
  })
  verifyCloudAccount(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Cloud account to verify.' }) input: VerifyCloudAccountInput,
  ): Promise<object> {
    return this.verification.verify(viewer, idOf('CloudAccount', input.id));
  }
}
