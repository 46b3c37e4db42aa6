import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { sandboxSecret } from '../access-key.js';

interface Signer {
  accessKeyId: string;
  secretAccessKey?: string;
  region?: string;
}

/** One attempt, so that a test sees the answer and not the SDK's patience. */
const configFor = (
  endpoint: string,
  { accessKeyId, secretAccessKey = sandboxSecret, region = 'us-east-1' }: Signer,
) => ({
  endpoint,
  region,
  credentials: { accessKeyId, secretAccessKey },
  maxAttempts: 1,
});

export const stsAt = (endpoint: string, signer: Signer) => new STSClient(configFor(endpoint, signer));

export const iamAt = (endpoint: string, signer: Signer) => new IAMClient(configFor(endpoint, signer));
