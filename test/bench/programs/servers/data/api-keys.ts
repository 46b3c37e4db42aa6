import { createHmac, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { database } from './database.js';
import { settings } from './settings.js';

export interface Viewer {
  readonly tenantId: number;
  readonly apiKeyId: number;
  readonly apiKeyName: string;
  readonly role: string;
}

export class Unauthenticated extends Error {
  constructor() {
    super('A valid API key is required.');
  }
}

interface KeyRow {
  readonly id: number;
  readonly tenant_id: number;
  readonly token_hash: Uint8Array;
  readonly name: string;
  readonly role: string;
  readonly allowed_cidrs: string | null;
  readonly expires_at: Date | string | null;
  readonly revoked_at: Date | string | null;
  readonly last_used_at: Date | string | null;
  readonly is_suspended: number;
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const minute = 60_000;

const next = 'SELECT MIN(key_id) FROM api_key WHERE key_id >= ?';
const find = `SELECT id, tenant_id, token_hash, name, role, allowed_cidrs, expires_at, revoked_at, last_used_at,
    (SELECT suspended_at IS NOT NULL FROM tenant WHERE tenant.id = api_key.tenant_id) AS is_suspended
  FROM api_key WHERE key_id = COALESCE((${next}), (SELECT MIN(key_id) FROM api_key))`;

/** The steps of the gateway: form, checksum, one row in any case, hash, end, addresses, and the last use once a minute. */
export async function authenticate(authorization = ''): Promise<Viewer> {
  const [, token = ''] = /^Bearer +(gwk_live_[0-9A-Za-z]{44})$/i.exec(authorization) ?? [];
  if (token === '' || checksum(token.slice(0, -6)) !== token.slice(-6)) throw new Unauthenticated();

  const [key] = await database.query<KeyRow>(find, [token.slice(9, 17)]);
  const hash = createHmac('sha256', settings.pepper).update(token).digest();
  if (!key || !timingSafeEqual(hash, key.token_hash)) throw new Unauthenticated();
  const now = new Date();
  const isOver = key.expires_at !== null && momentOf(key.expires_at) <= now;
  if (key.revoked_at !== null || isOver || key.allowed_cidrs || key.is_suspended) throw new Unauthenticated();
  if (key.last_used_at === null || now.getTime() - momentOf(key.last_used_at).getTime() >= minute)
    await database.run('UPDATE api_key SET last_used_at = ? WHERE id = ?', [now, key.id]);
  return { tenantId: key.tenant_id, apiKeyId: key.id, apiKeyName: key.name, role: key.role };
}

const momentOf = (moment: Date | string) =>
  typeof moment === 'string' ? new Date(`${moment.replace(' ', 'T')}Z`) : moment;

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let i = 0; i < 6; i++) {
    digits = alphabet.charAt(rest % alphabet.length) + digits;
    rest = Math.floor(rest / alphabet.length);
  }
  return digits;
}
