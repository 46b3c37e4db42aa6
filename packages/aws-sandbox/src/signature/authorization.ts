import { incompleteSignature, signatureDoesNotMatch } from '../protocol/aws-errors.js';

/** What a signature is good for: one day, one region, one service. */
export interface CredentialScope {
  /** YYYYMMDD */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** The Authorization header of Signature Version 4, taken apart. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  readonly signedHeaders: readonly string[];
  /** 64 hexadecimal digits, if it is one at all. */
  readonly signature: string;
}

const algorithm = 'AWS4-HMAC-SHA256';
const terminator = 'aws4_request';

export function parseAuthorization(header: string): Authorization {
  const parameters = parametersOf(header);
  const missing = ['Credential', 'Signature', 'SignedHeaders'].filter((name) => !parameters.get(name));
  if (missing.length > 0) {
    throw incompleteSignature(missing.map((name) => `Authorization header requires '${name}' parameter.`).join(' '));
  }

  const credential = parameters.get('Credential')!.split('/');
  if (credential.length !== 5) {
    // AWS repeats what it got. Here that could be a secret, sent in place of the key id: secrets have slashes.
    throw incompleteSignature(
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.',
    );
  }

  const [accessKeyId, date, region, service, ending] = credential as [string, string, string, string, string];
  if (ending !== terminator) {
    throw signatureDoesNotMatch(`Credential should be scoped with a valid terminator: '${terminator}'.`);
  }

  return {
    accessKeyId,
    scope: { date, region, service },
    signedHeaders: parameters.get('SignedHeaders')!.split(';'),
    signature: parameters.get('Signature')!,
  };
}

/** The service a call is signed for, as far as it can be read: for choosing the words of a refusal. */
export function scopedService(header = ''): string | undefined {
  return parametersOf(header).get('Credential')?.split('/').at(-2);
}

/** What stands where the access key id belongs, as far as it can be read. Nothing has proven it. */
export function accessKeyIdIn(header = ''): string | undefined {
  return parametersOf(header).get('Credential')?.split('/')[0];
}

function parametersOf(header: string): ReadonlyMap<string, string> {
  if (!header.startsWith(`${algorithm} `)) return new Map();

  const pairs = header.slice(algorithm.length).split(',');
  return new Map(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1).trim()]),
  );
}
