import DataLoader from 'dataloader';

/**
 * Combines single lookups of one request into one query.
 *
 * Caches nothing between batches, so that the answer of a mutation never shows outdated data.
 */
export class Batch<Viewer extends object, Key, Answer> {
  private readonly loaders = new WeakMap<Viewer, DataLoader<Key, Answer>>();

  /** @param answer returns the answers in the order of the keys */
  constructor(private readonly answer: (viewer: Viewer, keys: readonly Key[]) => Promise<readonly Answer[]>) {}

  /** @param viewer one object per request: requests never share a batch */
  load(viewer: Viewer, key: Key): Promise<Answer> {
    let loader = this.loaders.get(viewer);
    if (!loader) {
      loader = new DataLoader<Key, Answer>((keys) => this.answer(viewer, keys), { cache: false });
      this.loaders.set(viewer, loader);
    }
    return loader.load(key);
  }
}

/** Groups equal questions into one call. Answers are in the order of the questions. */
export async function alikeTogether<Question, Answer>(
  questions: readonly Question[],
  likeness: (question: Question) => unknown,
  ask: (some: readonly Question[], one: Question) => Promise<readonly Answer[]>,
): Promise<Answer[]> {
  const answers = new Map<Question, Answer>();
  for (const some of Map.groupBy(questions, (question) => JSON.stringify(likeness(question))).values()) {
    const found = await ask(some, some[0]!);
    some.forEach((question, i) => answers.set(question, found[i]!));
  }
  return questions.map((question) => answers.get(question)!);
}
