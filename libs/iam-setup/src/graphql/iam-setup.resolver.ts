import { CurrentViewer, type Viewer } from '#libs/access';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { IamSetupService, type IamSetupMethods } from '../iam-setup.service.js';
import { IamSetupInput } from './iam-setup.input.js';
import { IamSetupType } from './iam-setup.type.js';

@Resolver(() => IamSetupType)
export class IamSetupResolver {
  constructor(private readonly service: IamSetupService) {}

  @Query(() => IamSetupType, {
    description:
      'Instructions to set up your AWS account for the vendor: an IAM user with an access key or an access role, a console role, and the role for instances. Changes nothing. An access role without an external ID is refused with EXTERNAL_ID_REQUIRED.',
  })
  iamSetup(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { nullable: true, description: 'Settings for the setup.' })
    input: IamSetupInput = new IamSetupInput(),
  ): Promise<IamSetupMethods> {
    return this.service.methodsFor(viewer, input);
  }
}
