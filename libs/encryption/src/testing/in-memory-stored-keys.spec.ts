import { InMemoryStoredKeys } from './in-memory-stored-keys.js';
import { itBehavesLikeStoredKeys } from './stored-keys.contract.js';

describe('stored keys in memory', () => {
  itBehavesLikeStoredKeys(() => new InMemoryStoredKeys());
});
