export { CiphertextRejected, type EncryptionKey } from './envelope.js';
export { FileKekProvider } from './file/file-kek-provider.js';
export {
  createKeyRingFile,
  firstUseOf,
  KeyRingUnusable,
  markAsUsed,
  nextKeyRing,
  readKeyRingFile,
  removeFromKeyRingFile,
} from './file/key-ring-file.js';
export { KekProvider } from './kek-provider.js';
export { KeyRing, type KekId } from './key-ring.js';
export { Keychain } from './keychain.js';
export {
  KeyRingChangeRefused,
  EncryptionKeyRotation,
  type KekUse,
  type Progress,
  type Rewrapped,
} from './encryption-key-rotation.js';
export {
  KekNotAdmitted,
  opensStoredKey,
  StoredKeyExists,
  StoredKeys,
  type KeyPurpose,
  type NewStoredKey,
  type StoredKey,
} from './keys.js';
export { KeyCanaryRow, StoredKeyRow, TypeOrmStoredKeys } from './typeorm/typeorm-stored-keys.js';
export { Vault, type SealedSecret, type SecretSubject } from './vault.js';
