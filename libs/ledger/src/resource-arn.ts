import { partitionOf } from '#libs/iam-setup';

/** What an ARN of EC2 tells of its resource. */
export interface ResourceArn {
  /** Null for a snapshot, whose ARN names none. */
  readonly awsAccountId: string | null;
  readonly region: string;
  /** Its type in capitals, such as INSTANCE, VOLUME or SECURITY_GROUP. */
  readonly kind: string;
}

const form =
  /^arn:(aws|aws-cn|aws-us-gov|aws-eusc):ec2:([a-z0-9-]{5,32}):(\d{12})?:([a-z][a-z-]{0,31})\/[\w.=+@-]{1,128}$/;

/** Null for what is no ARN of a resource of EC2 (Service authorization reference, Amazon EC2, resource types). */
export function resourceArnOf(text: string): ResourceArn | null {
  const [, partition, region, awsAccountId, type] = form.exec(text) ?? [];
  if (!region || !type || partition !== (partitionOf(region) ?? 'aws') || (!awsAccountId && type !== 'snapshot'))
    return null;
  return { awsAccountId: awsAccountId ?? null, region, kind: type.replaceAll('-', '_').toUpperCase() };
}

/** The ARN of a resource of EC2 that belongs to an account: any kind but a snapshot. */
export function arnOfResource(
  { region, awsAccountId }: { readonly region: string; readonly awsAccountId: string | null },
  kind: string,
  id: string,
): string {
  const type = kind.toLowerCase().replaceAll('_', '-');
  return `arn:${partitionOf(region) ?? 'aws'}:ec2:${region}:${awsAccountId}:${type}/${id}`;
}

/** `i-…` of the ARN of an instance. */
export const idInArn = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);
