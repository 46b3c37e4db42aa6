import { faultInText } from '#libs/kernel';

/** A block of IPv4 addresses as numbers: its first address, the length of its prefix, and how many addresses it has. */
interface Block {
  readonly first: number;
  readonly length: number;
  readonly size: number;
}

const [largest, smallest] = [16, 28];

/**
 * What is wrong with the addresses of a deployment, as the end of a sentence; null when nothing is. AWS allows an IPv4
 * block of /16 to /28 in a VPC, and takes it as it is written only when it begins with its first address
 * (VPC user guide, "VPC CIDR blocks").
 */
export function faultInDeploymentCidr(text: string): string | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  const bytes = match?.slice(1, 5) ?? [];
  const isCanonical = bytes.every((byte) => String(Number(byte)) === byte && Number(byte) <= 255);
  const length = Number(match?.[5]);
  if (!match || !isCanonical || length < largest || length > smallest || match[5] !== String(length))
    return `must be a block of IPv4 addresses from /${largest} to /${smallest}, such as 10.0.0.0/24`;
  const { first, size } = blockOf(text);
  return first % size === 0 ? null : 'must begin with the first address of its block';
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
    : 'must be the id of a VPC, such as vpc-0a1b2c3d4e5f60718';
}

/** What is wrong with the name of a plan, as the end of a sentence; null when nothing is. */
export function faultInPlan(text: string): string | null {
  return faultInText(text, 64);
}

/** A tag that everything built for a subscription carries. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

export const mostTags = 40;
// Letters, digits and spaces of any script, and these: what every AWS service takes (Tagging AWS resources, "Tag naming limits").
const inTags = /^[\p{L}\p{N}\p{Zs}_.:/=+\-@]*$/u;

/**
 * What is wrong with tags, as the end of a sentence; null when nothing is. AWS allows 50 on a resource, of which ten are
 * left to the vendor, and keeps keys that begin with `aws:` to itself.
 */
export function faultInTags(tags: readonly Tag[]): string | null {
  if (tags.length > mostTags) return `may be at most ${mostTags}`;
  const faults = tags.map(faultInTag);
  const first = faults.findIndex((fault) => fault !== null);
  if (first >= 0) return `are not valid: the one at place ${first + 1} ${faults[first]}`;
  const keys = new Set(tags.map(({ key }) => key));
  return keys.size === tags.length ? null : 'must have different keys';
}

function faultInTag({ key, value }: Tag): string | null {
  if (key.trim() !== key || key.length === 0 || key.length > 128)
    return 'needs a key of 1 to 128 characters without spaces around it';
  if (/^aws:/i.test(key)) return 'has a key that begins with aws:, which AWS keeps to itself';
  if (value.length > 256) return 'has a value of more than 256 characters';
  return inTags.test(key) && inTags.test(value) ? null : 'may hold letters, digits, spaces and _ . : / = + - @ only';
}

/** Whether the vendor's own tag has this key. Some AWS services keep keys that differ by case only, others do not. */
export const isVendorsTag = (key: string, tagKey: string): boolean =>
  [tagKey, subscriptionTagKey(tagKey)].some((vendors) => vendors.toLowerCase() === key.toLowerCase());

/** The key of the tag that names the subscription a resource was built for. */
export const subscriptionTagKey = (tagKey: string): string => `${tagKey}-subscription`;

/** What is wrong with tags that would take the place of the vendor's own, as the end of a sentence; null when nothing is. */
export function faultInVendorsTags(tags: readonly Tag[], tagKey: string): string | null {
  const taken = tags.findIndex(({ key }) => isVendorsTag(key, tagKey));
  return taken < 0
    ? null
    : `are not valid: the tag at place ${taken + 1} has a key that is reserved for the vendor. Choose another key than ${tagKey} and ${subscriptionTagKey(tagKey)}, in any case of letters`;
}
