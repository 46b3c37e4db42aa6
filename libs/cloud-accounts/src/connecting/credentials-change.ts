import { randomUUID } from 'node:crypto';
import type { Viewer } from '#libs/access';
import { AwsAccessService, type AwsAccess, type GivenAccess } from '#libs/aws-credentials';
import { changedTo, type Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import type { AccountDetails, CloudAccount, RolesChange } from '../cloud-account.entity.js';
import { CloudAccountWithoutCredentials } from '../cloud-account.errors.js';
import { CredentialTrialService } from '../credential-trials/credential-trial.service.js';
import { CredentialsProver, UnknownToAws } from '../credential-trials/credentials-prover.js';
import { CloudAccountHealthService } from '../health/cloud-account-health.service.js';
import type { Expectations, Proof } from '../proof.js';

/** The part of a change for which AWS is asked. */
export interface RequestedChange extends RolesChange, Partial<AccountDetails> {
  readonly access?: GivenAccess;
  readonly expectedAwsAccountId?: string | null;
  readonly allowMissingPermissions?: boolean;
}

/** Credentials that a new account is connected with, and the answer of AWS. */
export interface FirstCredentials {
  readonly access: AwsAccess;
  readonly expected: Expectations;
  readonly proof: Proof | UnknownToAws;
}

/** The answer of AWS to a requested change. */
export interface AnsweredChange {
  /** Credentials that replace the stored ones. Null when the stored ones remain. */
  readonly access: AwsAccess | null;
  readonly expected: Expectations;
  /** Null when AWS was not asked. */
  readonly proof: Proof | UnknownToAws | null;
}

/**
 * Puts credentials into an account: AWS is asked first, outside any unit of work, and its answer is stored later, with
 * the account held.
 */
@Injectable()
export class CredentialsChange {
  constructor(
    private readonly credentials: AwsAccessService,
    private readonly prover: CredentialsProver,
    private readonly trials: CredentialTrialService,
    private readonly health: CloudAccountHealthService,
  ) {}

  /** @throws CredentialsRejected, MissingPermissions, ExternalIdNotFound, ExternalIdInUse */
  async askForFirst(
    viewer: Viewer,
    given: GivenAccess,
    region: string,
    expected: Expectations,
  ): Promise<FirstCredentials> {
    const access = await this.credentials.resolve(viewer, given, region, null);
    return { access, expected, proof: await this.prover.verifyWithRetries(access, region, expected) };
  }

  async storeFirst(
    viewer: Viewer,
    account: Held<CloudAccount>,
    { access, expected, proof }: FirstCredentials,
    now: Date,
  ): Promise<void> {
    if (proof instanceof UnknownToAws) return this.trials.begin(viewer, account, { access, expected, ...proof }, now);
    await this.credentials.setCurrent(viewer, account, access, now);
    await this.health.observed(account, proof.verification, now);
  }

  /**
   * Returns null when the request changes nothing.
   *
   * @throws CredentialsRejected, MissingPermissions, CredentialsUnreadable, CloudAccountWithoutCredentials,
   * ExternalIdNotFound, ExternalIdInUse, ExternalIdChangeNotAllowed
   */
  async ask(viewer: Viewer, account: CloudAccount, change: RequestedChange): Promise<AnsweredChange | null> {
    const region = changedTo(change.region, account.region);
    const given = change.access && (await this.credentials.resolve(viewer, change.access, region, account.id));
    const access = given && !(await this.credentials.isCurrent(viewer, account.id, given)) ? given : null;
    if (!access) account.refuseUnexpectedAwsAccount(change.expectedAwsAccountId);
    if (!access && account.isUnchangedBy(change)) return null;

    const expected = expectationsOf(account, change);
    const isMove = region !== account.region;
    const areRolesGiven = change.consoleRoleName !== undefined || change.nodeRoleName !== undefined;
    if (!isMove && !access && !areRolesGiven) return { access, expected, proof: null };
    const proof = access
      ? await this.prover.verifyWithRetries(access, region, expected)
      : await this.askWithStored(viewer, { ...account, region }, given ?? null, expected);
    // The current credentials remain in use until AWS recognizes the new ones, so they would be used in the wrong
    // region.
    if (isMove && proof instanceof UnknownToAws && account.awsAccountId !== null) throw proof.fault;
    return { access, expected, proof };
  }

  /** @throws AwsAccountChangeInUse, AwsAccountAlreadyConnected */
  async accept(account: Held<CloudAccount>, { expected, proof }: AnsweredChange): Promise<void> {
    if (proof instanceof UnknownToAws) return account.beginTrial(expected);
    if (!proof) return;
    await this.trials.refuseMoveWhileInUse(account, proof);
    account.acceptCredentials(proof);
  }

  /** @throws AwsUserAlreadyConnected, AwsRoleAlreadyConnected */
  async store(
    viewer: Viewer,
    account: Held<CloudAccount>,
    { access, expected, proof }: AnsweredChange,
    roles: RolesChange,
    now: Date,
  ): Promise<void> {
    if (proof instanceof UnknownToAws)
      return this.trials.begin(viewer, account, { access: access!, expected, ...proof }, now);
    if (!proof) return;
    await this.health.observed(account, proof.verification, now);
    if (access) {
      await this.credentials.setCurrent(viewer, account, access, now);
      await this.trials.remove(account);
    } else {
      await this.credentials.markVerified(viewer, account.id, now);
      await this.trials.updateExpectedRoles(account, roles, now);
    }
  }

  /** Only a newly provided access key can be unknown to AWS at first. */
  private async askWithStored(
    { actor }: Viewer,
    { id, tenantId, region }: Pick<CloudAccount, 'id' | 'tenantId' | 'region'>,
    given: AwsAccess | null,
    expected: Expectations,
  ): Promise<Proof> {
    const operationId = randomUUID();
    const use = { actor, purpose: 'CONSOLE_ROLE_CHANGE', operationId } as const;
    const access = given ?? (await this.credentials.reveal(tenantId, id, use));
    if (!access) throw new CloudAccountWithoutCredentials();
    access.refuseRegion(region);
    return this.prover.verify(access, region, expected, false, operationId);
  }
}

/** Requirements for the credentials after the change. */
function expectationsOf(
  account: CloudAccount,
  { consoleRoleName, nodeRoleName, expectedAwsAccountId = null, allowMissingPermissions = false }: RequestedChange,
): Expectations {
  return {
    consoleRoleName: changedTo(consoleRoleName, account.consoleRoleName ?? ''),
    nodeRoleName: changedTo(nodeRoleName, account.nodeRoleName),
    expectedAwsAccountId,
    allowMissingPermissions,
  };
}
