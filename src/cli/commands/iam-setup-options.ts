import type { Option } from '../command.js';

/** What an IAM setup takes, whatever its method. Each option but `out` and `tag` is a field of the request of that name. */
export const iamSetupOptions: Readonly<Record<string, Option>> = {
  out: { value: 'DIR', means: 'the folder to write to', isRequired: true },
  region: { value: 'CODE', means: 'decides the partition; us-east-1 when not given' },
  'aws-account-id': { value: 'ID', means: "the customer's account" },
  'expected-aws-account-id': { value: 'ID', means: 'the only account in which anything may be created' },
  'vendor-account-id': { value: 'ID', means: 'instead of VENDOR_AWS_ACCOUNT_ID' },
  path: { value: 'PATH', means: 'the IAM path of every entity; / when not given' },
  'permissions-boundary-arn': { value: 'ARN', means: 'a policy that limits the user and the roles' },
  'user-name': { value: 'NAME', means: 'the name of the IAM user' },
  'node-role-name': { value: 'NAME', means: 'the name of the role of the instances' },
  'console-role-name': { value: 'NAME', means: "the name of the role for the vendor's people" },
  'access-role-name': { value: 'NAME', means: 'the name of the role for the gateway' },
  tag: {
    value: 'Key=KEY,Value=VALUE',
    means: 'a tag of everything that is created; repeat it for more',
    isRepeatable: true,
  },
  'no-create-access-key': { means: 'leave the access key to the customer' },
  'allow-key-rotation': { means: 'the user may replace its own access keys' },
  'create-access-role': { means: 'make a role for the gateway; needs --external-id-handle' },
  'external-id-handle': { value: 'HANDLE', means: 'of the external id; the tenant issues it with issueExternalId' },
};
