import { randomUUID } from 'node:crypto';
import {
  AccessRoleSessions,
  AwsAccessService,
  AwsIam,
  CredentialsRejected,
  type AwsAccess,
  type AwsAccessKey,
} from '#libs/aws-credentials';
import { CloudAccountHealthService, CloudAccountService, type CloudAccount } from '#libs/cloud-accounts';
import { namesOf, IamSetupSettings, partitionOf } from '#libs/iam-setup';
import { UnitOfWork } from '#libs/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { ProvisioningAccessUnavailable } from '../subscription.errors.js';
import { ProvisioningService, type Claim, type Provisioner } from './provisioning.service.js';

const log = new Logger('Provisioning');

/** Temporary AWS credentials for claimed work. They are not stored. */
export interface ProvisioningCredentials {
  /** Includes the session token. */
  readonly key: AwsAccessKey;
  readonly expiresAt: Date;
  /** Region of the subscription. */
  readonly region: string;
  /** UUID of the use in `credentialUses`, and the session name in AWS if it has one. */
  readonly operationId: string;
  /** Whether AWS allows IAM calls with the session. */
  readonly mayCallIam: boolean;
}

/** IAM steps that the gateway performs if the credentials of the provisioner cannot. */
export const IamStep = {
  LOOK_UP_NODE_ROLE: 'LOOK_UP_NODE_ROLE',
  CREATE_TRANSIT_GATEWAY_ROLE: 'CREATE_TRANSIT_GATEWAY_ROLE',
} as const;
export type IamStep = keyof typeof IamStep;

const transitGateway = 'transitgateway.amazonaws.com';

/**
 * Gives provisioners temporary access to the customer's AWS account while they have the work. Never reveals the stored
 * secret.
 */
@Injectable()
export class ProvisioningAccess {
  constructor(
    private readonly provisioning: ProvisioningService,
    private readonly accounts: CloudAccountService,
    private readonly access: AwsAccessService,
    private readonly sessions: AccessRoleSessions,
    private readonly aws: AwsIam,
    private readonly health: CloudAccountHealthService,
    private readonly settings: IamSetupSettings,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Starts a session: in the account's access role, restricted to the region of the subscription; or, for an account
   * with an access key, a session of its user, which cannot call IAM and cannot be restricted (GetSessionToken, STS API
   * reference).
   *
   * @param seconds duration of a session of the user; the access role determines its own
   * @throws ProvisioningLeaseLost, ProvisioningAccessUnavailable, CredentialsRejected
   */
  async credentials(by: Provisioner, claim: Claim, seconds: number): Promise<ProvisioningCredentials> {
    const { account, region } = await this.claimed(claim);
    const { way, operationId } = await this.reveal(by, account);
    const { key, expiresAt } = await this.asked(account, () =>
      way.match({
        accessKey: (own) => this.aws.sessionOf(own, region, seconds),
        accessRole: (role) => this.sessions.begin(role, region, operationId, buildingIn(region)),
      }),
    );
    // AWS can take longer than the lease: check again that the provisioner has the work.
    await this.claimed(claim);
    return {
      key,
      expiresAt,
      region,
      operationId,
      mayCallIam: way.match({ accessKey: () => false, accessRole: () => true }),
    };
  }

  /**
   * Performs an IAM step for the provisioner. Repeating it has no further effect.
   *
   * @returns ARN of the role
   * @throws ProvisioningLeaseLost, ProvisioningAccessUnavailable, CredentialsRejected
   */
  async iamStep(by: Provisioner, claim: Claim, step: IamStep): Promise<string> {
    const { account, region } = await this.claimed(claim);
    const { way, operationId } = await this.reveal(by, account);
    return this.asked(account, async () => {
      const key = await way.match<AwsAccessKey | Promise<AwsAccessKey>>({
        accessKey: (own) => own,
        accessRole: async (role) => (await this.sessions.begin(role, region, operationId)).key,
      });
      if (step === 'CREATE_TRANSIT_GATEWAY_ROLE') {
        await this.aws.createServiceLinkedRole(key, region, transitGateway);
        const partition = partitionOf(account.region) ?? 'aws';
        return `arn:${partition}:iam::${account.awsAccountId}:role/aws-service-role/${transitGateway}/AWSServiceRoleForVPCTransitGateway`;
      }
      const name = account.nodeRoleName ?? namesOf(this.settings.vendorName).nodeRoleName;
      return (await this.aws.role(key, region, name)).arn;
    });
  }

  private claimed(claim: Claim): Promise<{ account: CloudAccount; region: string }> {
    return this.unitOfWork.run(async (now) => {
      const { subscription } = await this.provisioning.hold(claim, now);
      return { account: await this.accounts.findById(subscription.cloudAccountId), region: subscription.region };
    });
  }

  private async reveal(
    { actor }: Provisioner,
    { id, tenantId }: CloudAccount,
  ): Promise<{ way: AwsAccess; operationId: string }> {
    const operationId = randomUUID();
    const way = await this.access.reveal(tenantId, id, { actor, purpose: 'PROVISIONING', operationId });
    if (!way) throw new ProvisioningAccessUnavailable();
    return { way, operationId };
  }

  /** When AWS refuses, no input of the provisioner is at fault. The account is checked soon. */
  private async asked<T>({ id }: CloudAccount, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof CredentialsRejected)) throw error;
      if (error.awsErrorCode !== null) await this.health.suspect(id).catch((fault: unknown) => log.error(fault));
      throw error.ofStored();
    }
  }
}

/** Session policy for a role session, in addition to the role's own: at most 2048 characters (AssumeRole, STS). */
function buildingIn(region: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['ec2:*', 'kms:*', 'cloudwatch:*'],
        Resource: '*',
        Condition: { StringEquals: { 'aws:RequestedRegion': region } },
      },
      {
        Effect: 'Allow',
        Action: ['iam:PassRole', 'iam:GetRole', 'iam:ListInstanceProfilesForRole', 'iam:CreateServiceLinkedRole'],
        Resource: '*',
      },
    ],
  });
}
