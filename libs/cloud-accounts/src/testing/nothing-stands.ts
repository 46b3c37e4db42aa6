import type { AccountReference, Held } from '#libs/kernel';
import { StandingResources, type StandingResource } from '../deletion/standing-resources.js';

/** The answer where nobody keeps count. */
export class NothingStands extends StandingResources {
  async page(): Promise<StandingResource[]> {
    return [];
  }

  async count(): Promise<number> {
    return 0;
  }

  async orphanAll(_account: Held<AccountReference>): Promise<number> {
    return 0;
  }
}
