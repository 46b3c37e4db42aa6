import { atMost } from '#libs/graphql';
import { Field, InputType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { parameters, switches, type IamSetupRequest } from '../iam-setup.js';
import { mostTags } from '../tags.js';
import { TagInput } from './tag.input.js';

/** The domain checks it as a whole, so that the command line is told the same. */
@InputType('IamSetupInput', {
  description: 'What to set up in an AWS account. Everything has a default but what the operator has not set.',
})
export class IamSetupInput implements IamSetupRequest {
  @Field(() => String, {
    nullable: true,
    description: 'Where the stack is made, and thereby the partition of your AWS account; us-east-1 when not given.',
  })
  readonly region?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Your AWS account, twelve digits. Only the manual method needs it.',
  })
  readonly awsAccountId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The only AWS account in which anything may be created, twelve digits. The template, the module and the manual steps stop in any other account. Any account when not given.',
  })
  readonly expectedAwsAccountId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `${parameters.vendorAccountId.means} The operator's when not given; some vendors have another one in China or GovCloud.`,
  })
  readonly vendorAccountId?: string | null;

  @Field(() => String, { nullable: true, description: `${parameters.path.means} \`/\` when not given.` })
  readonly path?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'A policy of yours that limits the user and the roles; none when not given.',
  })
  readonly permissionsBoundaryArn?: string | null;

  @Field(() => String, { nullable: true, description: parameters.userName.means })
  readonly userName?: string | null;

  @Field(() => String, { nullable: true, description: parameters.nodeRoleName.means })
  readonly nodeRoleName?: string | null;

  @Field(() => String, { nullable: true, description: parameters.consoleRoleName.means })
  readonly consoleRoleName?: string | null;

  @Field(() => String, { nullable: true, description: parameters.accessRoleName.means })
  readonly accessRoleName?: string | null;

  @Field(() => [TagInput], {
    nullable: true,
    description: atMost(
      mostTags,
      'Tags of the policies, the roles, the instance profile, the user and the stored secret; none when not given. The keys that the vendor uses are reserved.',
    ),
  })
  @Type(() => TagInput)
  readonly tags?: TagInput[] | null;

  @Field(() => Boolean, { nullable: true, description: `${switches.createAccessKey.means} On when not given.` })
  readonly createAccessKey?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: `${switches.allowKeyRotation.means} Off when not given.` })
  readonly allowKeyRotation?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: `${switches.createAccessRole.means} Off when not given.` })
  readonly createAccessRole?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Of the external id the access role is to demand, from `issueExternalId`: needed with `createAccessRole`.',
  })
  readonly externalIdHandle?: string | null;
}
