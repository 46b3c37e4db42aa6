import { ArnScalar, atMost, connectionOf } from '#libs/graphql';
import type { LeftEntity } from '#libs/iam-setup';
import { Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { CloudAccountType } from './cloud-account.type.js';

const LeftEntityKind = {
  POLICY: 'policy',
  ROLE: 'role',
  USER: 'user',
  INSTANCE_PROFILE: 'instance profile',
  ACCESS_KEY: 'access key',
} as const satisfies Record<string, LeftEntity['kind']>;

registerEnumType(LeftEntityKind, {
  name: 'IamEntityKind',
  description: 'What kind of thing at IAM it is.',
  valuesMap: {
    POLICY: { description: 'A managed policy.' },
    ROLE: { description: 'A role.' },
    USER: { description: 'A user.' },
    INSTANCE_PROFILE: { description: 'An instance profile.' },
    ACCESS_KEY: { description: 'The access keys of a user.' },
  },
});

@ObjectType('LeftIamEntity', {
  description: "Something at IAM that was made for the gateway, and is the customer's to remove.",
})
export class LeftIamEntityType {
  @Field(() => LeftEntityKind, { description: 'What it is.' })
  readonly kind!: LeftEntity['kind'];

  @Field({ description: 'Its name; of access keys that of their user.' })
  readonly name!: string;

  @Field(() => ArnScalar, { nullable: true, description: 'Its ARN; null for access keys, which have none.' })
  readonly arn!: string | null;

  @Field({
    description: 'Whether it is known to be called so; else it is what `iamSetup` calls it, and yours may differ.',
  })
  readonly isNameKnown!: boolean;

  @Field({ description: 'Removes it, for a POSIX shell with the AWS CLI.' })
  readonly command!: string;
}

@ObjectType('StandingResource', {
  description: 'Something that was built in the account, and stands there as far as is known.',
})
export class StandingResourceType {
  @Field(() => ArnScalar, { description: 'Its ARN.' })
  readonly arn!: string;

  @Field({ description: 'What it is, such as INSTANCE, VOLUME or SECURITY_GROUP.' })
  readonly kind!: string;

  @Field({ description: 'Where it stands.' })
  readonly region!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Removes it, for a POSIX shell with the AWS CLI; null for what has no such command.',
  })
  readonly command!: string | null;
}

@ObjectType('StandingResourceConnection', { description: 'A page of the list of what stands in an account.' })
export class StandingResourceConnectionType extends connectionOf(StandingResourceType, 'StandingResource') {}

@ObjectType('LeftBehind', {
  description: 'What stays at AWS when the account is deleted here: the gateway removes nothing there.',
})
export class LeftBehindType {
  @Field(() => [LeftIamEntityType], {
    description: atMost(50, 'What the customer made at IAM, in an order in which it can be removed.'),
  })
  readonly iamEntities!: LeftEntity[];

  @Field({
    description: 'The same as a list to copy: a line for each, with its ARN.',
  })
  readonly list!: string;

  @Field({
    description:
      'Removes all of `iamEntities`, for a POSIX shell with the AWS CLI. What was made with CloudFormation or Terraform is removed with them instead.',
  })
  readonly commands!: string;
}

@ObjectType('CloudAccountDeletionPreview', {
  description: 'What would become of a deletion, asked anew each time: nothing is held meanwhile.',
})
export class DeletionPreviewType {
  @Field(() => CloudAccountType, { description: 'The account.' })
  readonly cloudAccount!: unknown;

  @Field({ description: 'Whether nothing stands in the way, and it is no hosted account.' })
  readonly isDeletable!: boolean;

  @Field(() => Int, { description: 'How many of the blockers you may not see.' })
  readonly hiddenBlockerCount!: number;
}
