import type { Viewer } from '#libs/access';
import type { GivenAccess } from '#libs/aws-credentials';
import { Events } from '#libs/events';
import type { Remember } from '#libs/idempotency';
import { changedTo, nameKey, UnitOfWork } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { AwsAccountRule } from '../aws-account-rule.js';
import { CloudAccount, detailsIn, type AccountDetails } from '../cloud-account.entity.js';
import { CloudAccountNameTaken, CustomerAccountMustBeAws } from '../cloud-account.errors.js';
import { cloudAccountEvent } from '../cloud-account-event.js';
import { CloudAccounts } from '../cloud-accounts.js';
import type { CloudProvider } from '../cloud-provider.js';
import { UnknownToAws } from '../credential-trials/credentials-prover.js';
import { AccountContents } from './account-contents.js';
import { CredentialsChange, type RequestedChange } from './credentials-change.js';

export interface NewCloudAccount extends AccountDetails {
  readonly provider: CloudProvider;
  readonly access: GivenAccess;
  readonly consoleRoleName: string;
  readonly nodeRoleName?: string | null;
  readonly expectedAwsAccountId?: string | null;
  readonly allowMissingPermissions?: boolean;
}

export interface CloudAccountChange extends RequestedChange {
  readonly id: number;
  readonly expectedVersion: number;
}

/** Connects the accounts of customers, and changes them. */
@Injectable()
export class ConnectionService {
  constructor(
    private readonly accounts: CloudAccounts,
    private readonly contents: AccountContents,
    private readonly credentials: CredentialsChange,
    private readonly awsAccounts: AwsAccountRule,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
  ) {}

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
    { provider, access, ...input }: NewCloudAccount,
    remember: Remember<CloudAccount>,
  ): Promise<CloudAccount> {
    const { tenantId } = viewer;
    const {
      consoleRoleName,
      nodeRoleName = null,
      expectedAwsAccountId = null,
      allowMissingPermissions = false,
    } = input;
    if (provider !== 'AWS') throw new CustomerAccountMustBeAws();
    if (await this.accounts.hasName(tenantId, nameKey(input.name))) throw new CloudAccountNameTaken();

    const expected = { consoleRoleName, nodeRoleName, expectedAwsAccountId, allowMissingPermissions };
    const first = await this.credentials.askForFirst(viewer, access, input.region, expected);
    const proof = first.proof instanceof UnknownToAws ? null : first.proof;

    return this.unitOfWork.run(async (now) => {
      if (proof) await this.awsAccounts.refuseSecond({ tenantId }, proof);
      const details = { ...input, ...expected, tenantId, provider, access: first.access, proof };
      const account = await this.accounts.add(CloudAccount.create(details, now));
      const { awsAccountId } = account;
      await this.events.record(
        cloudAccountEvent('CLOUD_ACCOUNT_CREATED', viewer.actor, account, now, { awsAccountId }),
      );
      await this.credentials.storeFirst(viewer, account, first, now);
      await remember(account);
      return account;
    });
  }

  /** Replaces a remembered account that was PROPAGATING with its current state, if it still exists. */
  async reload(viewer: Viewer, account: CloudAccount): Promise<CloudAccount> {
    return account.status === 'PROPAGATING'
      ? ((await this.accounts.find(viewer.tenantId, account.id)) ?? account)
      : account;
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
    const seen = await this.accounts.findForChange(viewer.tenantId, id, expectedVersion);
    const isMove = changedTo(change.region, seen.region) !== seen.region;
    if (isMove) await this.contents.refuseRegionChangeInUse(seen);
    const answered = await this.credentials.ask(viewer, seen, change);
    if (!answered) return seen;

    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.holdForChange(viewer.tenantId, id, expectedVersion);
      if (isMove) await this.contents.refuseRegionChangeInUse(account);
      await this.credentials.accept(account, answered);
      const details = detailsIn(change);
      account.change(details, now);
      await this.accounts.update(account);
      await this.credentials.store(viewer, account, answered, change, now);
      const credentials = answered.access ?? undefined;
      const changed = Object.entries({ ...details, credentials, consoleRoleName, nodeRoleName }).flatMap(
        ([field, value]) => (value === undefined ? [] : [field]),
      );
      const data = { changed, version: account.version };
      await this.events.record(cloudAccountEvent('CLOUD_ACCOUNT_UPDATED', viewer.actor, account, now, data));
      return account;
    });
  }
}
