import type { AwsAccessKey } from '#libs/aws-credentials';
import type { SecurityGroupRule } from '#libs/ledger';

/** Where something is built, for which subscription, and with what. */
export interface Workplace {
  readonly key: AwsAccessKey;
  readonly region: string;
  /** What everything that is made is tagged with. */
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  /** Of those the one that tells the subscription. */
  readonly mark: { readonly key: string; readonly value: string };
}

/** What is to be made. */
export type Blueprint =
  | { readonly kind: 'VPC'; readonly cidr: string }
  | { readonly kind: 'SUBNET'; readonly vpcId: string; readonly cidr: string }
  | { readonly kind: 'SECURITY_GROUP'; readonly vpcId: string }
  | { readonly kind: 'VOLUME'; readonly volumeType: string; readonly sizeGiB: number }
  | { readonly kind: 'INSTANCE'; readonly instanceType: string; readonly subnetId: string; readonly groupId: string };

export type BuiltKind = Blueprint['kind'];

/** Something that stands. */
export interface BuiltThing {
  readonly id: string;
  /** Whether it has become what it is to be: an instance takes a while to run. */
  readonly isReady: boolean;
  /** Of an instance: whether it was stopped. */
  readonly isStopped: boolean;
}

/**
 * Building in an AWS account, as much of it as a run needs that people can believe. Everything here throws
 * `CredentialsRejected`: AWS refused, or could not be asked.
 */
export abstract class CloudWorkshop {
  /** What stands for the subscription, of one kind; the oldest first. */
  abstract standing(place: Workplace, kind: BuiltKind): Promise<BuiltThing[]>;

  /** @returns its id */
  abstract make(place: Workplace, blueprint: Blueprint): Promise<string>;

  /** Lets in what the rules say, as far as it is not let in already. */
  abstract allow(place: Workplace, groupId: string, rules: readonly SecurityGroupRule[]): Promise<void>;

  abstract start(place: Workplace, instanceId: string): Promise<void>;

  /** Of an instance only the beginning of its end. */
  abstract remove(place: Workplace, kind: BuiltKind, id: string): Promise<void>;
}
