import { IamSetupService, inShell, type RemainingEntity } from '#libs/iam-setup';
import type { Page } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import type { CloudAccount } from '../cloud-account.entity.js';
import { RemainingResources, type RemainingResource } from './remaining-resources.js';

/** What remains in AWS after an account is deleted. The gateway removes nothing there. */
export interface RemainingInAws {
  readonly account: CloudAccount;
  /** In an order in which they can be removed. */
  readonly iamEntities: readonly RemainingEntity[];
}

/** A resource, and the command that removes it. */
export interface RemainingResourceCommand extends RemainingResource {
  /** Null when no single command removes this kind. */
  readonly command: string | null;
}

@Injectable()
export class RemainingInAwsService {
  constructor(
    private readonly setup: IamSetupService,
    private readonly resources: RemainingResources,
  ) {}

  /** Null for an account whose credentials AWS never accepted: the gateway does not know what exists there. */
  of(account: CloudAccount): RemainingInAws | null {
    const { awsAccountId, awsUserArn: principalArn, consoleRoleArn, nodeRoleName } = account;
    if (awsAccountId === null || principalArn === null) return null;
    return {
      account,
      iamEntities: this.setup.remainingAfterDeletion({ awsAccountId, principalArn, consoleRoleArn, nodeRoleName }),
    };
  }

  /** Resources in the account, as far as known, that follow the given ID. */
  async resourcesIn({ id }: CloudAccount, afterId: number, count: number): Promise<Page<RemainingResourceCommand>> {
    const listed = await this.resources.page(id, { afterId, limit: count + 1 });
    const items = listed.slice(0, count).map((resource) => ({ ...resource, command: commandFor(resource) }));
    return { items, hasNextPage: listed.length > count, hasPreviousPage: afterId > 0 };
  }

  countResources({ id }: CloudAccount): Promise<number> {
    return this.resources.count(id);
  }
}

/** AWS CLI commands for kinds that are removed by ID alone. */
const removals: Readonly<Record<string, readonly [command: string, option: string]>> = {
  INSTANCE: ['terminate-instances', '--instance-ids'],
  VOLUME: ['delete-volume', '--volume-id'],
  SECURITY_GROUP: ['delete-security-group', '--group-id'],
  SUBNET: ['delete-subnet', '--subnet-id'],
  VPC: ['delete-vpc', '--vpc-id'],
};

function commandFor({ kind, arn, region }: RemainingResource): string | null {
  const removal = removals[kind];
  if (!removal) return null;
  const [command, option] = removal;
  return inShell(['aws', 'ec2', command, option, arn.slice(arn.lastIndexOf('/') + 1), '--region', region]);
}
