import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Secret } from '#libs/kernel';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const prefix = 'gwk_live_';
const keyIdLength = 8;
const secretLength = 30; // 178 bits
const checksumLength = 6;

/** The prefix is for secret scanners. The last six characters are the CRC-32 of all others. */
const format = new RegExp(`^${prefix}[0-9A-Za-z]{${keyIdLength + secretLength + checksumLength}}$`);

/**
 * API key as its holder has it: `gwk_live_`, eight characters that identify it, thirty secret characters, and a
 * checksum.
 */
export interface ApiKeyToken {
  /** Identifies the stored API key. Not a secret. */
  readonly keyId: string;
  readonly token: Secret;
}

export function newApiKeyToken(): ApiKeyToken {
  const keyId = randomText(keyIdLength);
  const body = prefix + keyId + randomText(secretLength);
  return { keyId, token: new Secret(withChecksum(body)) };
}

export function withChecksum(body: string): string {
  return body + checksum(body);
}

/** Parses an API key. Null unless its checksum is correct, so that a mistyped API key causes no query. */
export function parseApiKeyToken(text: string): ApiKeyToken | null {
  if (!format.test(text)) return null;
  if (withChecksum(text.slice(0, -checksumLength)) !== text) return null;
  return { keyId: text.slice(prefix.length, prefix.length + keyIdLength), token: new Secret(text) };
}

function randomText(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let i = 0; i < checksumLength; i++) {
    digits = alphabet.charAt(rest % alphabet.length) + digits;
    rest = Math.floor(rest / alphabet.length);
  }
  return digits;
}
