export type AwsPartition = 'aws' | 'aws-cn' | 'aws-us-gov' | 'aws-eusc';

// The regions the AWS SDK knows in its public partitions; a test holds this list against the SDK's own.
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

/** The region of each partition in which IAM is: IAM's requests are signed for it, and have it as `aws:RequestedRegion`. */
export const iamRegions: Readonly<Record<AwsPartition, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-eusc': 'eusc-de-east-1',
};

// Those of before 20 March 2019; every later one must be enabled by its account (Account Management guide, "Enable or
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
 * The partition a region lies in; undefined for a region AWS does not have. It must come from the region, because a key
 * used in another partition than its own is merely unknown there.
 */
export function partitionOf(region: string): AwsPartition | undefined {
  return partitions.get(region);
}

/** Whether an AWS account can use the region only once it has enabled it. */
export const isOptInRegion = (region: string): boolean =>
  partitionOf(region) === 'aws' && !enabledByDefault.has(region);

/** What is wrong with a region's code, as the end of a sentence; null when nothing is. */
export function faultInRegion(region: string): string | null {
  return partitionOf(region) ? null : 'must be an AWS region code, such as us-east-1';
}
