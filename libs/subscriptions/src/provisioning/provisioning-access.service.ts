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

/** AWS credentials that end by themselves, for whoever is at a work. They are kept nowhere. */
export interface ProvisioningCredentials {
  /** With its session token. */
  readonly key: AwsAccessKey;
  readonly expiresAt: Date;
  /** Where the subscription is. */
  readonly region: string;
  /** A UUID: the use's in `credentialUses`, and the session's name at AWS where it has one. */
  readonly operationId: string;
  /** Whether AWS lets the session call IAM. */
  readonly mayCallIam: boolean;
}

/** What IAM has to be asked for on the way, where the credentials of a provisioner may not. */
export const IamStep = {
  LOOK_UP_NODE_ROLE: 'LOOK_UP_NODE_ROLE',
  CREATE_TRANSIT_GATEWAY_ROLE: 'CREATE_TRANSIT_GATEWAY_ROLE',
} as const;
export type IamStep = keyof typeof IamStep;

const transitGateway = 'transitgateway.amazonaws.com';

/**
 * A provisioner in the customer's AWS account: with a session for an hour at most, and only for as long as it has the work.
 * The stored secret leaves the gateway for nobody.
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
   * A session in the account's access role, held to the region of the subscription; or, of an account with a key, a session
   * of its user, which AWS lets call no IAM, and which can be held to nothing (GetSessionToken, STS API reference).
   *
   * @param seconds how long, where it is a session of the user; one in a role lasts as long as the role allows
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
    // AWS may have taken longer than the lease: who has lost the work gets no way in.
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
   * Takes a step at IAM in the provisioner's place; one that was taken before is taken already.
   *
   * @returns the ARN of the role it is about
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

  /** No input of a provisioner is at fault when AWS refuses; the account is looked at soon. */
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

/** What a session in a role is held to, besides what the role itself may do: 2048 characters at most (AssumeRole, STS). */
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
