import { StandingResources, type ListedResources } from '../deletion/standing-resources.js';

/** The answer where nobody keeps count. */
export class NothingStands extends StandingResources {
  async of(): Promise<ListedResources> {
    return { listed: [], total: 0 };
  }

  async orphanAll(): Promise<number> {
    return 0;
  }
}
