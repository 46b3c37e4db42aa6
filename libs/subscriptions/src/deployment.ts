import { faultInText, isInOneOf } from '#libs/kernel';

/** A block of IPv4 addresses as numbers: its first address, the length of its prefix, and how many addresses it has. */
interface Block {
  readonly first: number;
  readonly length: number;
  readonly size: number;
}

const [largest, smallest] = [16, 28];

/**
 * Blocks whose addresses no host of a network can have (IANA IPv4 Special-Purpose Address Registry, RFC 6890): this
 * network, loopback, link-local, where AWS has its metadata and DNS, multicast, and reserved for future use.
 */
const unusable = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'];

/**
 * What is wrong with the addresses of a deployment, as the end of a sentence; null when nothing is. AWS allows an IPv4
 * block of /16 to /28 in a VPC, private (RFC 1918) or publicly routable, and takes it as it is written only when it begins
 * with its first address (VPC user guide, "VPC CIDR blocks"). EKS documents 100.64.0.0/10 and 198.19.0.0/16 for VPCs, too.
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
 * A block in canonical form as a number: blocks are in the order of their first addresses, and all that lie in one block
 * have keys in one range.
 */
export function addressKey(cidr: string): number {
  const { first, length } = blockOf(cidr);
  return keyOf(first, length);
}

/** Blocks that have addresses in common with one: their keys. */
export type KeyRange = {
  readonly from: number;
  readonly to: number;
};

/**
 * The keys of the blocks that overlap a block. Blocks in canonical form overlap only where one lies in the other, so these
 * are the blocks in it, which have one range, and the larger ones that it lies in, which have a key each.
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
    // A larger block that begins with the same address is in this range, too.
    { from: keyOf(first, 0), to: keyOf(first + size - 1, 32) },
  ];
}

/** A prefix has up to 32 bits, so that the key holds both numbers. */
const keyOf = (first: number, length: number) => first * 64 + length;

function blockOf(cidr: string): Block {
  const [address = '', length] = cidr.split('/');
  const first = address.split('.').reduce((number, byte) => number * 256 + Number(byte), 0);
  return { first, length: Number(length), size: 2 ** (32 - Number(length)) };
}

/** What is wrong with the id of a VPC, as the end of a sentence; null when nothing is. */
export function faultInVpcId(text: string): string | null {
  return /^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/.test(text)
    ? null
    : 'must be the ID of a VPC, such as vpc-0a1b2c3d4e5f60718';
}

/** What is wrong with the name of a plan, as the end of a sentence; null when nothing is. */
export function faultInPlan(text: string): string | null {
  return faultInText(text, 64);
}
