import { ArnScalar, atMost, CidrBlockScalar, connectionOf, DateTimeScalar, registerEnum } from '#libs/graphql';
import { Type } from 'class-transformer';
import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { InstanceState, mostRules, type GivenAttributes } from '../desired-attributes.js';
import { ResourceChangeKind } from '../provisioned-resource.entity.js';
import type { ResourceReport } from '../resource-report.js';
import { RuleDirection, type SecurityGroupRule } from '../security-group-rules.js';

registerEnum(RuleDirection, {
  name: 'SecurityGroupRuleDirection',
  description: 'Direction of the traffic that a rule allows.',
  valuesMap: { INGRESS: { description: 'Incoming traffic.' }, EGRESS: { description: 'Outgoing traffic.' } },
});

registerEnum(InstanceState, {
  name: 'InstanceState',
  description: 'Expected state of an instance.',
  valuesMap: { RUNNING: { description: 'The instance runs.' }, STOPPED: { description: 'The instance is stopped.' } },
});

registerEnum(ResourceChangeKind, {
  name: 'ResourceChangeKind',
  description: 'Kind of change of a resource.',
  valuesMap: {
    PROVISIONED: { description: 'The resource was built.' },
    CHANGED: { description: 'The expected attributes changed.' },
    REMOVED: { description: 'The resource was removed.' },
    ORPHANED: { description: 'The cloud account was deleted and the resource was left in AWS.' },
  },
});

@InputType('SecurityGroupRuleInput', { description: 'A rule of a security group.' })
export class SecurityGroupRuleInput implements SecurityGroupRule {
  @Field(() => RuleDirection, { description: 'Direction of the traffic.' })
  readonly direction!: RuleDirection;

  @Field({ description: 'Protocol: `tcp`, `udp`, `icmp`, `icmpv6`, a protocol number, or `-1` for all.' })
  readonly protocol!: string;

  @Field(() => Int, { nullable: true, description: 'First port, or the ICMP type. Null: all.' })
  readonly fromPort?: number | null;

  @Field(() => Int, { nullable: true, description: 'Last port, or the ICMP code. Defaults to `fromPort`.' })
  readonly toPort?: number | null;

  @Field({ description: 'Source or destination of the traffic: a CIDR block, `sg-…` or `pl-…`.' })
  readonly peer!: string;
}

@InputType('ProvisionedResourceInput', {
  description:
    'A resource that was built, changed or removed, with its expected attributes. Omitted attributes remain unchanged.',
})
export class ProvisionedResourceInput implements ResourceReport, GivenAttributes {
  @Field({ description: 'ARN of an EC2 resource in the AWS account and region of the subscription.' })
  readonly arn!: string;

  @Field({ defaultValue: false, description: 'Whether the resource was removed.' })
  readonly isRemoved!: boolean;

  @Field(() => InstanceState, { nullable: true, description: 'Expected state. Only for instances.' })
  readonly state?: InstanceState | null;

  @Field(() => String, {
    nullable: true,
    description: 'Expected instance type, such as `m7g.large`. Only for instances.',
  })
  readonly instanceType?: string | null;

  @Field(() => String, { nullable: true, description: 'Expected volume type, such as `gp3`. Only for volumes.' })
  readonly volumeType?: string | null;

  @Field(() => Int, { nullable: true, description: 'Expected size in GiB, 1 to 65536. Only for volumes.' })
  readonly sizeGiB?: number | null;

  @Field(() => CidrBlockScalar, { nullable: true, description: 'Expected IP addresses. Only for subnets and VPCs.' })
  readonly cidr?: string | null;

  @Field(() => [SecurityGroupRuleInput], {
    nullable: true,
    description: atMost(mostRules, 'All expected rules. Only for security groups.'),
  })
  @Type(() => SecurityGroupRuleInput)
  readonly rules?: readonly SecurityGroupRuleInput[] | null;
}

@ObjectType({ isAbstract: true })
export abstract class DesiredAttributesType {
  @Field(() => InstanceState, { nullable: true, description: 'Expected state of an instance. Null when not reported.' })
  readonly state?: unknown;

  @Field(() => String, { nullable: true, description: 'Expected type of an instance. Null when not reported.' })
  readonly instanceType?: unknown;

  @Field(() => String, { nullable: true, description: 'Expected type of a volume. Null when not reported.' })
  readonly volumeType?: unknown;

  @Field(() => Int, { nullable: true, description: 'Expected size of a volume in GiB. Null when not reported.' })
  readonly sizeGiB?: unknown;

  @Field(() => CidrBlockScalar, {
    nullable: true,
    description: 'Expected IP addresses of a subnet or a VPC. Null when not reported.',
  })
  readonly cidr?: unknown;

  @Field(() => [String], {
    nullable: true,
    description: atMost(
      mostRules,
      'All expected rules of a security group, such as `ingress tcp 6379-6379 10.0.0.0/16`. Null when not reported.',
    ),
  })
  readonly rules?: unknown;
}

@ObjectType('ResourceChange', {
  description: 'A change of a resource, with its expected attributes from then on.',
})
export class ResourceChangeType extends DesiredAttributesType {
  @Field(() => ResourceChangeKind, { description: 'Kind of change.' })
  readonly kind!: ResourceChangeKind;

  @Field(() => DateTimeScalar, { description: 'Time when the change was recorded.' })
  readonly changedAt!: Date;
}

@ObjectType('ProvisionedResource', {
  description: 'A resource that was built for a subscription, as reported by its provisioner.',
})
export class ProvisionedResourceType extends DesiredAttributesType {
  @Field(() => ArnScalar, { description: 'ARN of the resource.' })
  readonly arn!: string;

  @Field({ description: 'Kind of resource, such as INSTANCE, VOLUME or SECURITY_GROUP.' })
  readonly kind!: string;

  @Field({ description: 'Region of the resource.' })
  readonly region!: string;

  @Field(() => DateTimeScalar, { description: 'Time when the resource was first reported.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'Time of the last change.' })
  readonly updatedAt!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Time when the resource was removed. Null while it exists.',
  })
  readonly removedAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Time when the cloud account was deleted and the resource was left in AWS. Null otherwise.',
  })
  readonly orphanedAt!: Date | null;
}

@ObjectType('ProvisionedResourceConnection', { description: 'A page of a list of resources.' })
export class ProvisionedResourceConnectionType extends connectionOf(ProvisionedResourceType, 'ProvisionedResource') {}
