import type { Option } from '../command.js';

/** Options of every IAM setup. Each option except `out` and `tag` is a field of the request with the same name. */
export const iamSetupOptions: Readonly<Record<string, Option>> = {
  out: { value: 'DIR', means: 'the folder to write to', isRequired: true },
  region: { value: 'CODE', means: 'determines the partition; default us-east-1' },
  'aws-account-id': { value: 'ID', means: "the customer's account" },
  'expected-aws-account-id': { value: 'ID', means: 'the only account in which the setup can create entities' },
  'vendor-account-id': { value: 'ID', means: 'instead of VENDOR_AWS_ACCOUNT_ID' },
  path: { value: 'PATH', means: 'the IAM path of every entity; default /' },
  'permissions-boundary-arn': { value: 'ARN', means: 'a policy that limits the user and the roles' },
  'user-name': { value: 'NAME', means: 'the name of the IAM user' },
  'node-role-name': { value: 'NAME', means: 'the name of the role of the instances' },
  'console-role-name': { value: 'NAME', means: "the name of the role for the vendor's staff" },
  'access-role-name': { value: 'NAME', means: 'the name of the role for the gateway' },
  tag: {
    value: 'Key=KEY,Value=VALUE',
    means: 'a tag of every created entity, repeatable',
    isRepeatable: true,
  },
  'no-create-access-key': { means: 'do not create the access key' },
  'allow-access-key-rotation': { means: 'allow the user to replace its own access keys' },
  'create-access-role': { means: 'create a role for the gateway; requires --external-id-handle' },
  'external-id-handle': {
    value: 'HANDLE',
    means: 'the handle of the external ID that the tenant issued with issueExternalId',
  },
};
