import { randomUUID } from 'node:crypto';
import type { Viewer } from '#libs/access';
import { AwsAccessService, AwsVerification, type VerificationReport } from '#libs/aws-credentials';
import { Events } from '#libs/events';
import { UnitOfWork } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import type { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountNotFound, CloudAccountWithoutCredentials } from '../cloud-account.errors.js';
import { cloudAccountEvent } from '../cloud-account-event.js';
import { CloudAccounts } from '../cloud-accounts.js';
import { CloudAccountHealthService } from '../health/cloud-account-health.service.js';
import { findingOf } from '../health/health-finding.js';

/** Verifies the stored credentials of an account on request. */
@Injectable()
export class CloudAccountVerificationService {
  constructor(
    private readonly accounts: CloudAccounts,
    private readonly credentials: AwsAccessService,
    private readonly verification: AwsVerification,
    private readonly health: CloudAccountHealthService,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Verifies that the account's credentials work and have all permissions. An account that lacked permissions becomes
   * ACTIVE when they are complete.
   *
   * @throws CloudAccountNotFound, CloudAccountIsHosted, CloudAccountWithoutCredentials
   */
  async verify(viewer: Viewer, id: number): Promise<{ cloudAccount: CloudAccount; report: VerificationReport }> {
    const seen = (await this.accounts.find(viewer.tenantId, id)) ?? notFound();
    seen.refuseVerification();
    const operationId = randomUUID();
    const use = { actor: viewer.actor, purpose: 'VERIFICATION', operationId } as const;
    const access = await this.credentials.reveal(seen.tenantId, id, use);
    if (!access || seen.consoleRoleName === null) throw new CloudAccountWithoutCredentials();

    const { consoleRoleName, nodeRoleName, region } = seen;
    const subject = { consoleRoleName, nodeRoleName, operationId };
    const verification = await this.verification.verify(access, region, subject);
    const { report, refusal } = verification;
    const { verdict: found, isFull } = findingOf(verification);

    return this.unitOfWork.run(async (now) => {
      const cloudAccount = (await this.accounts.hold(viewer.tenantId, id)) ?? notFound();
      if (!refusal) await this.credentials.markVerified(viewer, id, now);
      if (found === 'HEALTHY' && isFull && cloudAccount.markPermissionsComplete())
        await this.accounts.update(cloudAccount);
      await this.health.observed(cloudAccount, verification, now);
      const { verdict, awsCallCount } = report;
      const data = { verdict, awsCallCount };
      await this.events.record(cloudAccountEvent('CLOUD_ACCOUNT_VERIFIED', viewer.actor, cloudAccount, now, data));
      return { cloudAccount, report };
    });
  }
}

function notFound(): never {
  throw new CloudAccountNotFound();
}
