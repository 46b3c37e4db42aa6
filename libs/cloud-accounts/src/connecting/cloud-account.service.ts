import { randomUUID } from 'node:crypto';
import type { Viewer } from '#libs/access';
import {
  AwsAccessService,
  AwsVerification,
  type AwsAccess,
  type GivenAccess,
  type VerificationReport,
} from '#libs/aws-credentials';
import { Events, type Actor } from '#libs/events';
import type { Remember } from '#libs/idempotency';
import { changedTo, nameKey, UnitOfWork, type Held, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { AccountContents } from './account-contents.js';
import { Blockers } from '../blockers/blockers.js';
import { CloudAccountDeletionService } from '../deletion/cloud-account-deletion.service.js';
import { CloudAccount, detailsIn, type AccountDetails, type RolesChange } from '../cloud-account.entity.js';
import type { CloudAccountHealth } from '../health/cloud-account-health.entity.js';
import { CloudAccountHealthService } from '../health/cloud-account-health.service.js';
import { findingOf } from '../health/health-finding.js';
import { type CloudProvider } from '../cloud-provider.js';
import {
  CloudAccountNameTaken,
  CloudAccountNotFound,
  CloudAccountWithoutCredentials,
  CustomerAccountMustBeAws,
} from '../cloud-account.errors.js';
import { AwsAccountRule } from '../aws-account-rule.js';
import { CloudAccounts, type CloudAccountFilter, type CloudAccountOrderField } from '../cloud-accounts.js';
import { CredentialTrialService } from '../credential-trials/credential-trial.service.js';
import { CredentialsProver, UnknownToAws } from '../credential-trials/credentials-prover.js';
import type { Expectations, Proof } from '../proof.js';

export interface NewCloudAccount extends AccountDetails {
  readonly provider: CloudProvider;
  readonly access: GivenAccess;
  readonly consoleRoleName: string;
  readonly nodeRoleName?: string | null;
  readonly expectedAwsAccountId?: string | null;
  readonly allowMissingPermissions?: boolean;
}

export interface CloudAccountChange extends RolesChange, Partial<AccountDetails> {
  readonly id: number;
  readonly expectedVersion: number;
  readonly access?: GivenAccess;
  readonly expectedAwsAccountId?: string | null;
  readonly allowMissingPermissions?: boolean;
}

/** Subscription that has just ended, as its account needs it. */
export interface EndedSubscription {
  readonly tenantId: number;
  readonly cloudAccountId: number;
}

/** Use cases of cloud accounts, and the rules for them. */
@Injectable()
export class CloudAccountService {
  constructor(
    private readonly accounts: CloudAccounts,
    private readonly blockers: Blockers,
    private readonly deletion: CloudAccountDeletionService,
    private readonly credentials: AwsAccessService,
    private readonly verification: AwsVerification,
    private readonly prover: CredentialsProver,
    private readonly trials: CredentialTrialService,
    private readonly health: CloudAccountHealthService,
    private readonly contents: AccountContents,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
    private readonly awsAccounts: AwsAccountRule,
  ) {}

  find({ tenantId }: Viewer, id: number): Promise<CloudAccount | null> {
    return this.accounts.find(tenantId, id);
  }

  findMany({ tenantId }: Viewer, ids: readonly number[]): Promise<CloudAccount[]> {
    return this.accounts.findMany(tenantId, ids);
  }

  list(
    { tenantId }: Viewer,
    filter: CloudAccountFilter,
    page: PageRequest<CloudAccountOrderField>,
  ): Promise<Page<CloudAccount>> {
    return this.accounts.list(tenantId, filter, page);
  }

  count({ tenantId }: Viewer, filter: CloudAccountFilter): Promise<number> {
    return this.accounts.count(tenantId, filter);
  }

  /**
   * Connects a customer's account. It is returned when AWS has accepted its credentials, or with the status PROPAGATING
   * when AWS does not recognize the access key after some seconds.
   *
   * @param remember stores the answer with the change, for repeated requests
   * @throws CredentialsRejected, MissingPermissions, CloudAccountNameTaken, AwsUserAlreadyConnected,
   * CustomerAccountMustBeAws, ExternalIdNotFound, ExternalIdInUse, AwsRoleAlreadyConnected
   */
  async create(
    viewer: Viewer,
    { provider, access: given, ...input }: NewCloudAccount,
    remember: Remember<CloudAccount>,
  ): Promise<CloudAccount> {
    const { name, region, consoleRoleName, nodeRoleName = null } = input;
    if (provider !== 'AWS') throw new CustomerAccountMustBeAws();
    if (await this.accounts.hasName(viewer.tenantId, nameKey(name))) throw new CloudAccountNameTaken();

    const access = await this.credentials.resolve(viewer, given, region, null);
    const { expectedAwsAccountId = null, allowMissingPermissions = false } = input;
    const expected = { consoleRoleName, nodeRoleName, expectedAwsAccountId, allowMissingPermissions };
    const proof = await this.prover.verifyWithRetries(access, region, expected);

    return this.unitOfWork.run(async (now) => {
      const { tenantId } = viewer;
      const details = { ...input, tenantId, provider, access, ...expected };
      const verified = proof instanceof UnknownToAws ? null : proof;
      if (verified) await this.awsAccounts.refuseSecond({ tenantId }, verified);
      const account = await this.accounts.add(CloudAccount.create({ ...details, proof: verified }, now));
      await this.record('CLOUD_ACCOUNT_CREATED', viewer.actor, account, now, { awsAccountId: account.awsAccountId });
      if (proof instanceof UnknownToAws) {
        await this.trials.begin(viewer, account, { access, expected, ...proof }, now);
      } else {
        await this.credentials.setCurrent(viewer, account, access, now);
        await this.health.observed(account, proof.verification, now);
      }
      await remember(account);
      return account;
    });
  }

  /** Replaces a remembered account that was PROPAGATING with its current state, if it still exists. */
  async reload(viewer: Viewer, account: CloudAccount): Promise<CloudAccount> {
    return account.status === 'PROPAGATING' ? ((await this.find(viewer, account.id)) ?? account) : account;
  }

  /**
   * Renames the account, or replaces its region, credentials or roles.
   *
   * New credentials are verified before the account is locked. The version is checked again with the account locked. An
   * access key that AWS does not recognize after some seconds is tried in the background, and replaces the current one
   * when AWS accepts it. Credentials that equal the stored ones change nothing. In another region, AWS must recognize
   * the credentials immediately.
   *
   * @throws CloudAccountNotFound, CloudAccountIsHosted, VersionConflict, CredentialsRejected, MissingPermissions,
   * CredentialsUnreadable, CloudAccountWithoutCredentials, AwsAccountChangeInUse, RegionChangeInUse,
   * CloudAccountNameTaken, AwsUserAlreadyConnected, ExternalIdNotFound, ExternalIdInUse, ExternalIdChangeNotAllowed,
   * AwsRoleAlreadyConnected
   */
  async update(viewer: Viewer, change: CloudAccountChange): Promise<CloudAccount> {
    const { id, expectedVersion, consoleRoleName, nodeRoleName } = change;
    const details = detailsIn(change);
    const seen = await this.accounts.findForChange(viewer.tenantId, id, expectedVersion);
    const region = changedTo(change.region, seen.region);
    const isMove = region !== seen.region;
    if (isMove) await this.contents.refuseRegionChangeInUse(seen);
    const given = change.access && (await this.credentials.resolve(viewer, change.access, region, id));
    const newAccess = given && !(await this.credentials.isCurrent(viewer, id, given)) ? given : null;
    if (!newAccess) seen.refuseUnexpectedAwsAccount(change.expectedAwsAccountId);
    if (!newAccess && seen.isUnchangedBy(change)) return seen;

    const expected = expectationsOf(seen, change);
    const isProofNeeded = isMove || newAccess !== null || consoleRoleName !== undefined || nodeRoleName !== undefined;
    const proof = isProofNeeded ? await this.prove(viewer, { ...seen, region }, { newAccess, given, expected }) : null;
    // The current credentials remain in use until AWS recognizes the new ones, so they would be used in the wrong
    // region.
    if (isMove && proof instanceof UnknownToAws && seen.awsAccountId !== null) throw proof.fault;

    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.holdForChange(viewer.tenantId, id, expectedVersion);
      if (isMove) await this.contents.refuseRegionChangeInUse(account);
      if (proof instanceof UnknownToAws) {
        account.beginTrial(expected);
        account.change(details, now);
        await this.accounts.update(account);
        await this.trials.begin(viewer, account, { access: newAccess!, expected, ...proof }, now);
      } else {
        if (proof) await this.trials.refuseMoveWhileInUse(account, proof);
        account.change({ ...details, proof }, now);
        await this.accounts.update(account);
        if (proof) await this.health.observed(account, proof.verification, now);
        if (newAccess) {
          await this.credentials.setCurrent(viewer, account, newAccess, now);
          await this.trials.remove(account);
        } else if (proof) {
          await this.credentials.markVerified(viewer, id, now);
          await this.trials.updateExpectedRoles(account, change, now);
        }
      }
      const credentials = newAccess ?? undefined;
      const changed = Object.entries({ ...details, credentials, consoleRoleName, nodeRoleName });
      await this.record('CLOUD_ACCOUNT_UPDATED', viewer.actor, account, now, {
        changed: changed.flatMap(([field, value]) => (value === undefined ? [] : [field])),
        version: account.version,
      });
      return account;
    });
  }

  /**
   * Verifies that the account's credentials work and have all permissions. An account that lacked permissions becomes
   * ACTIVE when they are complete.
   *
   * @throws CloudAccountNotFound, CloudAccountIsHosted, CloudAccountWithoutCredentials
   */
  async verify(viewer: Viewer, id: number): Promise<{ cloudAccount: CloudAccount; report: VerificationReport }> {
    const seen = (await this.find(viewer, id)) ?? notFound();
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
      const cloudAccount = await this.hold(viewer, id);
      if (!refusal) await this.credentials.markVerified(viewer, id, now);
      if (found === 'HEALTHY' && isFull && cloudAccount.markPermissionsComplete())
        await this.accounts.update(cloudAccount);
      await this.health.observed(cloudAccount, verification, now);
      const { verdict, awsCallCount } = report;
      await this.record('CLOUD_ACCOUNT_VERIFIED', viewer.actor, cloudAccount, now, { verdict, awsCallCount });
      return { cloudAccount, report };
    });
  }

  /**
   * Locks the account against changes and deletion until the current unit of work ends.
   *
   * @throws CloudAccountNotFound
   */
  async hold(
    { tenantId }: Pick<Viewer, 'tenantId'>,
    id: number,
    path?: readonly string[],
  ): Promise<Held<CloudAccount>> {
    return (await this.accounts.hold(tenantId, id)) ?? notFound(path);
  }

  /**
   * Deletes the account of a subscription that has just ended, if its deletion is scheduled and no blockers are left.
   */
  async afterSubscriptionEnded(ended: Held<EndedSubscription>, actor: Actor, now: Date): Promise<void> {
    await this.deletion.removeIfScheduled(await this.hold(ended, ended.cloudAccountId), actor, now);
  }

  /**
   * Finds an account of any tenant, for provisioners and the operator.
   *
   * @throws CloudAccountNotFound
   */
  async findById(id: number): Promise<CloudAccount> {
    return (await this.accounts.findById(id)) ?? notFound();
  }

  /** Last observed health. Null when it is unknown. */
  async healthOf(account: CloudAccount): Promise<CloudAccountHealth | null> {
    const [health] = await this.health.of([account]);
    return health ?? null;
  }

  /** All hosted accounts with their number of active subscriptions. */
  async listHosted(): Promise<{ account: CloudAccount; activeSubscriptions: number }[]> {
    const accounts = await this.accounts.listHosted();
    const blockers = await this.blockers.countsOf(accounts);
    return accounts.map((account, i) => ({ account, activeSubscriptions: blockers[i]!.SUBSCRIPTION.count }));
  }

  /**
   * Adds an account of the vendor, in which every tenant can build.
   *
   * @throws InvalidInput, UnknownRegion, CloudAccountNameTaken
   */
  addHosted(actor: Actor, details: AccountDetails & { readonly provider: CloudProvider }): Promise<CloudAccount> {
    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.add(CloudAccount.createHosted(details, now));
      await this.record('CLOUD_ACCOUNT_CREATED', actor, account, now);
      return account;
    });
  }

  /** Only a newly provided access key can be unknown to AWS at first. */
  private async prove(
    { actor }: Viewer,
    { id, tenantId, region }: Pick<CloudAccount, 'id' | 'tenantId' | 'region'>,
    { newAccess, given, expected }: { newAccess: AwsAccess | null; given?: AwsAccess | null; expected: Expectations },
  ): Promise<Proof | UnknownToAws> {
    if (newAccess) return this.prover.verifyWithRetries(newAccess, region, expected);
    const operationId = randomUUID();
    const use = { actor, purpose: 'CONSOLE_ROLE_CHANGE', operationId } as const;
    const access = given ?? (await this.credentials.reveal(tenantId, id, use));
    if (!access) throw new CloudAccountWithoutCredentials();
    access.refuseRegion(region);
    return this.prover.verify(access, region, expected, false, operationId);
  }

  private record(type: string, actor: Actor, account: CloudAccount, at: Date, more: object = {}): Promise<void> {
    const { id, tenantId, name, provider, ownership } = account;
    const data = { name, provider, ownership, ...more };
    return this.events.record({ type, tenantId, subject: ['CloudAccount', id], actor, at, data });
  }
}

function notFound(path?: readonly string[]): never {
  throw new CloudAccountNotFound(path);
}

/** Requirements for the credentials after the change. */
function expectationsOf(
  account: CloudAccount,
  { consoleRoleName, nodeRoleName, expectedAwsAccountId = null, allowMissingPermissions = false }: CloudAccountChange,
): Expectations {
  return {
    consoleRoleName: changedTo(consoleRoleName, account.consoleRoleName ?? ''),
    nodeRoleName: changedTo(nodeRoleName, account.nodeRoleName),
    expectedAwsAccountId,
    allowMissingPermissions,
  };
}
