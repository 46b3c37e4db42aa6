import { ArnScalar, atMost, CidrBlockScalar, connectionOf, DateTimeScalar } from '#libs/graphql';
import { Type } from 'class-transformer';
import { Field, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { InstanceState, mostRules, type GivenAttributes } from '../desired-attributes.js';
import { ResourceChangeKind } from '../provisioned-resource.entity.js';
import type { ResourceReport } from '../resource-report.js';
import { RuleDirection, type SecurityGroupRule } from '../security-group-rules.js';

registerEnumType(RuleDirection, {
  name: 'SecurityGroupRuleDirection',
  description: 'Which traffic a rule lets through.',
  valuesMap: { INGRESS: { description: 'What comes in.' }, EGRESS: { description: 'What goes out.' } },
});

registerEnumType(InstanceState, {
  name: 'InstanceState',
  description: 'What an instance is to do.',
  valuesMap: { RUNNING: { description: 'To run.' }, STOPPED: { description: 'To stand still.' } },
});

registerEnumType(ResourceChangeKind, {
  name: 'ResourceChangeKind',
  description: 'What became of a resource.',
  valuesMap: {
    PROVISIONED: { description: 'It was built.' },
    CHANGED: { description: 'It is to be otherwise.' },
    REMOVED: { description: 'It was removed.' },
    ORPHANED: { description: 'The cloud account was deleted, and it stayed.' },
  },
});

@InputType('SecurityGroupRuleInput', { description: 'A rule of a security group.' })
export class SecurityGroupRuleInput implements SecurityGroupRule {
  @Field(() => RuleDirection, { description: 'Which traffic.' })
  readonly direction!: RuleDirection;

  @Field({ description: '`tcp`, `udp`, `icmp`, `icmpv6`, the number of a protocol, or `-1` for all.' })
  readonly protocol!: string;

  @Field(() => Int, { nullable: true, description: 'The first port, or the type of ICMP; null for all.' })
  readonly fromPort?: number | null;

  @Field(() => Int, { nullable: true, description: 'The last port, or the code of ICMP; the first one when left out.' })
  readonly toPort?: number | null;

  @Field({ description: 'From or to where: a CIDR block, `sg-…` or `pl-…`.' })
  readonly peer!: string;
}

@InputType('ProvisionedResourceInput', {
  description: 'A resource that was built, changed or removed, and what it is to be: what is left out stays as it was.',
})
export class ProvisionedResourceInput implements ResourceReport, GivenAttributes {
  @Field({ description: "The ARN of a resource of EC2, in the account and the subscription's region." })
  readonly arn!: string;

  @Field({ defaultValue: false, description: 'Whether it is gone now.' })
  readonly isRemoved!: boolean;

  @Field(() => InstanceState, { nullable: true, description: 'Of an instance: whether it is to run.' })
  readonly state?: InstanceState | null;

  @Field(() => String, { nullable: true, description: 'Of an instance: its type, such as `m7g.large`.' })
  readonly instanceType?: string | null;

  @Field(() => String, { nullable: true, description: 'Of a volume: its type, such as `gp3`.' })
  readonly volumeType?: string | null;

  @Field(() => Int, { nullable: true, description: 'Of a volume: its size in GiB, 1 to 65536.' })
  readonly sizeGiB?: number | null;

  @Field(() => CidrBlockScalar, { nullable: true, description: 'Of a subnet or a VPC: its addresses.' })
  readonly cidr?: string | null;

  @Field(() => [SecurityGroupRuleInput], {
    nullable: true,
    description: atMost(mostRules, 'Of a security group: all its rules.'),
  })
  @Type(() => SecurityGroupRuleInput)
  readonly rules?: readonly SecurityGroupRuleInput[] | null;
}

@ObjectType({ isAbstract: true })
abstract class DesiredAttributesType {
  @Field(() => InstanceState, { nullable: true, description: 'Of an instance: what it is to do; null when not told.' })
  readonly state?: unknown;

  @Field(() => String, { nullable: true, description: 'Of an instance: the type it is to have; null when not told.' })
  readonly instanceType?: unknown;

  @Field(() => String, { nullable: true, description: 'Of a volume: the type it is to have; null when not told.' })
  readonly volumeType?: unknown;

  @Field(() => Int, { nullable: true, description: 'Of a volume: the size it is to have, in GiB; null when not told.' })
  readonly sizeGiB?: unknown;

  @Field(() => CidrBlockScalar, {
    nullable: true,
    description: 'Of a subnet or a VPC: the addresses it is to have; null when not told.',
  })
  readonly cidr?: unknown;

  @Field(() => [String], {
    nullable: true,
    description: atMost(
      mostRules,
      'Of a security group: all the rules it is to have, each such as `ingress tcp 6379-6379 10.0.0.0/16`; null when not told.',
    ),
  })
  readonly rules?: unknown;
}

@ObjectType('ResourceChange', {
  description: 'A line in the history of a resource, and what it was to be from then on.',
})
export class ResourceChangeType extends DesiredAttributesType {
  @Field(() => ResourceChangeKind, { description: 'What became of it.' })
  readonly kind!: ResourceChangeKind;

  @Field(() => DateTimeScalar, { description: 'When that was written down.' })
  readonly at!: Date;
}

@ObjectType('ProvisionedResource', {
  description: 'Something that was built for a subscription, as its provisioner says.',
})
export class ProvisionedResourceType extends DesiredAttributesType {
  @Field(() => ArnScalar, { description: 'Its ARN.' })
  readonly arn!: string;

  @Field({ description: 'What it is, such as INSTANCE, VOLUME or SECURITY_GROUP.' })
  readonly kind!: string;

  @Field({ description: 'Where it stands.' })
  readonly region!: string;

  @Field(() => DateTimeScalar, { description: 'Since when it is known.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When something became of it last.' })
  readonly updatedAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was removed; null while it stands.' })
  readonly removedAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When its cloud account was deleted and it stayed; null otherwise.',
  })
  readonly orphanedAt!: Date | null;
}

@ObjectType('ProvisionedResourceConnection', { description: 'A page of a list of resources.' })
export class ProvisionedResourceConnectionType extends connectionOf(ProvisionedResourceType, 'ProvisionedResource') {}
