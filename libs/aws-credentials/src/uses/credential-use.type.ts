import { connectionOf, DateTimeScalar } from '#libs/graphql';
import { ActorKind } from '#libs/events';
import { Field, ObjectType, registerEnumType } from '@nestjs/graphql';
import { CredentialUsePurpose, CredentialUseResult } from '../credential-use.entity.js';

registerEnumType(ActorKind, {
  name: 'ActorKind',
  description: 'Who did something.',
  valuesMap: {
    API_KEY: { description: 'Whoever sent a request, with one of your API keys.' },
    OPERATOR: { description: 'Whoever runs the gateway, on the command line.' },
    GATEWAY: { description: 'The gateway, of its own accord.' },
  },
});

registerEnumType(CredentialUsePurpose, {
  name: 'CredentialUsePurpose',
  description: 'What a stored secret is opened for.',
  valuesMap: {
    VERIFICATION: { description: 'To see whether a key that was sent in is the one stored.' },
    CONSOLE_ROLE_CHANGE: { description: 'To look up another console role at AWS.' },
    ROTATION: { description: 'To replace the access key by a new one. Not used yet.' },
    HEALTH_CHECK: { description: 'To see whether the key still works. Not used yet.' },
    DRIFT_CHECK: { description: 'To see whether the AWS account was changed. Not used yet.' },
    PROVISIONING: { description: 'To build what a subscription needs. Not used yet.' },
    KEY_RING: { description: 'To see whether it opens, or to encrypt it with a new key.' },
  },
});

registerEnumType(CredentialUseResult, {
  name: 'CredentialUseResult',
  description: 'How the opening of a stored secret ended.',
  valuesMap: {
    OPENED: { description: 'The secret was used.' },
    REJECTED: { description: 'What is stored is not what was sealed for this account. Nobody got a secret.' },
  },
});

@ObjectType('CredentialUse', {
  description: 'One opening of the stored secret, written down before the secret was used. Kept for 90 days.',
})
export class CredentialUseType {
  @Field(() => DateTimeScalar, { description: 'When it was opened.' })
  readonly usedAt!: Date;

  @Field(() => ActorKind, { description: 'Who opened it.' })
  readonly actorKind!: ActorKind;

  @Field({ description: 'How they were called then: the name of the API key, for one.' })
  readonly actorName!: string;

  @Field(() => CredentialUsePurpose, { description: 'What for.' })
  readonly purpose!: CredentialUsePurpose;

  @Field({ description: 'A UUID of this use: the name of the session in CloudTrail, where AWS takes one.' })
  readonly operationId!: string;

  @Field(() => CredentialUseResult, { description: 'How it ended.' })
  readonly result!: CredentialUseResult;
}

@ObjectType('CredentialUseConnection', { description: 'A page of the list of uses of a stored secret.' })
export class CredentialUseConnectionType extends connectionOf(CredentialUseType, 'CredentialUse') {}
