import { ArnScalar, atMost, connectionOf, registerEnum } from '#libs/graphql';
import type { RemainingEntity } from '#libs/iam-setup';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { CloudAccountType } from '../cloud-account.type.js';

const RemainingEntityKind = {
  POLICY: 'policy',
  ROLE: 'role',
  USER: 'user',
  INSTANCE_PROFILE: 'instance profile',
  ACCESS_KEY: 'access key',
} as const satisfies Record<string, RemainingEntity['kind']>;

registerEnum(RemainingEntityKind, {
  name: 'IamEntityKind',
  description: 'Kind of IAM entity.',
  valuesMap: {
    POLICY: { description: 'Managed policy.' },
    ROLE: { description: 'Role.' },
    USER: { description: 'User.' },
    INSTANCE_PROFILE: { description: 'Instance profile.' },
    ACCESS_KEY: { description: 'Access keys of a user.' },
  },
});

@ObjectType('RemainingIamEntity', {
  description: 'An IAM entity that was created for the gateway. The customer has to remove it.',
})
export class RemainingIamEntityType {
  @Field(() => RemainingEntityKind, { description: 'Kind of IAM entity.' })
  readonly kind!: RemainingEntity['kind'];

  @Field({ description: 'Name of the entity. For access keys, the name of their user.' })
  readonly name!: string;

  @Field(() => ArnScalar, {
    nullable: true,
    description: 'ARN of the entity. Null for access keys, which have no ARN.',
  })
  readonly arn!: string | null;

  @Field({
    description:
      'Whether the gateway knows the actual name. If false, `name` is the one that `iamSetup` uses, and yours can differ.',
  })
  readonly isNameKnown!: boolean;

  @Field({ description: 'AWS CLI command that removes the entity, for a POSIX shell.' })
  readonly command!: string;
}

@ObjectType('RemainingResource', {
  description: 'A resource that was built in the account and still exists, as far as the gateway knows.',
})
export class RemainingResourceType {
  @Field(() => ArnScalar, { description: 'ARN of the resource.' })
  readonly arn!: string;

  @Field({ description: 'Kind of resource, such as INSTANCE, VOLUME or SECURITY_GROUP.' })
  readonly kind!: string;

  @Field({ description: 'Region of the resource.' })
  readonly region!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'AWS CLI command that removes the resource, for a POSIX shell. Null when no single command removes it.',
  })
  readonly command!: string | null;
}

@ObjectType('RemainingResourceConnection', { description: 'A page of a list of remaining resources.' })
export class RemainingResourceConnectionType extends connectionOf(RemainingResourceType, 'RemainingResource') {}

@ObjectType('RemainingInAws', {
  description: 'What remains in AWS after the cloud account is deleted. The gateway removes nothing in AWS.',
})
export class RemainingInAwsType {
  @Field(() => [RemainingIamEntityType], {
    description: atMost(50, 'IAM entities that the customer created, in an order in which they can be removed.'),
  })
  readonly iamEntities!: RemainingEntity[];

  @Field({
    description: 'The IAM entities as text to copy: one per line, with its ARN.',
  })
  readonly iamEntityList!: string;

  @Field({
    description:
      'AWS CLI commands that remove all `iamEntities`, for a POSIX shell. Entities that CloudFormation or Terraform created must be removed with that tool instead.',
  })
  readonly commands!: string;
}

@ObjectType('CloudAccountDeletionPreview', {
  description: 'Preview of a deletion. Computed on every request, without locking the account.',
})
export class DeletionPreviewType {
  @Field(() => CloudAccountType, { description: 'The account.' })
  readonly cloudAccount!: unknown;

  @Field({ description: 'Whether the account can be deleted: it has no blockers and is not hosted.' })
  readonly isDeletable!: boolean;

  @Field(() => Int, {
    description:
      'Number of blockers that you are not allowed to see. Always 0 for hosted accounts, which you cannot delete.',
  })
  readonly hiddenBlockerCount!: number;
}
