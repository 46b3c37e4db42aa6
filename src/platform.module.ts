import { FailedAttemptLimit } from '#libs/access';
import {
  AwsIam,
  GatewayIdentity,
  RotationPace,
  SdkAwsIam,
  SdkGatewayIdentity,
  type AwsEndpoints,
  type GatewayIdentitySettings,
} from '#libs/aws-credentials';
import { AccountsPerAwsAccount } from '#libs/cloud-accounts';
import { CloudInventory, DriftPace, SdkCloudInventory } from '#libs/drift';
import { Transactions } from '#libs/database';
import { Keychain, KekProvider, EncryptionKeyRotation, StoredKeys, TypeOrmStoredKeys, Vault } from '#libs/encryption';
import { Clock, Reconcilers, SystemClock, UnitOfWork } from '#libs/kernel';
import { CloudWorkshop, SandboxProvisioning, SdkCloudWorkshop } from '#libs/subscriptions';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CostControl } from './fairness/cost-budgets.js';
import { FastPathSetting } from './graphql/execution/fast-path-setting.js';

export interface Platform {
  readonly dataSource: DataSource;
  readonly keks: KekProvider;
  readonly endpoints: AwsEndpoints;
  readonly gatewayIdentity: GatewayIdentitySettings;
  /** Overrides of defaults by the operator. */
  readonly rotationPace?: Partial<RotationPace>;
  readonly driftPace?: Partial<DriftPace>;
  readonly failedAttemptLimit?: Partial<FailedAttemptLimit>;
  readonly sandboxProvisioning?: Partial<SandboxProvisioning>;
  readonly accountsPerAwsAccount?: Partial<AccountsPerAwsAccount>;
  readonly fastPath?: Partial<FastPathSetting>;
  readonly costControl?: CostControl;
}

/** Services that all domains use, created from the configuration: database, encryption and access to AWS. */
@Global()
@Module({})
export class PlatformModule {
  static of({
    dataSource,
    keks,
    endpoints,
    gatewayIdentity,
    rotationPace,
    driftPace,
    failedAttemptLimit,
    sandboxProvisioning,
    accountsPerAwsAccount,
    fastPath,
    costControl = new CostControl(),
  }: Platform): DynamicModule {
    const providers = [
      { provide: DataSource, useValue: dataSource },
      { provide: Clock, useClass: SystemClock },
      { provide: Transactions, inject: [Clock], useFactory: (clock: Clock) => new Transactions(dataSource, clock) },
      { provide: UnitOfWork, useExisting: Transactions },
      { provide: KekProvider, useValue: keks },
      { provide: StoredKeys, useClass: TypeOrmStoredKeys },
      {
        provide: Keychain,
        inject: [StoredKeys, Clock],
        useFactory: (storedKeys: StoredKeys, clock: Clock) => new Keychain(keks, storedKeys, clock),
      },
      {
        provide: EncryptionKeyRotation,
        inject: [StoredKeys, Keychain, Clock],
        useFactory: (storedKeys: StoredKeys, keychain: Keychain, clock: Clock) =>
          new EncryptionKeyRotation(keks, storedKeys, keychain, clock),
      },
      { provide: Vault, inject: [Keychain], useFactory: (keychain: Keychain) => new Vault(keychain) },
      { provide: Reconcilers, useClass: Reconcilers },
      { provide: RotationPace, useFactory: () => Object.assign(new RotationPace(), rotationPace) },
      { provide: DriftPace, useFactory: () => Object.assign(new DriftPace(), driftPace) },
      {
        provide: FailedAttemptLimit,
        useFactory: () => Object.assign(new FailedAttemptLimit(), failedAttemptLimit),
      },
      {
        provide: AccountsPerAwsAccount,
        useFactory: () => Object.assign(new AccountsPerAwsAccount(), accountsPerAwsAccount),
      },
      { provide: CostControl, useValue: costControl },
      { provide: FastPathSetting, useFactory: () => Object.assign(new FastPathSetting(), fastPath) },
      { provide: CloudInventory, useFactory: () => new SdkCloudInventory(endpoints) },
      { provide: CloudWorkshop, useFactory: () => new SdkCloudWorkshop(endpoints) },
      {
        provide: SandboxProvisioning,
        useFactory: () => Object.assign(new SandboxProvisioning(), sandboxProvisioning),
      },
      { provide: AwsIam, useFactory: () => new SdkAwsIam(endpoints) },
      { provide: GatewayIdentity, useFactory: () => new SdkGatewayIdentity(gatewayIdentity) },
    ];
    return { module: PlatformModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}
