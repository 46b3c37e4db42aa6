import type { Secret } from '#libs/kernel';
import { AwsAccess, type AccessCases } from './aws-access.js';
import { mistakeInPasted } from './pasted-key.js';

declare module './aws-access.js' {
  interface AccessCases<T> {
    accessKey(key: AwsAccessKey): T;
  }
}

/** Long-term keys of the sandbox, and the keys of sessions there. */
const sandboxKey = /^A[KS]IASANDBOX/;

/** A key pair as AWS issues it: a long-term one of an IAM user, or a session's. Lives in memory only. */
export class AwsAccessKey extends AwsAccess {
  constructor(
    /** `AKIA`, or `ASIA` for a session's, and sixteen characters. Not a secret, but no business of strangers. */
    readonly accessKeyId: string,
    readonly secretAccessKey: Secret,
    /** Of a session's key; null for a long-term one. */
    readonly sessionToken: Secret | null = null,
  ) {
    super();
  }

  /** Whether the key is one of the sandbox's, which AWS never hears of. */
  get isSandbox(): boolean {
    return sandboxKey.test(this.accessKeyId);
  }

  get identifier() {
    return { accessKeyId: this.accessKeyId };
  }

  /** An access key is not bound to the partition of a region until AWS is called. */
  refuseRegion(): void {}

  match<T>(cases: AccessCases<T>): T {
    return cases.accessKey(this);
  }
}

/** `AKIA…WXYZ`: enough to tell one's own keys apart. */
export function maskAccessKeyId(accessKeyId: string): string {
  return `${accessKeyId.slice(0, 4)}…${accessKeyId.slice(-4)}`;
}

/**
 * What is wrong with the form of an access key id, as the end of a sentence; null when nothing is.
 * `ASIA…` is well formed: that it is temporary is another refusal.
 */
export function faultInAccessKeyId(text: string): string | null {
  const mistake = mistakeInPasted('accessKeyId', text);
  if (mistake) return mistake;
  if (text.length !== 20) return `must have 20 characters, but has ${text.length}`;
  if (!/^(AKIA|ASIA)[A-Z0-9]{16}$/.test(text))
    return 'must begin with AKIA and contain only capital letters and digits';
  return null;
}

/** ASIA marks keys of a session, which end within hours (STS API reference, GetAccessKeyInfo). */
export function isTemporary(accessKeyId: string): boolean {
  return accessKeyId.startsWith('ASIA');
}

/** What is wrong with the form of a secret access key, as the end of a sentence; null when nothing is. */
export function faultInSecretAccessKey(text: string): string | null {
  const mistake = mistakeInPasted('secretAccessKey', text);
  if (mistake) return mistake;
  if (text.length !== 40) return `must have 40 characters, but has ${text.length}`;
  if (!/^[A-Za-z0-9/+=]+$/.test(text)) return 'must contain only letters, digits, / and +';
  return null;
}
