import { atMost, UrlScalar } from '#libs/graphql';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { provisionedResourcesWarning } from '../provisioned-resources.js';
import type { IamSetupMethods } from '../iam-setup.service.js';

@ObjectType('IamSetupParameter', {
  description: 'A parameter of the CloudFormation template, and its value for this setup.',
})
export class IamSetupParameterType {
  @Field({ description: 'Its name in the template.' })
  readonly name!: string;

  @Field({ description: 'Its value.' })
  readonly value!: string;
}

@ObjectType('CloudFormationSetup', { description: 'With AWS CloudFormation.' })
export class CloudFormationSetupType {
  @Field({
    description:
      'The template, as YAML. Without `tags` it is the same for every customer, and also at /iam-setup/template.yaml. Save it as template.yaml.',
  })
  readonly template!: string;

  @Field(() => [IamSetupParameterType], { description: atMost(50, 'What to fill in.') })
  readonly parameters!: IamSetupParameterType[];

  @Field(() => UrlScalar, {
    nullable: true,
    description: 'Opens the form of a new stack in the AWS console, filled in.',
  })
  readonly quickCreateUrl!: string | null;

  @Field(() => String, { nullable: true, description: 'Why there is no such link; null when there is.' })
  readonly quickCreateUnavailable!: string | null;

  @Field({
    description:
      'Creates the stack with the AWS CLI, waits for it, tags the policies and the instance profile, which CloudFormation cannot tag, and prints the outputs and the secret access key. For a POSIX shell, beside template.yaml.',
  })
  readonly command!: string;
}

@ObjectType('IamSetupFile', { description: 'A file to save.' })
export class IamSetupFileType {
  @Field({ description: 'Its path within the folder.' })
  readonly name!: string;

  @Field({ description: 'What is in it.' })
  readonly content!: string;
}

@ObjectType('TerraformSetup', { description: 'With Terraform.' })
export class TerraformSetupType {
  @Field(() => [IamSetupFileType], {
    description: atMost(
      20,
      'The module; your values are in terraform.tfvars.json alone. The secret key will stand in the Terraform state.',
    ),
  })
  readonly files!: IamSetupFileType[];

  @Field({ description: 'What to run in its folder.' })
  readonly command!: string;
}

@ObjectType('IamSetupStep', { description: 'One thing to make by hand: as the instruction says, or with the command.' })
export class IamSetupStepType {
  @Field(() => Int, { description: 'From 1, in the order in which they can be done.' })
  readonly number!: number;

  @Field({ description: 'What is made.' })
  readonly title!: string;

  @Field({ description: 'What to do in the AWS console.' })
  readonly instruction!: string;

  @Field(() => String, { nullable: true, description: 'What it is to be called; null where AWS names it.' })
  readonly name!: string | null;

  @Field(() => String, { nullable: true, description: 'The JSON to paste; null where there is none.' })
  readonly document!: string | null;

  @Field({ description: 'The same with the AWS CLI, for a POSIX shell.' })
  readonly command!: string;
}

@ObjectType('ManualSetup', { description: 'By hand, in the AWS console or with the AWS CLI.' })
export class ManualSetupType {
  @Field(() => [IamSetupStepType], { description: atMost(100, 'All steps; empty without an AWS account.') })
  readonly steps!: IamSetupStepType[];

  @Field(() => String, { nullable: true, description: 'Why there are no steps; null when there are.' })
  readonly unavailable!: string | null;
}

@ObjectType('IamSetup', {
  description:
    'The same IAM entities by three methods. Whichever is used, its outputs are what `createCloudAccount` asks for: the access key id, the secret, and the name of the console role.',
})
export class IamSetupType implements IamSetupMethods {
  @Field(() => Int, { description: 'The version of the permissions that are granted: docs/aws-permissions.md.' })
  readonly manifestVersion!: number;

  @Field(() => String, {
    nullable: true,
    description:
      'What the gateway says when it assumes the access role: the id of `externalIdHandle`; null without an access role.',
  })
  readonly externalId!: string | null;

  @Field({ description: `What not to do in the AWS account afterwards: ${provisionedResourcesWarning}` })
  readonly provisionedResourcesWarning!: string;

  @Field(() => CloudFormationSetupType, { description: 'With AWS CloudFormation.' })
  readonly cloudFormation!: CloudFormationSetupType;

  @Field(() => TerraformSetupType, { description: 'With Terraform.' })
  readonly terraform!: TerraformSetupType;

  @Field(() => ManualSetupType, { description: 'By hand.' })
  readonly manual!: ManualSetupType;
}
