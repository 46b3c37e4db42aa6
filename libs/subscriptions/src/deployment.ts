import { faultInText, isInOneOf } from '#libs/kernel';

/** Block of IPv4 addresses as numbers: first address, prefix length and number of addresses. */
interface Block {
  readonly first: number;
  readonly length: number;
  readonly size: number;
}

const [largest, smallest] = [16, 28];

/**
 * Blocks that hosts cannot use (IANA IPv4 Special-Purpose Address Registry, RFC 6890): this network, loopback,
 * link-local (which AWS uses for metadata and DNS), multicast, and reserved for future use.
 */
const unusable = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'];

/**
 * Describes the problem with the addresses of a deployment, as the end of a sentence. Null when they are valid. AWS
 * allows an IPv4 block of /16 to /28 in a VPC, private (RFC 1918) or publicly routable. It must begin with its first
 * address (VPC user guide, "VPC CIDR blocks"). EKS documents 100.64.0.0/10 and 198.19.0.0/16 for VPCs as well.
 */
export function faultInDeploymentCidr(text: string): string | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  const bytes = match?.slice(1, 5) ?? [];
  const isCanonical = bytes.every((byte) => String(Number(byte)) === byte && Number(byte) <= 255);
  const length = Number(match?.[5]);
  if (!match || !isCanonical || length < largest || length > smallest || match[5] !== String(length))
    return `must be a block of IPv4 addresses from /${largest} to /${smallest}, such as 10.0.0.0/24`;
  const { first, size } = blockOf(text);
  if (first % size !== 0) return 'must begin with the first address of its block';
  const special = unusable.find((block) => isInOneOf([block], text.split('/')[0]!));
  return special ? `must not be in ${special}, whose addresses cannot be used in a VPC` : null;
}

/**
 * Canonical block as a number. Numbers are in the order of the first addresses, and all blocks inside a block have
 * numbers in one range.
 */
export function addressKey(cidr: string): number {
  const { first, length } = blockOf(cidr);
  return keyOf(first, length);
}

/** Numbers of blocks that overlap a block. */
export type KeyRange = {
  readonly from: number;
  readonly to: number;
};

/**
 * Numbers of the blocks that overlap a block. Canonical blocks overlap only if one contains the other: the contained
 * blocks have one range, and each containing block has one number.
 */
export function keysOverlapping(cidr: string): KeyRange[] {
  const { first, length, size } = blockOf(cidr);
  const around = Array.from({ length: length - largest }, (_, i) => {
    const of = 2 ** (32 - (largest + i));
    return { first: Math.floor(first / of) * of, length: largest + i };
  });
  const larger = around.filter((block) => block.first < first).map((block) => keyOf(block.first, block.length));
  return [
    ...larger.map((key) => ({ from: key, to: key })),
    // Includes a larger block that begins with the same address.
    { from: keyOf(first, 0), to: keyOf(first + size - 1, 32) },
  ];
}

/** A prefix length has up to 32 values, so one number can hold both. */
const keyOf = (first: number, length: number) => first * 64 + length;

function blockOf(cidr: string): Block {
  const [address = '', length] = cidr.split('/');
  const first = address.split('.').reduce((number, byte) => number * 256 + Number(byte), 0);
  return { first, length: Number(length), size: 2 ** (32 - Number(length)) };
}

/** Describes the problem with a VPC ID, as the end of a sentence. Null when it is valid. */
export function faultInVpcId(text: string): string | null {
  return /^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/.test(text)
    ? null
    : 'must be the ID of a VPC, such as vpc-0a1b2c3d4e5f60718';
}

/** Describes the problem with the name of a plan, as the end of a sentence. Null when it is valid. */
export function faultInPlan(text: string): string | null {
  return faultInText(text, 64);
}
