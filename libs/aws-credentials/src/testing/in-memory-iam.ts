import type { Clock } from '#libs/kernel';
import { Secret } from '#libs/kernel';
import { AwsAccessKey } from '../aws-access-key.js';
import { CredentialsRejected, RegionNotEnabled } from '../aws-credentials.errors.js';
import {
  AwsIam,
  type AwsIdentity,
  type AwsKeysOfUser,
  type AwsSession,
  type AwsSimulation,
  type AwsTrustedRole,
  type AwsVerdict,
} from '../aws-iam.js';

interface IamKey {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly createdAt: Date;
  /** Time from which AWS recognizes the access key. */
  readonly knownFrom: number;
  isActive: boolean;
  lastUsedAt: Date | null;
}

/**
 * Called before and after an action takes effect. If it throws, the client receives that error instead of the answer.
 */
export type AroundAction = (action: string, when: 'before' | 'after') => void;

/**
 * Access keys of one IAM user, with the rules of AWS: at most two, and delayed recognition. Uses the clock of the test,
 * so that waiting takes no time and every moment can be tested.
 */
export class InMemoryIam extends AwsIam {
  readonly identity: AwsIdentity = {
    accountId: '123456789012',
    userId: 'AIDAROTATED',
    arn: 'arn:aws:iam::123456789012:user/rotated',
  };
  /** Time until a new access key is recognized, in milliseconds. */
  propagation = 0;
  /** Whether a new access key is already recognized in the default region. */
  knowsKeysElsewhere = false;
  limit = 2;
  /** Clock of AWS minus clock of the gateway, in milliseconds. */
  skew = 0;
  around: AroundAction = () => undefined;
  readonly denied = new Set<string>();
  /** Maximum number of access keys at one moment. */
  most = 0;
  readonly asked: string[] = [];
  private readonly keys = new Map<string, IamKey>();
  private made = 0;

  constructor(private readonly clock: Clock) {
    super();
  }

  /** Creates an access key as a user does in the AWS console. */
  add(isActive = true): AwsAccessKey {
    const accessKeyId = `AKIA${String(++this.made).padStart(16, '0')}`;
    const secret = `secret of ${accessKeyId}`.padEnd(40, '/');
    const now = this.clock.now().getTime();
    const createdAt = new Date(Math.floor((now + this.skew) / 1000) * 1000);
    const knownFrom = now + this.propagation;
    this.keys.set(accessKeyId, { accessKeyId, secret, createdAt, knownFrom, isActive, lastUsedAt: null });
    this.most = Math.max(this.most, this.keys.size);
    return new AwsAccessKey(accessKeyId, new Secret(secret));
  }

  /** Deletes an access key as a user does in the AWS console. */
  remove(accessKeyId: string): void {
    this.keys.delete(accessKeyId);
  }

  /** Everything that determines later answers, as text. */
  get state(): string {
    const { propagation, knowsKeysElsewhere, limit, skew, most, made, keys } = this;
    return JSON.stringify([propagation, knowsKeysElsewhere, limit, skew, most, made, ...keys.values()]);
  }

  /** Returns a function that restores the current state. */
  snapshot(): () => void {
    const { propagation, knowsKeysElsewhere, limit, skew, most, made } = this;
    const keys = [...this.keys.values()].map((key) => ({ ...key }));
    return () => {
      Object.assign(this, { propagation, knowsKeysElsewhere, limit, skew, most, made });
      this.keys.clear();
      for (const key of keys) this.keys.set(key.accessKeyId, { ...key });
    };
  }

  key(accessKeyId: string): IamKey | undefined {
    return this.keys.get(accessKeyId);
  }

  get ids(): string[] {
    return [...this.keys.keys()];
  }

  /** Whether AWS would accept a call with this access key. */
  accepts({ accessKeyId, secretAccessKey }: AwsAccessKey): boolean {
    const key = this.keys.get(accessKeyId);
    return Boolean(
      key?.isActive && key.knownFrom <= this.clock.now().getTime() && key.secret === secretAccessKey.reveal(),
    );
  }

