import { registerEnum } from '#libs/graphql';

import { CloudAccountOwnership, CloudAccountStatus } from './cloud-account.entity.js';
import { CloudProvider } from './cloud-provider.js';
import type { CloudAccountOrderField } from './cloud-accounts.js';

registerEnum(CloudProvider, {
  name: 'CloudProvider',
  description: 'Cloud provider of an account.',
  valuesMap: {
    AWS: { description: 'Amazon Web Services.' },
    AZURE: { description: 'Microsoft Azure. Hosted accounts only.' },
    GCP: { description: 'Google Cloud. Hosted accounts only.' },
  },
});

registerEnum(CloudAccountOwnership, {
  name: 'CloudAccountOwnership',
  description: 'Owner of an account at the provider.',
  valuesMap: {
    HOSTED: { description: 'Owned by the vendor. Every tenant can use the account. Only the operator can change it.' },
    CUSTOMER: { description: 'Owned by a customer. AWS only.' },
  },
});

registerEnum(CloudAccountStatus, {
  name: 'CloudAccountStatus',
  description: 'Lifecycle status of a cloud account.',
  valuesMap: {
    PROPAGATING: {
      description:
        'AWS does not recognize the new credentials yet. The gateway retries for up to two minutes. The account is not used yet.',
    },
    ACTIVE: { description: 'Subscriptions can be created in the account.' },
    MISSING_PERMISSIONS: {
      description: 'The credentials work, but lack required permissions. The account is not used yet.',
    },
    ERROR: {
      description:
        'The credentials were rejected (see `credentialsRejection`), or cancelled before AWS accepted them. The account is not used until you set other credentials.',
    },
    DELETING_WHEN_UNUSED: {
      description:
        'Scheduled for deletion. The account accepts no new subscriptions and is deleted when no blockers are left.',
    },
  },
});

export const OrderField: Record<CloudAccountOrderField, CloudAccountOrderField> = {
  NAME: 'NAME',
  CREATED_AT: 'CREATED_AT',
};
registerEnum(OrderField, {
  name: 'CloudAccountOrderField',
  description: 'Fields by which cloud accounts can be sorted.',
  valuesMap: {
    NAME: { description: 'Name, ignoring case.' },
    CREATED_AT: { description: 'Time of creation.' },
  },
});
