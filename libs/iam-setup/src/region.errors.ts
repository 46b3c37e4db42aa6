import { DomainError, type ErrorCatalog } from '#libs/kernel';

export const regionErrors = {
  UNKNOWN_REGION: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Use a region code of the provider: for example us-east-1 for AWS, westeurope for AZURE, europe-west1 for GCP.',
  },
  REGION_IN_ANOTHER_PARTITION: {
    kind: 'invalid',
    responsibleParty: 'CALLER',
    retryable: false,
    remediation:
      'Choose a region in the partition of the account. China, GovCloud and the European Sovereign Cloud are separate partitions.',
  },
} satisfies ErrorCatalog;

export class UnknownRegion extends DomainError {
  constructor(path: readonly string[], message: string) {
    super(regionErrors, 'UNKNOWN_REGION', message, { path });
  }
}

/** Partitions of AWS are separate: an access key or a role of one is unknown in the others. */
export class RegionInAnotherPartition extends DomainError {
  constructor(than: 'account' | 'access role') {
    super(regionErrors, 'REGION_IN_ANOTHER_PARTITION', `The region is in another AWS partition than the ${than}.`, {
      path: ['input', 'region'],
    });
  }
}
