import {
  atMost,
  CidrBlockScalar,
  connectionOf,
  DateTimeScalar,
  Faultless,
  isTyped,
  NodeType,
  PayloadType,
} from '#libs/graphql';
import { faultInIdempotencyKey, idempotencyKeyDescription } from '#libs/idempotency';
import { faultInName } from '#libs/kernel';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { ApiKeyFilter } from '../access-records.js';
import { ApiKey, defaultLifetime, faultInCidrs, faultInLifetime, mostCidrs } from '../api-key.entity.js';
import { Role } from '../viewer.js';

registerEnumType(Role, {
  name: 'Role',
  description: 'What an API key may do in its tenant.',
  valuesMap: {
    VIEWER: { description: 'Look at everything but the API keys of others.' },
    MANAGER: { description: 'All that a VIEWER may; and create, change and delete cloud accounts and subscriptions.' },
    OWNER: {
      description:
        'All that a MANAGER may; look at, create and revoke API keys; see what accounts were deleted, and detach accounts by force.',
    },
    PROVISIONER: {
      description:
        "Build, change and take down what every tenant's subscriptions stand for, and nothing else. The vendor's own; made on the command line.",
    },
  },
});

@ObjectType('Tenant', { description: 'A customer of the vendor: what one has, no other sees.' })
export class TenantType {
  @Field({ description: 'What the operator calls it.' })
  readonly name!: string;
}

@ObjectType('Viewer', { description: 'Who sends the request.' })
export class ViewerType {
  @Field(() => Role, { description: 'What its API key may do.' })
  readonly role!: Role;

  @Field({ description: 'Whether its API key may ask for the schema.' })
  readonly mayIntrospect!: boolean;

  @Field({ description: "Whether its API key is the operator's, made on the command line." })
  readonly isOperator!: boolean;
}

@ObjectType('ApiKey', { implements: NodeType, description: 'A key that opens the gateway for a tenant.' })
export class ApiKeyType extends NodeType {
  @Field({ description: 'What people call it.' })
  readonly name!: string;

  @Field(() => Role, { description: 'What it may do.' })
  readonly role!: Role;

  @Field({ description: 'The eight characters after `gwk_live_`, by which a key is recognised.' })
  readonly keyId!: string;

  @Field(() => [CidrBlockScalar], {
    description: atMost(mostCidrs, 'The addresses it may be used from; empty: from anywhere.'),
  })
  readonly allowedCidrs!: string[];

  @Field({ description: 'Whether it may ask for the schema.' })
  readonly mayIntrospect!: boolean;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ends; null when it does not end by itself.' })
  readonly expiresAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was revoked; null when it was not.' })
  readonly revokedAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was last used, to the minute; null when it never was.',
  })
  readonly lastUsedAt!: Date | null;
}

isTyped(ApiKey, 'ApiKey');

@ObjectType('ApiKeyConnection', { description: 'A page of a list of API keys.' })
export class ApiKeyConnectionType extends connectionOf(ApiKeyType, 'ApiKey') {}

@InputType('ApiKeyFilter', { description: 'Which API keys to list.' })
export class ApiKeyFilterInput implements ApiKeyFilter {
  @Field(() => Boolean, {
    nullable: true,
    description: 'Only those that still open something, or only those that expired or were revoked.',
  })
  readonly isUsable?: boolean | null;
}

@InputType('CreateApiKeyInput', { description: 'Another API key for your tenant.' })
export class CreateApiKeyInput {
  @Field({ description: 'What people call it: 1 to 64 characters.' })
  @Faultless('The name', faultInName)
  readonly name!: string;

  @Field(() => Role, { description: 'What it may do. Give it no more than it needs.' })
  readonly role!: Role;

  @Field(() => Int, { defaultValue: defaultLifetime, description: 'For how many days it opens anything, 1 to 3650.' })
  @Faultless('The lifetime', faultInLifetime)
  readonly expiresInDays!: number;

  @Field(() => [CidrBlockScalar], {
    defaultValue: [],
    description: atMost(mostCidrs, 'The blocks of addresses it may be used from; empty: from anywhere.'),
  })
  @Faultless('The list of addresses', faultInCidrs)
  readonly allowedCidrs!: string[];

  @Field({ defaultValue: false, description: 'Whether it may ask for the schema, as tools and playgrounds do.' })
  readonly mayIntrospect!: boolean;

  @Field(() => String, { nullable: true, description: idempotencyKeyDescription })
  @Faultless('The idempotency key', faultInIdempotencyKey)
  readonly idempotencyKey?: string | null;
}

@ObjectType('CreateApiKeyPayload', { description: 'The answer of `createApiKey`.' })
export class CreateApiKeyPayload extends PayloadType {
  @Field(() => ApiKeyType, { nullable: true, description: 'The new key.' })
  readonly apiKey!: unknown;

  @Field(() => String, {
    nullable: true,
    description:
      'What to send as `Authorization: Bearer …`. Shown this once: a repeated request is answered with null.',
  })
  readonly secret!: string | null;
}

@InputType('RevokeApiKeyInput', { description: 'Which key to revoke.' })
export class RevokeApiKeyInput {
  @Field(() => ID, { description: 'The key.' })
  readonly id!: string;
}

@ObjectType('RevokeApiKeyPayload', { description: 'The answer of `revokeApiKey`.' })
export class RevokeApiKeyPayload extends PayloadType {
  @Field(() => ApiKeyType, { nullable: true, description: 'The key, which opens nothing any more.' })
  readonly apiKey!: unknown;
}
