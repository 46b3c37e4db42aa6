/** Meaning of the two special values, for the description of a list in a filter. */
export const listFilterDescription = 'An empty list matches nothing. Null matches everything.';

/**
 * Description of a list with its maximum length. The cost of a document is computed from this sentence, and no response
 * contains a longer list.
 */
export const atMost = (most: number, description: string) => `${description} At most ${most} items.`;

/** Maximum length in a description. Undefined for a list without one. */
export function mostIn(description: string | null | undefined): number | undefined {
  const most = /\bAt most (\d+) items\./.exec(description ?? '')?.[1];
  return most === undefined ? undefined : Number(most);
}

/** Maximum number of values for a list in a filter: more than any enum has. */
export const mostChoices = 20;
