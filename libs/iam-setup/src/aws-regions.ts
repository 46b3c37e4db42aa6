export type AwsPartition = 'aws' | 'aws-cn' | 'aws-us-gov' | 'aws-eusc';

// Regions of the public partitions, as the AWS SDK knows them. A test compares this list with the SDK.
const regions: Record<AwsPartition, string> = {
  aws: `af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2
    ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7
    ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3
    il-central-1 me-central-1 me-south-1 me-west-1 mx-central-1 sa-east-1 sa-west-1
    us-east-1 us-east-2 us-west-1 us-west-2`,
  'aws-cn': 'cn-north-1 cn-northwest-1',
  'aws-us-gov': 'us-gov-east-1 us-gov-west-1',
  'aws-eusc': 'eusc-de-east-1',
};

/** Region of IAM in each partition: requests to IAM are signed for it, and have it as `aws:RequestedRegion`. */
export const iamRegions: Readonly<Record<AwsPartition, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-eusc': 'eusc-de-east-1',
};

// Regions from before 20 March 2019. An account must enable every later one (Account Management guide, "Enable or
// disable AWS Regions in your account"). The other partitions have no such regions.
const enabledByDefault = new Set(
  `ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1
    eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2`.split(/\s+/),
);

const partitions = new Map(
  Object.entries(regions).flatMap(([partition, names]) =>
    names.split(/\s+/).map((name) => [name, partition as AwsPartition] as const),
  ),
);

export const awsRegions: readonly string[] = [...partitions.keys()];

/**
 * Partition of a region. Undefined for a region that AWS does not have. It must be derived from the region, because an
 * access key in another partition is only reported as unknown.
 */
export function partitionOf(region: string): AwsPartition | undefined {
  return partitions.get(region);
}

/** Whether an AWS account must enable the region before it can be used. */
export const isOptInRegion = (region: string): boolean =>
  partitionOf(region) === 'aws' && !enabledByDefault.has(region);

/** Describes the problem with a region code, as the end of a sentence. Null when it is valid. */
export function faultInRegion(region: string): string | null {
  return partitionOf(region) ? null : 'must be an AWS region code, such as us-east-1';
}
