/** For the description of a filter's list: what its two special values mean. */
export const listFilterDescription = 'An empty list fits nothing, null means any.';
