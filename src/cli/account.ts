import { idOf } from '#libs/graphql';
import type { Given } from './command.js';

/** Number of the cloud account in `--account`, which has the number or the ID of the API. @throws Usage */
export function accountOf(given: Given): number {
  const text = given.text('account');
  const id = idOf('CloudAccount', text) || (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : null);
  if (id) return id;
  throw given.usage('--account must be a whole number from 1 to 999999999, or the ID of a cloud account in the API.');
}
