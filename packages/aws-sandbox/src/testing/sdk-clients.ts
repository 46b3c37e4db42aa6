import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient, type Credentials } from '@aws-sdk/client-sts';
import { sandboxSecret } from '../accounts/access-key.js';

export interface Signer {
  accessKeyId: string;
  secretAccessKey?: string;
  sessionToken?: string;
  region?: string;
}

/** One attempt unless told otherwise, so that a test sees the answer and not the SDK's patience. */
const configFor = (
  endpoint: string,
  { accessKeyId, secretAccessKey = sandboxSecret, sessionToken, region = 'us-east-1' }: Signer,
  maxAttempts = 1,
) => ({
  endpoint,
  region,
  credentials: { accessKeyId, secretAccessKey, sessionToken },
  maxAttempts,
});

export const stsAt = (endpoint: string, signer: Signer, maxAttempts?: number) =>
  new STSClient(configFor(endpoint, signer, maxAttempts));

export const iamAt = (endpoint: string, signer: Signer, maxAttempts?: number) =>
  new IAMClient(configFor(endpoint, signer, maxAttempts));

export const ec2At = (endpoint: string, signer: Signer, maxAttempts?: number) =>
  new EC2Client(configFor(endpoint, signer, maxAttempts));

/** What STS gave, as a signer takes it. */
export const signerOf = (credentials: Credentials | undefined): Signer => ({
  accessKeyId: credentials!.AccessKeyId!,
  secretAccessKey: credentials!.SecretAccessKey!,
  sessionToken: credentials!.SessionToken!,
});
