import { iamRegions, partitionOf, type AwsPartition } from '#libs/iam-setup';
import type { AwsAccessKey } from '../aws-access-key.js';
import { CredentialsRejected } from '../aws-credentials.errors.js';

/** Where AWS is, as the operator configured it. No tenant and no environment variable of the SDK has a say in it. */
export interface AwsEndpoints {
  /** The sandbox's address; absent while it is off. */
  readonly sandbox?: string;
  /** Another AWS endpoint for all keys that are not the sandbox's. */
  readonly override?: string;
  /** How long AWS may take to answer one question, retries included, in milliseconds. */
  readonly timeoutMs: number;
}

/** The services of AWS that are asked. */
export type AwsService = 'sts' | 'iam' | 'ec2';

export interface Endpoint {
  readonly url: string;
  readonly signingRegion: string;
}

// STS and EC2 answer in every region of a partition; IAM has one address per partition, signed for one region.
const partitions: Record<AwsPartition, { dnsSuffix: string; iam: string }> = {
  aws: { dnsSuffix: 'amazonaws.com', iam: 'https://iam.amazonaws.com' },
  'aws-cn': { dnsSuffix: 'amazonaws.com.cn', iam: 'https://iam.cn-north-1.amazonaws.com.cn' },
  'aws-us-gov': { dnsSuffix: 'amazonaws.com', iam: 'https://iam.us-gov.amazonaws.com' },
  'aws-eusc': { dnsSuffix: 'amazonaws.eu', iam: 'https://iam.eusc-de-east-1.amazonaws.eu' },
};

/**
 * Where a question with this key goes: the sandbox's keys to the sandbox and nowhere else, all others never there.
 *
 * @throws CredentialsRejected for a sandbox key while the sandbox is off
 */
export function endpointFor(
  service: AwsService,
  key: AwsAccessKey,
  region: string,
  { sandbox, override }: AwsEndpoints,
): Endpoint {
  const partition = partitionOf(region);
  if (!partition) throw new Error('The region was not checked before the request to AWS.');

  const { dnsSuffix, iam } = partitions[partition];
  const real =
    service === 'iam'
      ? { url: iam, signingRegion: iamRegions[partition] }
      : { url: `https://${service}.${region}.${dnsSuffix}`, signingRegion: region };
  if (!key.isSandbox) return override ? { ...real, url: override } : real;

  if (!sandbox)
    throw new CredentialsRejected(
      'SANDBOX_DISABLED',
      'This is an access key of the sandbox, which is disabled.',
      'accessKeyId',
    );
  return { ...real, url: sandbox };
}
