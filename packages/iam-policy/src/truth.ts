/** Three-valued logic (Kleene). MAYBE: depends on something unknown. */
export type Truth = 'YES' | 'NO' | 'MAYBE';

export const truthOf = (isTrue: boolean): Truth => (isTrue ? 'YES' : 'NO');

export const not = (truth: Truth): Truth => (truth === 'YES' ? 'NO' : truth === 'NO' ? 'YES' : 'MAYBE');

export const any = (truths: readonly Truth[]): Truth =>
  truths.includes('YES') ? 'YES' : truths.includes('MAYBE') ? 'MAYBE' : 'NO';

export const all = (truths: readonly Truth[]): Truth => not(any(truths.map(not)));

/** Result if one of several cases applies: MAYBE when the cases differ. */
export const inEveryCase = (truths: readonly Truth[]): Truth =>
  truths.every((truth) => truth === truths[0]) ? (truths[0] ?? 'MAYBE') : 'MAYBE';
