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
      'How to make what the vendor needs in your AWS account: an IAM user with an access key or an access role, a console role, and the role of the instances. Changes nothing. An access role without an external id is refused with EXTERNAL_ID_NEEDED.',
  })
  iamSetup(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { nullable: true, description: 'What to set up.' }) input: IamSetupInput = new IamSetupInput(),
  ): Promise<IamSetupMethods> {
    return this.service.methodsFor(viewer, input);
  }
}
