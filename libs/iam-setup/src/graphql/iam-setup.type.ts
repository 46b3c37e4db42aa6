import { atMost, UrlScalar } from '#libs/graphql';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { provisionedResourcesWarning } from '../provisioned-resources.js';
import type { IamSetupMethods } from '../iam-setup.service.js';

@ObjectType('IamSetupParameter', {
  description: 'A parameter of the CloudFormation template and its value for this setup.',
})
export class IamSetupParameterType {
  @Field({ description: 'Name of the parameter in the template.' })
  readonly name!: string;

  @Field({ description: 'Value of the parameter.' })
  readonly value!: string;
}

@ObjectType('CloudFormationSetup', { description: 'Setup with AWS CloudFormation.' })
export class CloudFormationSetupType {
  @Field({
    description:
      'Template in YAML. Without `tags` it is the same for every customer, and also available at /iam-setup/template.yaml. Save it as template.yaml.',
  })
  readonly template!: string;

  @Field(() => [IamSetupParameterType], { description: atMost(50, 'Parameters for the template.') })
  readonly parameters!: IamSetupParameterType[];

  @Field(() => UrlScalar, {
    nullable: true,
    description:
      'Link that opens the form for a new stack in the AWS console, with the parameters filled in. Null when not available.',
  })
  readonly quickCreateUrl!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Reason why `quickCreateUrl` is not available. Null when it is.',
  })
  readonly quickCreateUnavailableReason!: string | null;

  @Field({
    description:
      'Command for a POSIX shell in the folder of template.yaml. Creates the stack with the AWS CLI and waits for it. Then tags the policies and the instance profile, which CloudFormation cannot tag, and prints the outputs and the secret access key.',
  })
  readonly command!: string;
}

@ObjectType('IamSetupFile', { description: 'A file to save.' })
export class IamSetupFileType {
  @Field({ description: 'Path of the file in the folder.' })
  readonly name!: string;

  @Field({ description: 'Content of the file.' })
  readonly content!: string;
}

@ObjectType('TerraformSetup', { description: 'Setup with Terraform.' })
export class TerraformSetupType {
  @Field(() => [IamSetupFileType], {
    description: atMost(
      20,
      'Files of the module. Only terraform.tfvars.json contains your values. Terraform stores the secret access key in its state.',
    ),
  })
  readonly files!: IamSetupFileType[];

  @Field({ description: 'Commands to run in the folder of the module.' })
  readonly command!: string;
}

@ObjectType('IamSetupStep', {
  description: 'An entity to create manually, either with the instruction or with the command.',
})
export class IamSetupStepType {
  @Field(() => Int, { description: 'Number of the step, starting at 1. The steps must be done in this order.' })
  readonly number!: number;

  @Field({ description: 'Entity to create.' })
  readonly title!: string;

  @Field({ description: 'Instruction for the AWS console.' })
  readonly instruction!: string;

  @Field(() => String, { nullable: true, description: 'Name of the entity. Null when AWS chooses the name.' })
  readonly name!: string | null;

  @Field(() => String, { nullable: true, description: 'JSON document to paste. Null when the step has none.' })
  readonly document!: string | null;

  @Field({ description: 'Equivalent AWS CLI command, for a POSIX shell.' })
  readonly command!: string;
}

@ObjectType('ManualSetup', { description: 'Manual setup in the AWS console or with the AWS CLI.' })
export class ManualSetupType {
  @Field(() => [IamSetupStepType], { description: atMost(100, 'All steps. Empty when `awsAccountId` is not given.') })
  readonly steps!: IamSetupStepType[];

  @Field(() => String, { nullable: true, description: 'Reason why there are no steps. Null when there are.' })
  readonly unavailableReason!: string | null;
}

@ObjectType('IamSetup', {
  description:
    'Setup of the same IAM entities by three methods. The outputs of each method are the inputs of `createCloudAccount`: the access key ID, the secret access key and the name of the console role.',
})
export class IamSetupType implements IamSetupMethods {
  @Field(() => Int, { description: 'Version of the granted permissions (see docs/aws-permissions.md).' })
  readonly manifestVersion!: number;

  @Field(() => String, {
    nullable: true,
    description:
      'External ID that the gateway sends when it assumes the access role: the one of `externalIdHandle`. Null without an access role.',
  })
  readonly externalId!: string | null;

  @Field({ description: `Warning for users of the AWS account: ${provisionedResourcesWarning}` })
  readonly provisionedResourcesWarning!: string;

  @Field(() => CloudFormationSetupType, { description: 'Setup with AWS CloudFormation.' })
  readonly cloudFormation!: CloudFormationSetupType;

  @Field(() => TerraformSetupType, { description: 'Setup with Terraform.' })
  readonly terraform!: TerraformSetupType;

  @Field(() => ManualSetupType, { description: 'Manual setup.' })
  readonly manual!: ManualSetupType;
}
