import type { Secret } from '#libs/kernel';
import { AwsAccess, type AccessCases } from './aws-access.js';
import { mistakeInPasted } from './pasted-key.js';

declare module './aws-access.js' {
  interface AccessCases<T> {
    accessKey(key: AwsAccessKey): T;
  }
}

/** Long-term access keys of the sandbox, and access keys of its sessions. */
const sandboxKey = /^A[KS]IASANDBOX/;

/** Access key with its secret, of an IAM user or of a session. Exists in memory only. */
export class AwsAccessKey extends AwsAccess {
  constructor(
    /** `AKIA`, or `ASIA` for a session, and sixteen characters. Not a secret, but shown masked. */
    readonly accessKeyId: string,
    readonly secretAccessKey: Secret,
    /** Session token. Null for a long-term access key. */
    readonly sessionToken: Secret | null = null,
  ) {
    super();
  }

  /** Whether the access key belongs to the sandbox. It is never sent to AWS. */
  get isSandbox(): boolean {
    return sandboxKey.test(this.accessKeyId);
  }

  get identifier() {
    return { accessKeyId: this.accessKeyId };
  }

  /** An access key works in the regions of its partition only, which the gateway cannot know before it calls AWS. */
  refuseRegion(): void {}

  match<T>(cases: AccessCases<T>): T {
    return cases.accessKey(this);
  }
}

/** `AKIA…WXYZ`: enough to recognize one's own access keys. */
export function maskAccessKeyId(accessKeyId: string): string {
  return `${accessKeyId.slice(0, 4)}…${accessKeyId.slice(-4)}`;
}

/**
 * Describes the problem with the format of an access key ID, as the end of a sentence. Null when it is valid. `ASIA…`
 * is a valid format: temporary access keys are refused elsewhere.
 */
export function faultInAccessKeyId(text: string): string | null {
  const mistake = mistakeInPasted('accessKeyId', text);
  if (mistake) return mistake;
  if (text.length !== 20) return `must have 20 characters, but has ${text.length}`;
  if (!/^(AKIA|ASIA)[A-Z0-9]{16}$/.test(text))
    return 'must begin with AKIA and contain only capital letters and digits';
  return null;
}

/** ASIA marks access keys of a session, which expire within hours (STS API reference, GetAccessKeyInfo). */
export function isTemporary(accessKeyId: string): boolean {
  return accessKeyId.startsWith('ASIA');
}

/** Describes the problem with the format of a secret access key, as the end of a sentence. Null when it is valid. */
export function faultInSecretAccessKey(text: string): string | null {
  const mistake = mistakeInPasted('secretAccessKey', text);
  if (mistake) return mistake;
  if (text.length !== 40) return `must have 40 characters, but has ${text.length}`;
  if (!/^[A-Za-z0-9/+=]+$/.test(text)) return 'must contain only letters, digits, / and +';
  return null;
}
