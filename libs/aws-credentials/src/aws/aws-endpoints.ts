import { iamRegions, partitionOf, type AwsPartition } from '#libs/iam-setup';
import type { AwsAccessKey } from '../aws-access-key.js';
import { CredentialsRejected } from '../aws-credentials.errors.js';

/** Endpoints of AWS, as configured by the operator. Tenants and environment variables of the SDK cannot change them. */
export interface AwsEndpoints {
  /** URL of the sandbox. Undefined while it is disabled. */
  readonly sandbox?: string;
  /** Endpoint for all access keys that do not belong to the sandbox. */
  readonly override?: string;
  /** Timeout of one call in milliseconds, including retries. */
  readonly timeoutMs: number;
}

/** AWS services that the gateway calls. */
export type AwsService = 'sts' | 'iam' | 'ec2';

export interface Endpoint {
  readonly url: string;
  readonly signingRegion: string;
}

// STS and EC2 have an endpoint in every region of a partition. IAM has one endpoint per partition, signed for one
// region.
const partitions: Record<AwsPartition, { dnsSuffix: string; iam: string }> = {
  aws: { dnsSuffix: 'amazonaws.com', iam: 'https://iam.amazonaws.com' },
  'aws-cn': { dnsSuffix: 'amazonaws.com.cn', iam: 'https://iam.cn-north-1.amazonaws.com.cn' },
  'aws-us-gov': { dnsSuffix: 'amazonaws.com', iam: 'https://iam.us-gov.amazonaws.com' },
  'aws-eusc': { dnsSuffix: 'amazonaws.eu', iam: 'https://iam.eusc-de-east-1.amazonaws.eu' },
};

/**
 * Endpoint for this access key. Access keys of the sandbox are sent only to the sandbox, and no others are.
 *
 * @throws CredentialsRejected for an access key of the sandbox while the sandbox is disabled
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
