import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsString, Length } from 'class-validator';
import { CloudAccount, Subscription } from './entities.js';

@ObjectType()
export class PageInfo {
  @Field()
  hasNextPage: boolean;

  @Field(() => String, { nullable: true })
  endCursor: string | null;
}

@ObjectType()
export class CloudAccountConnection {
  @Field(() => [CloudAccount])
  nodes: CloudAccount[];

  @Field()
  pageInfo: PageInfo;
}

@ObjectType()
export class CloudSubscriptionConnection {
  @Field(() => [Subscription])
  nodes: Subscription[];

  @Field()
  pageInfo: PageInfo;
}

/** The subscriptions of one account. */
@ObjectType()
export class AccountSubscriptions {
  accountId: number;
  first: number;
}

@ObjectType('Tenant')
export class TenantType {
  @Field()
  name: string;
}

@ObjectType('Viewer')
export class ViewerType {
  @Field()
  role: string;
}

@ObjectType()
export class UserError {
  @Field()
  code: string;
}

@ObjectType()
export class SubscriptionPayload {
  @Field(() => Subscription, { nullable: true })
  subscription: Subscription | null;

  @Field(() => [UserError])
  userErrors: UserError[];
}

@InputType()
export class CreateSubscriptionInput {
  @Field(() => ID)
  @IsString()
  cloudAccountId: string;

  @Field()
  @Length(1, 64)
  name: string;

  @Field()
  @IsString()
  region: string;
}

@InputType()
export class DeleteSubscriptionInput {
  @Field(() => ID)
  @IsString()
  id: string;
}

export const pageInfo = <Row>(rows: readonly Row[], first: number, cursorOf: (row: Row) => string): PageInfo => {
  const last = rows.slice(0, first).at(-1);
  return { hasNextPage: rows.length > first, endCursor: last ? cursorOf(last) : null };
};
