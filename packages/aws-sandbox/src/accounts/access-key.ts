import { derivedSecret } from './derived-secret.js';
import { keyFamilies, keyPrefix, type KeyFamily } from './families.js';

/**
 * The secret of every key of the sandbox that nobody created. It opens nothing anywhere else, so it may be printed and
 * committed.
 *
 * Signatures do not cover the access key id; in AWS it is the secret that tells keys apart. Here any such key signs for any.
 */
export const sandboxSecret = 'sandbox/secret/is/the/same/for/every/key';

/** Whose key it is, and how AWS treats it. */
export interface KeyOwner {
  readonly family: KeyFamily;
  /** Two characters that choose the AWS account. */
  readonly accountPart: string;
  /** Two characters that choose the user in it. Keys of different families with the same parts are the same user's. */
  readonly userPart: string;
}

export interface AccessKey extends KeyOwner {
  readonly id: string;
  readonly secret: string;
}

const anatomy = new RegExp(`^${keyPrefix}(?<family>[A-Z]{5})(?<account>[A-Z0-9]{2})(?<user>[A-Z0-9]{2})$`);
const createdAnatomy = new RegExp(
  `^${keyPrefix}(?<family>[0-9]{2})(?<account>[A-Z0-9]{2})(?<user>[A-Z0-9]{2})[A-Z0-9]{3}$`,
);

/**
 * An id that reads like one of a known family exists, and so does one that CreateAccessKey could have given: it says
 * whose it is, and its secret follows from it, so that it outlives the sandbox that created it. All others do not exist.
 */
export function findAccessKey(id: string): AccessKey | undefined {
  const parts = anatomy.exec(id)?.groups;
  const created = createdAnatomy.exec(id)?.groups;
  const family = created
    ? keyFamilies[Number(created['family'])]
    : keyFamilies.find(({ name }) => name === parts?.['family']);
  const { account, user } = created ?? parts ?? {};
  if (!family || account === undefined || user === undefined) return undefined;

  return { id, family, accountPart: account, userPart: user, secret: created ? derivedSecret(id) : sandboxSecret };
}

/** The id of a created key. Its last three characters tell it from the others of its user. */
export const createdKeyId = ({ family, accountPart, userPart }: KeyOwner, lastThree: string) =>
  `${keyPrefix}${String(keyFamilies.indexOf(family)).padStart(2, '0')}${accountPart}${userPart}${lastThree}`;
