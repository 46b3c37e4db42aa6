export { CiphertextRejected, type EncryptionKey } from './envelope.js';
export { createKeyRingFile, KeyRingUnusable, readKeyRingFile } from './file/key-ring-file.js';
export { KeyRing, type KekId } from './key-ring.js';
export { Keychain } from './keychain.js';
export {
  opensStoredKey,
  StoredKeyExists,
  StoredKeys,
  type KeyPurpose,
  type NewStoredKey,
  type StoredKey,
} from './keys.js';
export { StoredKeyRow, TypeOrmStoredKeys } from './typeorm/typeorm-stored-keys.js';
export { Vault, type SealedSecret, type SecretSubject } from './vault.js';
