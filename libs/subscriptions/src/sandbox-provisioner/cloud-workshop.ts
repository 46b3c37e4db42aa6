import type { AwsAccessKey } from '#libs/aws-credentials';
import type { SecurityGroupRule } from '#libs/ledger';

/** Where to build, for which subscription, and with which credentials. */
export interface Workplace {
  readonly key: AwsAccessKey;
  readonly region: string;
  /** Tags of everything that is created. */
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  /** The tag that identifies the subscription. */
  readonly mark: { readonly key: string; readonly value: string };
}

/** What to create. */
export type Blueprint =
  | { readonly kind: 'VPC'; readonly cidr: string }
  | { readonly kind: 'SUBNET'; readonly vpcId: string; readonly cidr: string }
  | { readonly kind: 'SECURITY_GROUP'; readonly vpcId: string }
  | { readonly kind: 'VOLUME'; readonly volumeType: string; readonly sizeGiB: number }
  | { readonly kind: 'INSTANCE'; readonly instanceType: string; readonly subnetId: string; readonly groupId: string };

export type BuiltKind = Blueprint['kind'];

/** Existing resource. */
export interface BuiltThing {
  readonly id: string;
  /** Whether the resource has reached its state: an instance takes some time to start. */
  readonly isReady: boolean;
  /** Whether an instance is stopped. */
  readonly isStopped: boolean;
}

/**
 * Port to EC2: enough to build a realistic subscription. Every method throws `CredentialsRejected` when AWS refuses or
 * cannot be reached.
 */
export abstract class CloudWorkshop {
  /** Existing resources of the subscription of one kind, oldest first. */
  abstract standing(place: Workplace, kind: BuiltKind): Promise<BuiltThing[]>;

  /** @returns the ID */
  abstract make(place: Workplace, blueprint: Blueprint): Promise<string>;

  /** Adds missing rules to a security group. */
  abstract allow(place: Workplace, groupId: string, rules: readonly SecurityGroupRule[]): Promise<void>;

  abstract start(place: Workplace, instanceId: string): Promise<void>;

  /** For an instance, this only starts the termination. */
  abstract remove(place: Workplace, kind: BuiltKind, id: string): Promise<void>;
}
