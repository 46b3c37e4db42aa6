import type { operations } from './operations.js';

/** A client library with its default settings, used as a frontend uses it. Rejects when the answer has `errors`. */
export interface ClientUnderTest {
  ask(operation: keyof typeof operations, variables: object): Promise<any>;
  /** Names of all accounts, read in pages of `first` with the helper of the library, if it has one. */
  namesByPages(first: number): Promise<string[]>;
  close?(): void | Promise<void>;
}

/** For libraries without a helper for pages. */
export async function namesByCursor(ask: ClientUnderTest['ask'], first: number): Promise<string[]> {
  const names: string[] = [];
  for (let after: string | null = null; ;) {
    const { edges, pageInfo }: any = (await ask('page', { first, after })).cloudAccounts;
    names.push(...edges.map((edge: any) => edge.node.name));
    if (!pageInfo.hasNextPage) return names;
    after = pageInfo.endCursor;
  }
}
