/** For the description of a filter's list: what its two special values mean. */
export const listFilterDescription = 'An empty list matches nothing. Null matches everything.';

/**
 * The description of a list, with the sentence that names its maximum length. The cost of a document is counted by that
 * sentence, and no answer holds a longer list.
 */
export const atMost = (most: number, description: string) => `${description} At most ${most} items.`;

/** The maximum length that a description names; undefined for a list without one. */
export function mostIn(description: string | null | undefined): number | undefined {
  const most = /\bAt most (\d+) items\./.exec(description ?? '')?.[1];
  return most === undefined ? undefined : Number(most);
}

/** How many values a list in a filter may have: more than any enum has. */
export const mostChoices = 20;