  identityOf(key: AwsAccessKey): Promise<AwsIdentity> {
    return this.act('sts:GetCallerIdentity', key, () => this.identity);
  }

  role(key: AwsAccessKey, _: string, name: string): Promise<AwsTrustedRole> {
    return this.act('iam:GetRole', key, () => ({
      name,
      arn: `arn:aws:iam::123456789012:role/${name}`,
      trustPolicy: '{}',
    }));
  }

  simulate(key: AwsAccessKey, _: string, { actions, resources }: AwsSimulation): Promise<AwsVerdict[]> {
    return this.act('iam:SimulatePrincipalPolicy', key, () =>
      actions.flatMap((action) =>
        resources.map((resource) => ({
          action,
          resource,
          decision: this.denied.has(action) ? ('implicitDeny' as const) : ('allowed' as const),
          isAllowedByOrganization: true,
          isAllowedByBoundary: true,
          missingContext: [],
          decidedBy: [],
        })),
      ),
    );
  }

  accessKeys(key: AwsAccessKey): Promise<AwsKeysOfUser> {
    return this.act('iam:ListAccessKeys', key, () => ({
      keys: [...this.keys.values()].map(({ accessKeyId, isActive, createdAt }) => ({
        accessKeyId,
        isActive,
        createdAt,
      })),
      at: new Date(Math.floor((this.clock.now().getTime() + this.skew) / 1000) * 1000),
    }));
  }

  createAccessKey(key: AwsAccessKey): Promise<{ key: AwsAccessKey; createdAt: Date }> {
    return this.act('iam:CreateAccessKey', key, () => {
      if (this.keys.size >= this.limit) throw refused('LimitExceeded');
      const made = this.add();
      return { key: made, createdAt: this.keys.get(made.accessKeyId)!.createdAt };
    });
  }

  setKeyActive(key: AwsAccessKey, _: string, accessKeyId: string, isActive: boolean): Promise<void> {
    return this.act('iam:UpdateAccessKey', key, () => {
      const there = this.keys.get(accessKeyId);
      if (!there) throw refused('NoSuchEntity');
      there.isActive = isActive;
    });
  }

  deleteAccessKey(key: AwsAccessKey, _: string, accessKeyId: string): Promise<void> {
    return this.act('iam:DeleteAccessKey', key, () => void this.keys.delete(accessKeyId));
  }

  keyLastUsed(key: AwsAccessKey, _: string, accessKeyId: string): Promise<Date | null> {
    return this.act('iam:GetAccessKeyLastUsed', key, () => this.keys.get(accessKeyId)?.lastUsedAt ?? null);
  }

  createServiceLinkedRole(): Promise<void> {
    return Promise.reject(new Error('A rotation makes no role.'));
  }

  assumeRole(): Promise<AwsSession> {
    return Promise.reject(new Error('A rotation assumes no role.'));
  }

  sessionOf(): Promise<AwsSession> {
    return Promise.reject(new Error('A rotation needs no session.'));
  }

  private async act<T>(action: string, key: AwsAccessKey, effect: () => T): Promise<T> {
    this.asked.push(action);
    this.around(action, 'before');
    if (!this.accepts(key)) {
      const unknown = new CredentialsRejected('AWS_ACCESS_KEY_UNKNOWN', 'AWS does not recognize this access key.', 'accessKeyId', 'InvalidClientTokenId'); // prettier-ignore
      throw this.knowsKeysElsewhere && action.startsWith('sts:') ? new RegionNotEnabled(unknown) : unknown;
    }
    if (this.denied.has(action)) {
      const message = `AWS does not allow ${action}: no identity-based policy allows it.`;
      throw new CredentialsRejected('AWS_ACTION_DENIED', message, null, 'AccessDenied', {}, 'IDENTITY_POLICY');
    }
    const result = effect();
    this.around(action, 'after');
    return result;
  }
}

const refused = (awsErrorCode: string) =>
  new CredentialsRejected('AWS_REFUSED', 'AWS refused the request.', 'accessKeyId', awsErrorCode);

export const unreachable = () =>
  new CredentialsRejected('AWS_UNREACHABLE', 'AWS could not be reached, or returned a server error.', null);
