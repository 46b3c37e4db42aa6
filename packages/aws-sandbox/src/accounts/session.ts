import type { PolicyDocument } from '@cloud-account-gateway/iam-policy';
import { randomBytes } from 'node:crypto';
import { derivedSecret, seal } from './derived-secret.js';
import { type XmlContent } from '../protocol/xml.js';

export const sessionKeyPrefix = 'ASIASANDBOX';

/** Temporary credentials. All that is known of them stands in their token, so they outlive the sandbox that gave them. */
export interface Session {
  readonly accessKeyId: string;
  /** Of both: milliseconds since 1970. */
  readonly beganAt: number;
  readonly endsAt: number;
  readonly mfa: boolean;
  /** The access key that asked for it with GetSessionToken, or the role that was assumed. */
  readonly of: { readonly accessKeyId: string } | AssumedRole;
}

export interface AssumedRole {
  readonly accountId: string;
  readonly roleName: string;
  readonly sessionName: string;
  readonly policy?: PolicyDocument;
}

/** Begins a session that lasts so many seconds, and tells its credentials as STS does. */
export function beginSession(of: Session['of'], { mfa, seconds }: { mfa: boolean; seconds: number }): XmlContent {
  const beganAt = Date.now();
  const session: Session = {
    accessKeyId: sessionKeyPrefix + randomText(9),
    beganAt,
    // STS tells times without milliseconds.
    endsAt: Math.floor(beganAt / 1000 + seconds) * 1000,
    mfa,
    of,
  };
  const content = Buffer.from(JSON.stringify(session)).toString('base64url');
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: derivedSecret(session.accessKeyId),
    SessionToken: `${content}.${seal(content, 'base64url')}`,
    Expiration: new Date(session.endsAt).toISOString().replace('.000', ''),
  };
}

/** The session a token is of; undefined when the sandbox did not make it, or not for this access key. */
export function readSession(accessKeyId: string, token: string): Session | undefined {
  const [content = '', proof] = token.split('.');
  if (seal(content, 'base64url') !== proof) return undefined;

  const session = JSON.parse(Buffer.from(content, 'base64url').toString()) as Session;
  return session.accessKeyId === accessKeyId ? session : undefined;
}

const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** As ids at AWS are made of: capital letters and the digits 2 to 7. */
export const randomText = (length: number) => Array.from(randomBytes(length), (byte) => characters[byte % 32]).join('');
