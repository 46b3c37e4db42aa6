import { connectionOf, DateTimeScalar, registerEnum } from '#libs/graphql';
import { ActorKind } from '#libs/events';
import { Field, ObjectType } from '@nestjs/graphql';
import { CredentialUsePurpose, CredentialUseResult } from '../credential-use.entity.js';

registerEnum(ActorKind, {
  name: 'ActorKind',
  description: 'Kind of actor.',
  valuesMap: {
    API_KEY: { description: 'The sender of a request with one of your API keys.' },
    OPERATOR: { description: 'The operator of the gateway, on the command line.' },
    GATEWAY: { description: 'The gateway itself, without a request.' },
  },
});

registerEnum(CredentialUsePurpose, {
  name: 'CredentialUsePurpose',
  description: 'Purpose of a use of the stored secret.',
  valuesMap: {
    VERIFICATION: {
      description: 'Verification of the stored credentials, or comparison with credentials that were sent.',
    },
    CONSOLE_ROLE_CHANGE: { description: 'Verification of a new console role or region.' },
    ROTATION: { description: 'Rotation of the access key.' },
    HEALTH_CHECK: { description: 'Health check.' },
    DRIFT_CHECK: { description: 'Drift check.' },
    PROVISIONING: { description: 'Provisioning of a subscription.' },
    KEY_RING: { description: 'Check that the secret can be decrypted, or encryption with a new encryption key.' },
  },
});

registerEnum(CredentialUseResult, {
  name: 'CredentialUseResult',
  description: 'Result of a use of the stored secret.',
  valuesMap: {
    DECRYPTED: { description: 'The secret was decrypted.' },
    REJECTED: { description: 'The stored data is not what was encrypted for this account. No secret was released.' },
  },
});

@ObjectType('CredentialUse', {
  description: 'A use of the stored secret, recorded before the secret was used. Kept for 90 days.',
})
export class CredentialUseType {
  @Field(() => DateTimeScalar, { description: 'Time of the use.' })
  readonly usedAt!: Date;

  @Field(() => ActorKind, { description: 'Kind of actor that used the secret.' })
  readonly actorKind!: ActorKind;

  @Field({ description: 'Name of the actor at that time. For an API key, the name of the API key.' })
  readonly actorName!: string;

  @Field(() => CredentialUsePurpose, { description: 'Purpose of the use.' })
  readonly purpose!: CredentialUsePurpose;

  @Field({ description: 'UUID of this use. In CloudTrail, it is the name of the session where AWS supports one.' })
  readonly operationId!: string;

  @Field(() => CredentialUseResult, { description: 'Result of the use.' })
  readonly result!: CredentialUseResult;
}

@ObjectType('CredentialUseConnection', { description: 'A page of a list of uses of a stored secret.' })
export class CredentialUseConnectionType extends connectionOf(CredentialUseType, 'CredentialUse') {}
