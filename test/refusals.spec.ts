import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusalsOfMutations } from './support/refusals.js';
import { projectFolder } from './support/process.js';

/** Any operation can end with these, before its mutation begins. */
const ofAnyOperation = ['FORBIDDEN'];

const duplicates = ['AWS_ROLE_ALREADY_CONNECTED', 'AWS_USER_ALREADY_CONNECTED', 'CLOUD_ACCOUNT_NAME_TAKEN'];

/** Codes that the analysis finds but cannot occur, with the reason. */
const excluded: { mutations: readonly string[]; codes: readonly string[] | RegExp; because: string }[] = [
  {
    mutations: ['verifyCloudAccount'],
    codes: /^(AWS_|SANDBOX_DISABLED$|GATEWAY_IDENTITY_MISSING$)/,
    because: 'the answers of AWS are part of the report',
  },
  {
    mutations: ['testAwsCredentials'],
    codes:
      /^(AWS_(?!TEMPORARY_ACCESS_KEY)|SANDBOX_DISABLED$|GATEWAY_IDENTITY_MISSING$|EXTERNAL_ID_CHANGE_NOT_ALLOWED$)/,
    because: 'the answers of AWS are part of the report, and there is no account whose external ID could differ',
  },
  {
    mutations: [
      'cancelCloudAccountDeletion',
      'cancelPendingCredentials',
      'deleteCloudAccount',
      'setAccessKeyRotationPolicy',
      'verifyCloudAccount',
    ],
    codes: duplicates,
    because: 'they change neither the name nor the credentials of the account they write',
  },
  {
    mutations: ['cancelPendingCredentials'],
    codes: ['INVALID_INPUT'],
    because: 'the name it would be about is not changed',
  },
  {
    mutations: ['deleteSubscription', 'completeProvisioning', 'cancelRotation'],
    codes: ['CLOUD_ACCOUNT_IN_USE'],
    because: 'an account in use is not removed by them: it waits until it is unused',
  },
  {
    mutations: [
      'deleteCloudAccount',
      'deleteSubscription',
      'completeProvisioning',
      'cancelRotation',
      'approveForceDetach',
    ],
    codes: ['ROTATION_IN_PROGRESS'],
    because: 'a rotation blocks the deletion before anything is shredded',
  },
  {
    mutations: [
      'completeProvisioning',
      'claimProvisioningWork',
      'reportProvisioning',
      'issueProvisioningCredentials',
      'performIamStep',
    ],
    codes: ['NOT_FOUND'],
    because: 'an account with an active subscription is there',
  },
  {
    mutations: ['approveForceDetach', 'completeProvisioning', 'failProvisioning'],
    codes: ['SUBSCRIPTION_ALREADY_ENDED'],
    because: 'a subscription that ended has no work and does not block',
  },
  {
    mutations: ['completeProvisioning'],
    codes: ['SUBSCRIPTION_BEING_DELETED'],
    because: 'the work of such a subscription is to take it down',
  },
  { mutations: ['createApiKey'], codes: ['NOT_FOUND'], because: 'the tenant of the caller is there' },
  {
    mutations: ['createCloudAccount'],
    codes: ['EXTERNAL_ID_CHANGE_NOT_ALLOWED', 'ROTATION_IN_PROGRESS'],
    because: 'a new account has neither an external ID nor a rotation',
  },
];

function isExcluded(mutation: string, code: string): boolean {
  return (
    ofAnyOperation.includes(code) ||
    excluded.some(
      ({ mutations, codes }) =>
        mutations.includes(mutation) && (codes instanceof RegExp ? codes.test(code) : codes.includes(code)),
    )
  );
}

describe('the error codes in a description', () => {
  const found = refusalsOfMutations();

  it('are those that the code can throw', () => {
    const file = join(projectFolder, 'src/graphql/refusals.json');
    const derived = Object.fromEntries(
      [...found]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([mutation, codes]) => [mutation, codes.filter((code) => !isExcluded(mutation, code))]),
    );
    if (process.env['UPDATE_DOCS']) writeFileSync(file, `${JSON.stringify(derived, null, 2)}\n`);

    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(derived);
  });

  it('omit only codes that would be listed without the exception', () => {
    const needless = excluded.flatMap(({ mutations, codes }) =>
      mutations.flatMap((mutation) =>
        (codes instanceof RegExp ? [codes] : codes)
          .filter((code) =>
            found.get(mutation)?.every((each) => (code instanceof RegExp ? !code.test(each) : each !== code)),
          )
          .map((code) => `${mutation} ${code}`),
      ),
    );

    expect(needless).toEqual([]);
  });
});
