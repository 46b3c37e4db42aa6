import { DateTimeScalar, Faultless, PayloadType } from '#libs/graphql';
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { faultInReason } from '../force-detach-request.entity.js';
import { ActorType } from './cloud-account-deletion.types.js';
import { CloudAccountType } from './cloud-account.type.js';

@InputType('ForceDetachCloudAccountInput', { description: 'Which account to give up, with all that stands on it.' })
export class ForceDetachCloudAccountInput {
  @Field(() => ID, { description: 'The account.' })
  readonly id!: string;

  @Field({ description: 'The name of the account, typed, to show that you mean this one.' })
  readonly name!: string;

  @Field({ description: 'Why: 1 to 500 characters, which are kept.' })
  @Faultless('The reason', faultInReason)
  readonly reason!: string;
}

@InputType('ApproveForceDetachInput', { description: 'Which request to agree to.' })
export class ApproveForceDetachInput {
  @Field(() => ID, { description: 'The account.' })
  readonly id!: string;
}

@InputType('CancelForceDetachInput', { description: 'Which request to take back.' })
export class CancelForceDetachInput {
  @Field(() => ID, { description: 'The account.' })
  readonly id!: string;
}

@ObjectType('ForceDetachRequest', {
  description:
    'That somebody wants an account to go, and what stands on it to be given up. Another principal must agree.',
})
export class ForceDetachRequestType {
  @Field({ description: 'Why.' })
  readonly reason!: string;

  @Field(() => ActorType, { description: 'Who wants it.' })
  readonly requestedBy!: ActorType;

  @Field(() => DateTimeScalar, { description: 'Since when.' })
  readonly requestedAt!: Date;

  @Field(() => DateTimeScalar, { description: 'Until when it can be approved: 24 hours later.' })
  readonly expiresAt!: Date;

  @Field(() => Int, { description: 'How many things stood in the way then.' })
  readonly blockerCount!: number;
}

@ObjectType('ForceDetachCloudAccountPayload', { description: 'The answer of `forceDetachCloudAccount`.' })
export class ForceDetachCloudAccountPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'The account, to which nothing has happened yet.' })
  readonly cloudAccount!: unknown;
}

@ObjectType('ApproveForceDetachPayload', { description: 'The answer of `approveForceDetach`.' })
export class ApproveForceDetachPayload extends PayloadType {
  @Field(() => ID, { nullable: true, description: 'The id of the account that is gone.' })
  readonly detachedCloudAccountId!: string | null;

  @Field(() => Int, { nullable: true, description: 'How many subscriptions were given up.' })
  readonly abandonedSubscriptions!: number | null;
}

@ObjectType('CancelForceDetachPayload', { description: 'The answer of `cancelForceDetach`.' })
export class CancelForceDetachPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'The account.' })
  readonly cloudAccount!: unknown;
}
