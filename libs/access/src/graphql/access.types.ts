import {
  atMost,
  CidrBlockScalar,
  connectionOf,
  DateTimeScalar,
  Faultless,
  isTyped,
  NodeType,
  Pasted,
  PayloadType,
  registerEnum,
} from '#libs/graphql';
import { faultInIdempotencyKey, idempotencyKeyDescription } from '#libs/idempotency';
import { faultInName } from '#libs/kernel';
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { ApiKeyFilter } from '../access-records.js';
import { ApiKey, defaultLifetime, faultInCidrs, faultInLifetime, mostCidrs } from '../api-key.entity.js';
import { Role } from '../viewer.js';

registerEnum(Role, {
  name: 'Role',
  description: 'Role of an API key in its tenant.',
  valuesMap: {
    VIEWER: { description: 'Can read everything except the API keys of others.' },
    MANAGER: {
      description:
        'Can do everything that a VIEWER can. Can also create, change and delete cloud accounts and subscriptions.',
    },
    OWNER: {
      description:
        'Can do everything that a MANAGER can. Can also read, create and revoke API keys, read deleted accounts, and force-detach accounts.',
    },
    PROVISIONER: {
      description:
        'Can only build, change and remove the resources of subscriptions, for every tenant. Reserved for the vendor and created on the command line.',
    },
  },
});

@ObjectType('Tenant', { description: 'A customer of the vendor. No tenant can see the data of another.' })
export class TenantType {
  @Field({ description: 'Name of the tenant, set by the operator.' })
  readonly name!: string;
}

@ObjectType('Viewer', { description: 'The sender of the request.' })
export class ViewerType {
  @Field(() => Role, { description: 'Role of the API key.' })
  readonly role!: Role;

  @Field({ description: 'Whether the API key can read the schema by introspection.' })
  readonly canIntrospect!: boolean;

  @Field({ description: 'Whether the API key belongs to the operator. Such keys are created on the command line.' })
  readonly isOperator!: boolean;
}

@ObjectType('ApiKey', { implements: NodeType, description: 'An API key of a tenant.' })
export class ApiKeyType extends NodeType {
  @Field({ description: 'Name of the API key.' })
  readonly name!: string;

  @Field(() => Role, { description: 'Role of the API key.' })
  readonly role!: Role;

  @Field({
    name: 'apiKeyId',
    description: 'The eight characters after `gwk_live_`, which identify the API key.',
  })
  readonly keyId!: string;

  @Field(() => [CidrBlockScalar], {
    description: atMost(mostCidrs, 'IP address ranges from which the API key can be used. Empty: any address.'),
  })
  readonly allowedCidrs!: string[];

  @Field({ description: 'Whether the API key can read the schema by introspection.' })
  readonly canIntrospect!: boolean;

  @Field(() => DateTimeScalar, { description: 'Time when the API key was created.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Time when the API key expires. Null: it does not expire.',
  })
  readonly expiresAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Time when the API key was revoked. Null when it is not revoked.',
  })
  readonly revokedAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Time of the last use, to the minute. Null when the API key was never used.',
  })
  readonly lastUsedAt!: Date | null;
}

isTyped(ApiKey, 'ApiKey');

@ObjectType('ApiKeyConnection', { description: 'A page of a list of API keys.' })
export class ApiKeyConnectionType extends connectionOf(ApiKeyType, 'ApiKey') {}

@InputType('ApiKeyFilter', { description: 'Filter for API keys.' })
export class ApiKeyFilterInput implements ApiKeyFilter {
  @Field(() => Boolean, {
    nullable: true,
    description: 'True: only valid API keys. False: only expired and revoked ones.',
  })
  readonly isUsable?: boolean | null;
}

@InputType('CreateApiKeyInput', { description: 'Input of `createApiKey`.' })
export class CreateApiKeyInput {
  @Field({ description: 'Name of the API key. 1 to 64 characters.' })
  @Faultless('The name', faultInName)
  readonly name!: string;

  @Field(() => Role, { description: 'Role of the API key. Choose the role with the fewest permissions that you need.' })
  readonly role!: Role;

  @Field(() => Int, { defaultValue: defaultLifetime, description: 'Lifetime of the API key in days, 1 to 3650.' })
  @Faultless('The lifetime', faultInLifetime)
  readonly expiresInDays!: number;

  @Field(() => [CidrBlockScalar], {
    defaultValue: [],
    description: atMost(mostCidrs, 'IP address ranges from which the API key can be used. Empty: any address.'),
  })
  @Pasted()
  @Faultless('The list of addresses', faultInCidrs)
  readonly allowedCidrs!: string[];

  @Field({
    defaultValue: false,
    description: 'Whether the API key can read the schema by introspection, as developer tools do.',
  })
  readonly canIntrospect!: boolean;

  @Field(() => String, { nullable: true, description: idempotencyKeyDescription })
  @Faultless('The idempotency key', faultInIdempotencyKey)
  readonly idempotencyKey?: string | null;
}

@ObjectType('CreateApiKeyPayload', { description: 'Payload of `createApiKey`.' })
export class CreateApiKeyPayload extends PayloadType {
  @Field(() => ApiKeyType, { nullable: true, description: 'Created API key.' })
  readonly apiKey!: unknown;

  @Field(() => String, {
    nullable: true,
    description:
      'Secret to send as `Authorization: Bearer …`. Returned only once: null when the request is repeated with the same idempotency key.',
  })
  readonly secret!: string | null;
}

@InputType('RevokeApiKeyInput', { description: 'Input of `revokeApiKey`.' })
export class RevokeApiKeyInput {
  @Field(() => ID, { description: 'ID of the API key.' })
  readonly id!: string;
}

@ObjectType('RevokeApiKeyPayload', { description: 'Payload of `revokeApiKey`.' })
export class RevokeApiKeyPayload extends PayloadType {
  @Field(() => ApiKeyType, { nullable: true, description: 'Revoked API key.' })
  readonly apiKey!: unknown;
}
