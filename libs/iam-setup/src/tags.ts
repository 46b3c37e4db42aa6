/** A tag of a resource at AWS. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

export const mostTags = 40;
// Letters, digits and spaces of any script, and these: what every AWS service takes (Tagging AWS resources, "Tag naming limits").
// It means the same in JavaScript and Terraform (RE2).
export const inTags = '[\\p{L}\\p{N}\\p{Zs}_.:/=+@-]';
export const tagLengths = { key: 128, value: 256 } as const;

/**
 * What is wrong with tags, as the end of a sentence; null when nothing is. AWS allows 50 on a resource, of which ten are
 * left to the vendor, and keeps what begins with `aws:` to itself. Keys of IAM
 * users and roles are not case sensitive.
 */
export function faultInTags(tags: readonly Tag[]): string | null {
  if (tags.length > mostTags) return `must have at most ${mostTags} entries, but have ${tags.length}`;
  const faults = tags.map(faultInTag);
  const first = faults.findIndex((fault) => fault !== null);
  if (first >= 0) return `are not valid: tag ${first + 1} ${faults[first]}`;
  const keys = new Set(tags.map(({ key }) => key.toLowerCase()));
  return keys.size === tags.length ? null : 'must have keys that differ in more than letter case';
}

function faultInTag({ key, value }: Tag): string | null {
  if (key.trim() !== key || key.length === 0 || key.length > tagLengths.key)
    return `must have a key of 1 to ${tagLengths.key} characters without leading or trailing spaces`;
  if (/^aws:/i.test(key)) return 'has a key that begins with aws:, which is reserved for AWS';
  if (/^aws:/i.test(value)) return 'has a value that begins with aws:, which is reserved for AWS';
  if (value.length > tagLengths.value) return `has a value of more than ${tagLengths.value} characters`;
  return new RegExp(`^${inTags}*$`, 'u').test(key + value)
    ? null
    : 'can contain only letters, digits, spaces and _ . : / = + - @';
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
    : `are not valid: tag ${taken + 1} has a key that is reserved for the vendor. Use another key than ${tagKey} and ${subscriptionTagKey(tagKey)}, in any letter case`;
}

/** Tags as the AWS CLI takes them. */
export const forAws = (tags: readonly Tag[]): string =>
  JSON.stringify(tags.map(({ key, value }) => ({ Key: key, Value: value })));
