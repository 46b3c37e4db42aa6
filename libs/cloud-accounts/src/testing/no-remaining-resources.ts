import type { AccountReference, Held } from '#libs/kernel';
import { RemainingResources, type RemainingResource } from '../deletion/remaining-resources.js';

/** Implementation without any records of resources. */
export class NoRemainingResources extends RemainingResources {
  async page(): Promise<RemainingResource[]> {
    return [];
  }

  async count(): Promise<number> {
    return 0;
  }

  async orphanAll(_account: Held<AccountReference>): Promise<number> {
    return 0;
  }
}
