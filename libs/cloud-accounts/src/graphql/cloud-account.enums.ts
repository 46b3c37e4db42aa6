import { registerEnumType } from '@nestjs/graphql';
import { CloudAccountHealthState } from '../cloud-account-health.entity.js';
import { CloudAccountOwnership, CloudAccountStatus } from '../cloud-account.entity.js';
import { CloudProvider } from '../cloud-provider.js';
import type { CloudAccountOrderField } from '../cloud-accounts.js';

registerEnumType(CloudProvider, {
  name: 'CloudProvider',
  description: 'Whose cloud the account is in.',
  valuesMap: {
    AWS: { description: 'Amazon Web Services.' },
    AZURE: { description: 'Microsoft Azure; hosted accounts only.' },
    GCP: { description: 'Google Cloud; hosted accounts only.' },
  },
});

registerEnumType(CloudAccountOwnership, {
  name: 'CloudAccountOwnership',
  description: 'Who owns the account at the provider.',
  valuesMap: {
    HOSTED: { description: 'The vendor: everybody may use it, nobody may change it.' },
    CUSTOMER: { description: 'A customer, who brought it along; at AWS only.' },
  },
});

registerEnumType(CloudAccountStatus, {
  name: 'CloudAccountStatus',
  description: 'Where the account is in its life.',
  valuesMap: {
    VERIFYING: { description: 'Its credentials are being checked. Not used yet.' },
    PROPAGATING: {
      description:
        'AWS does not know its key yet, as happens with one that was just made: it is tried for up to two minutes. Not used yet.',
    },
    ACTIVE: { description: 'Subscriptions can be built in it.' },
    MISSING_PERMISSIONS: { description: 'Its credentials work, but may not do all that is needed. Not used yet.' },
    ERROR: {
      description:
        'Its credentials were rejected (`credentialsRejection` says why) or cancelled before they worked. Not used until others are set.',
    },
    DELETING_WHEN_UNUSED: {
      description: 'It goes with its last active subscription; no new one may begin.',
    },
  },
});

registerEnumType(CloudAccountHealthState, {
  name: 'CloudAccountHealthState',
  description: 'What was last observed of an account. Bad news is told when two checks in a row bring it.',
  valuesMap: {
    HEALTHY: { description: 'AWS lets the gateway in, and nothing was seen to be missing.' },
    DEGRADED: {
      description: 'AWS lets the gateway in; permissions, or the trust of the console role, are not as needed.',
    },
    BROKEN: { description: 'The key does not work, or the console role is gone. No subscription may begin.' },
    STALE: { description: 'It was HEALTHY, and for three hours AWS could not be asked.' },
    UNVERIFIED: {
      description: 'AWS lets the gateway in, and whether the permissions suffice is not known: `report` says why.',
    },
  },
});

export const OrderField: Record<CloudAccountOrderField, CloudAccountOrderField> = {
  NAME: 'NAME',
  CREATED_AT: 'CREATED_AT',
};
registerEnumType(OrderField, {
  name: 'CloudAccountOrderField',
  description: 'What cloud accounts can be sorted by.',
  valuesMap: {
    NAME: { description: 'The name, without its case.' },
    CREATED_AT: { description: 'When it was created.' },
  },
});
