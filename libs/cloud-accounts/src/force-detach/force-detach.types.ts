import { DateTimeScalar, Faultless, PayloadType } from '#libs/graphql';
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { faultInReason } from './force-detach-request.entity.js';
import { ActorType } from '../deletion/cloud-account-deletion.types.js';
import { CloudAccountType } from '../cloud-account.type.js';

@InputType('ForceDetachCloudAccountInput', { description: 'Input of `forceDetachCloudAccount`.' })
export class ForceDetachCloudAccountInput {
  @Field(() => ID, { description: 'ID of the account.' })
  readonly id!: string;

  @Field({ description: 'Name of the account, typed as a confirmation.' })
  readonly name!: string;

  @Field({ description: 'Reason for the force detach. 1 to 500 characters. The gateway stores it.' })
  @Faultless('The reason', faultInReason)
  readonly reason!: string;
}

@InputType('ApproveForceDetachInput', { description: 'Input of `approveForceDetach`.' })
export class ApproveForceDetachInput {
  @Field(() => ID, { description: 'ID of the account.' })
  readonly id!: string;
}

@InputType('CancelForceDetachInput', { description: 'Input of `cancelForceDetach`.' })
export class CancelForceDetachInput {
  @Field(() => ID, { description: 'ID of the account.' })
  readonly id!: string;
}

@ObjectType('ForceDetachRequest', {
  description: 'A request to delete a cloud account and abandon its subscriptions. Another principal must approve it.',
})
export class ForceDetachRequestType {
  @Field({ description: 'Reason given for the force detach.' })
  readonly reason!: string;

  @Field(() => ActorType, { description: 'Actor that requested the force detach.' })
  readonly requestedBy!: ActorType;

  @Field(() => DateTimeScalar, { description: 'Time of the request.' })
  readonly requestedAt!: Date;

  @Field(() => DateTimeScalar, { description: 'Time when the request expires: 24 hours after it was made.' })
  readonly expiresAt!: Date;

  @Field(() => Int, { description: 'Number of blockers at the time of the request.' })
  readonly blockerCount!: number;
}

@ObjectType('ForceDetachCloudAccountPayload', { description: 'Payload of `forceDetachCloudAccount`.' })
export class ForceDetachCloudAccountPayload extends PayloadType {
  @Field(() => CloudAccountType, {
    nullable: true,
    description: 'Account. It is unchanged until the request is approved.',
  })
  readonly cloudAccount!: unknown;
}

@ObjectType('ApproveForceDetachPayload', { description: 'Payload of `approveForceDetach`.' })
export class ApproveForceDetachPayload extends PayloadType {
  @Field(() => ID, { nullable: true, description: 'ID of the deleted account.' })
  readonly detachedCloudAccountId!: string | null;

  @Field(() => Int, { nullable: true, description: 'Number of subscriptions that were abandoned.' })
  readonly abandonedSubscriptionCount!: number | null;
}

@ObjectType('CancelForceDetachPayload', { description: 'Payload of `cancelForceDetach`.' })
export class CancelForceDetachPayload extends PayloadType {
  @Field(() => CloudAccountType, { nullable: true, description: 'Account in its current state.' })
  readonly cloudAccount!: unknown;
}
