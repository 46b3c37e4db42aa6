import { partitionOf } from '#libs/iam-setup';

/** Parts of the ARN of an EC2 resource. */
export interface ResourceArn {
  /** Null for a snapshot, whose ARN has no account. */
  readonly awsAccountId: string | null;
  readonly region: string;
  /** Type in capitals, such as INSTANCE, VOLUME or SECURITY_GROUP. */
  readonly kind: string;
}

const form =
  /^arn:(aws|aws-cn|aws-us-gov|aws-eusc):ec2:([a-z0-9-]{5,32}):(\d{12})?:([a-z][a-z-]{0,31})\/[\w.=+@-]{1,128}$/;

/**
 * Parses an ARN. Null unless it is the ARN of an EC2 resource (Service authorization reference, Amazon EC2, resource
 * types).
 */
export function resourceArnOf(text: string): ResourceArn | null {
  const [, partition, region, awsAccountId, type] = form.exec(text) ?? [];
  if (!region || !type || partition !== (partitionOf(region) ?? 'aws') || (!awsAccountId && type !== 'snapshot'))
    return null;
  return { awsAccountId: awsAccountId ?? null, region, kind: type.replaceAll('-', '_').toUpperCase() };
}

/** ARN of an EC2 resource in an account: any kind except a snapshot. */
export function arnOfResource(
  { region, awsAccountId }: { readonly region: string; readonly awsAccountId: string | null },
  kind: string,
  id: string,
): string {
  const type = kind.toLowerCase().replaceAll('_', '-');
  return `arn:${partitionOf(region) ?? 'aws'}:ec2:${region}:${awsAccountId}:${type}/${id}`;
}

/** For example `i-…` from the ARN of an instance. */
export const idInArn = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);
