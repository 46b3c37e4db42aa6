import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

// NIST SP 800-38D: a random nonce of 96 bits is safe for at most 2^32 records per key. A full tag has 128 bits.
const cipher = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;
export const keyLength = 32;

const magic = 'gw1';
export const aes256Gcm = 1;

/** AES-256 key of 32 bytes, and its ID (an unsigned integer of 32 bits). */
export interface EncryptionKey {
  readonly id: number;
  readonly bytes: Buffer;
}

/**
 * The record was not sealed with this key and context. Always the same message, so that an attacker learns nothing from
 * it. `cause` names the failed check, for the log only.
 */
export class CiphertextRejected extends Error {
  override readonly name = 'CiphertextRejected';

  constructor(check: string) {
    super('The ciphertext was rejected.', { cause: check });
  }
}

/**
 * Encrypts into `gw1
 * alg
 * key ID
 * nonce
 * ciphertext
 * tag` (3 + 1 + 4 + 12 + n + 16 bytes). The same context is needed to open the record. Replace a key long before it has
 * sealed 2^32 records.
 */
export function seal(key: EncryptionKey, plaintext: Buffer, context: readonly string[]): Buffer {
  return sealBehind(headerOf(key.id), key.bytes, plaintext, bindingOf(key.id, context));
}

/**
 * Decrypts a record of `seal`. The caller owns the Buffer, and must zero it.
 *
 * @throws CiphertextRejected unless key, context and every bit of the record are those of the sealing
 */
export function open(key: EncryptionKey, record: Buffer, context: readonly string[]): Buffer {
  return openBehind(headerOf(key.id), key.bytes, record, bindingOf(key.id, context));
}

/**
 * `header
 * nonce
 * ciphertext
 * tag`. The header describes the record. `binding` is authenticated, but not stored.
 */
export function sealBehind(header: Buffer, key: Buffer, plaintext: Buffer, binding: readonly string[]): Buffer {
  const nonce = randomBytes(nonceLength);
  const { ciphertext, tag } = encrypt(key, nonce, lengthPrefixed(binding), plaintext);
  return Buffer.concat([header, nonce, ciphertext, tag]);
}

/** @throws CiphertextRejected */
export function openBehind(header: Buffer, key: Buffer, record: Buffer, binding: readonly string[]): Buffer {
  const start = header.length + nonceLength;
  const end = record.length - tagLength;
  if (end < start) throw new CiphertextRejected('length');
  if (!record.subarray(0, header.length).equals(header)) throw new CiphertextRejected('header');

  const nonce = record.subarray(header.length, start);
  return decrypt(key, nonce, lengthPrefixed(binding), record.subarray(start, end), record.subarray(end));
}

export function encrypt(
  key: Buffer,
  nonce: Buffer,
  aad: Buffer,
  plaintext: Buffer,
): { ciphertext: Buffer; tag: Buffer } {
  const gcm = createCipheriv(cipher, key, nonce, { authTagLength: tagLength });
  gcm.setAAD(aad);
  const ciphertext = gcm.update(plaintext);
  gcm.final(); // GCM is a stream cipher: final() returns no data
  return { ciphertext, tag: gcm.getAuthTag() };
}

/** @throws CiphertextRejected */
export function decrypt(key: Buffer, nonce: Buffer, aad: Buffer, ciphertext: Buffer, tag: Buffer): Buffer {
  // Without authTagLength, node:crypto accepts a tag of four bytes.
  const gcm = createDecipheriv(cipher, key, nonce, { authTagLength: tagLength });
  let plaintext: Buffer | undefined;
  try {
    gcm.setAAD(aad).setAuthTag(tag);
    plaintext = gcm.update(ciphertext);
    gcm.final();
    return plaintext;
  } catch {
    // update() decrypts before the tag is checked: its output must be zeroed if the tag is wrong.
    plaintext?.fill(0);
    throw new CiphertextRejected('tag');
  }
}

/**
 * Commitment to a key that does not reveal it: HMAC-SHA256(key, "commit"
 * identity). AES-GCM alone does not commit to its key: a record can be constructed that opens with two keys.
 */
export function commitmentOf(key: Buffer, identity: readonly string[]): Buffer {
  return createHmac('sha256', key)
    .update(lengthPrefixed(['commit', ...identity]))
    .digest();
}

/** Whether the commitment belongs to the key. Takes constant time. */
export function isCommitted(key: Buffer, identity: readonly string[], commitment: Buffer): boolean {
  const expected = commitmentOf(key, identity);
  return expected.length === commitment.length && timingSafeEqual(expected, commitment);
}

/**
 * Derives a key of 32 bytes for one purpose from a root key: HKDF-SHA256 (RFC 5869) without salt. Every purpose has its
 * own `info`.
 */
export function deriveKey(root: Buffer, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), utf8(info), keyLength));
}

/**
 * Bytes of a text in UTF-8, from which the same text can be read.
 *
 * @throws TypeError for a text with an unpaired surrogate: several such texts would have the same bytes
 */
export function utf8(text: string): Buffer {
  if (/\p{Cs}/u.test(text)) throw new TypeError('The text is not well-formed Unicode.');
  return Buffer.from(text, 'utf8');
}

function headerOf(keyId: number): Buffer {
  const header = Buffer.alloc(8);
  header.write(magic, 'latin1');
  header.writeUInt8(aes256Gcm, 3);
  header.writeUInt32BE(keyId, 4);
  return header;
}

function bindingOf(keyId: number, context: readonly string[]): string[] {
  return [magic, ...context, String(keyId)];
}

// With any separator, ["ab", "c"] could be made to look like ["a", "bc"]. With lengths, it cannot.
function lengthPrefixed(parts: readonly string[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = utf8(part);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}
