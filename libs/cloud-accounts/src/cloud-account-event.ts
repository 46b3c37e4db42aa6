import type { Actor, NewEvent } from '#libs/events';
import type { CloudAccount } from './cloud-account.entity.js';

/** An event about an account, with what identifies the account after its deletion. */
export function cloudAccountEvent(
  type: string,
  actor: Actor,
  { id, tenantId, name, provider, ownership }: CloudAccount,
  at: Date,
  more: object = {},
): NewEvent {
  return { type, tenantId, subject: ['CloudAccount', id], actor, at, data: { name, provider, ownership, ...more } };
}
