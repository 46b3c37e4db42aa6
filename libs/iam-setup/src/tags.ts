/** Tag of an AWS resource. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

export const mostTags = 40;
// Letters, digits and spaces of any script, and these characters: accepted by every AWS service (Tagging AWS resources,
// "Tag naming limits"). Has the same meaning in JavaScript and Terraform (RE2).
export const inTags = '[\\p{L}\\p{N}\\p{Zs}_.:/=+@-]';
export const tagLengths = { key: 128, value: 256 } as const;

/**
 * Describes the problem with tags, as the end of a sentence. Null when they are valid. AWS allows 50 tags on a
 * resource, of which the vendor needs ten, and reserves `aws:`. Keys of IAM users and roles are case-insensitive.
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

/** Whether this key belongs to a tag of the vendor. Some AWS services distinguish keys by case, others do not. */
export const isVendorsTag = (key: string, tagKey: string): boolean =>
  [tagKey, subscriptionTagKey(tagKey)].some((vendors) => vendors.toLowerCase() === key.toLowerCase());

/** Key of the tag with the subscription that a resource was built for. */
export const subscriptionTagKey = (tagKey: string): string => `${tagKey}-subscription`;

/**
 * Describes the problem with tags that would replace those of the vendor, as the end of a sentence. Null when they are
 * valid.
 */
export function faultInVendorsTags(tags: readonly Tag[], tagKey: string): string | null {
  const taken = tags.findIndex(({ key }) => isVendorsTag(key, tagKey));
  return taken < 0
    ? null
    : `are not valid: tag ${taken + 1} has a key that is reserved for the vendor. Use another key than ${tagKey} and ${subscriptionTagKey(tagKey)}, in any letter case`;
}

/** Tags in the format of the AWS CLI. */
export const forAws = (tags: readonly Tag[]): string =>
  JSON.stringify(tags.map(({ key, value }) => ({ Key: key, Value: value })));
