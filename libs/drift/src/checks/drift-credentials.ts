import { randomUUID } from 'node:crypto';
import { AccessRoleSessions, AwsAccessService, type AwsAccessKey } from '#libs/aws-credentials';
import { CloudAccountService, type CloudAccount } from '#libs/cloud-accounts';
import { gateway } from '#libs/events';
import { Injectable } from '@nestjs/common';

/** Permissions that a check needs: the session policy in an access role. */
const readOnly = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: [
        'ec2:DescribeInstances',
        'ec2:DescribeVolumes',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcs',
      ],
      Resource: '*',
    },
  ],
});

/** Accounts with the access keys that their checks use. */
@Injectable()
export class DriftCredentials {
  constructor(
    private readonly accounts: CloudAccountService,
    private readonly access: AwsAccessService,
    private readonly sessions: AccessRoleSessions,
  ) {}

  /** @throws CloudAccountNotFound */
  account(id: number): Promise<CloudAccount> {
    return this.accounts.findById(id);
  }

  /** Null when the account has no credentials. @throws CredentialsRejected, CredentialsUnreadable */
  async keyOf({ id, region }: CloudAccount, tenantId: number): Promise<AwsAccessKey | null> {
    const operationId = randomUUID();
    const use = { actor: gateway, purpose: 'DRIFT_CHECK', operationId } as const;
    const access = await this.access.reveal(tenantId, id, use);
    if (!access) return null;
    return access.match<AwsAccessKey | Promise<AwsAccessKey>>({
      accessKey: (key) => key,
      accessRole: async (role) => (await this.sessions.begin(role, region, operationId, readOnly)).key,
    });
  }
}
