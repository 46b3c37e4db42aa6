import { createHmac } from 'node:crypto';

/** Opens nothing but the sandbox, so it may be read here. Changing it would end every secret that was derived. */
const seed = 'aws-sandbox/1';

/** A secret of the shape of a real one that is always the same for the same id: nothing needs to be kept. */
export const derivedSecret = (accessKeyId: string) => seal(`secret ${accessKeyId}`, 'base64').slice(0, 40);

/** Proves that a text is the sandbox's own. */
export const seal = (text: string, encoding: 'base64' | 'base64url') =>
  createHmac('sha256', seed).update(text).digest(encoding);
