import { atMost, Pasted } from '#libs/graphql';
import { Field, InputType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { parameters, switches, type IamSetupRequest } from '../iam-setup.js';
import { mostTags } from '../tags.js';
import { TagInput } from './tag.input.js';

/** Checked by the domain, so that the command line gives the same messages. */
@InputType('IamSetupInput', {
  description:
    'Settings for the setup of an AWS account. All have defaults, unless the operator has not configured one.',
})
export class IamSetupInput implements IamSetupRequest {
  @Field(() => String, {
    nullable: true,
    description: 'Region of the stack, which determines the AWS partition. Defaults to us-east-1.',
  })
  @Pasted()
  readonly region?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Your AWS account, as 12 digits. Required only for the manual method.',
  })
  @Pasted()
  readonly awsAccountId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The only AWS account in which the setup can create entities, as 12 digits. The template, the module and the manual steps stop in any other account. If omitted, any account is accepted.',
  })
  @Pasted()
  readonly expectedAwsAccountId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `${parameters.vendorAccountId.means} Defaults to the account set by the operator. Some vendors use another account in China or GovCloud.`,
  })
  @Pasted()
  readonly vendorAccountId?: string | null;

  @Field(() => String, { nullable: true, description: `${parameters.path.means} Defaults to \`/\`.` })
  @Pasted()
  readonly path?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'ARN of a policy that limits the permissions of the user and the roles. If omitted, no permissions boundary is set.',
  })
  @Pasted()
  readonly permissionsBoundaryArn?: string | null;

  @Field(() => String, { nullable: true, description: parameters.userName.means })
  @Pasted()
  readonly userName?: string | null;

  @Field(() => String, { nullable: true, description: parameters.nodeRoleName.means })
  @Pasted()
  readonly nodeRoleName?: string | null;

  @Field(() => String, { nullable: true, description: parameters.consoleRoleName.means })
  @Pasted()
  readonly consoleRoleName?: string | null;

  @Field(() => String, { nullable: true, description: parameters.accessRoleName.means })
  @Pasted()
  readonly accessRoleName?: string | null;

  @Field(() => [TagInput], {
    nullable: true,
    description: atMost(
      mostTags,
      "Tags of the policies, the roles, the instance profile, the user and the stored secret. If omitted, no tags are added. The keys of the vendor's tags are reserved.",
    ),
  })
  @Type(() => TagInput)
  readonly tags?: TagInput[] | null;

  @Field(() => Boolean, { nullable: true, description: `${switches.createAccessKey.means} Enabled by default.` })
  readonly createAccessKey?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: `${switches.allowAccessKeyRotation.means} Disabled by default.`,
  })
  readonly allowAccessKeyRotation?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: `${switches.createAccessRole.means} Disabled by default.` })
  readonly createAccessRole?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Handle of the external ID for the access role, from `issueExternalId`. Required with `createAccessRole`.',
  })
  @Pasted()
  readonly externalIdHandle?: string | null;
}
