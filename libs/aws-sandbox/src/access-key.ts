import { keyFamilies, keyPrefix, type KeyFamily } from './families.js';

/**
 * The secret of every key of the sandbox that nobody created. It opens nothing anywhere else, so it may be printed and
 * committed.
 *
 * Signatures do not cover the access key id; in AWS it is the secret that tells keys apart. Here any such key signs for any.
 */
export const sandboxSecret = 'sandbox/secret/is/the/same/for/every/key';

export interface AccessKey {
  readonly id: string;
  readonly family: KeyFamily;
  /** Two characters that choose the AWS account. */
  readonly accountPart: string;
  /** Two characters that choose the user in it. Keys of different families with the same parts are the same user's. */
  readonly userPart: string;
}

const anatomy = new RegExp(`^${keyPrefix}(?<family>[A-Z]{5})(?<account>[A-Z0-9]{2})(?<user>[A-Z0-9]{2})$`);

/** An id that reads like one of a known family exists, all others do not. */
export function findAccessKey(id: string): AccessKey | undefined {
  const parts = anatomy.exec(id)?.groups;
  const family = keyFamilies.find(({ name }) => name === parts?.['family']);
  return parts && family && { id, family, accountPart: parts['account']!, userPart: parts['user']! };
}
