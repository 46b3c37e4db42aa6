import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { DatabaseUnusable } from './database.errors.js';

const encodeIt =
  'Percent-encode each special character of the user and the password: % is %25, / is %2F, ? is %3F, # is %23, @ is %40';

/**
 * Describes the problem with the URL of a server, as the end of a sentence. Null when it is valid. Never contains a
 * part of the URL: if a password is not percent-encoded, each part can belong to the password.
 *
 * `?ssl=on` requires TLS with a certificate for this host from a known authority, or from the authority whose
 * certificates are in the PEM file of `ca`. `?ssl=unverified` accepts any certificate.
 */
export function faultInServerUrl(text: string): string | null {
  if (!/^(mysql|mariadb):\/\//.test(text)) return 'must begin with mysql:// or mariadb://';
  if (!URL.canParse(text)) return `must have a valid host and port. ${encodeIt}`;
  const { hostname, port, username, password, pathname, searchParams, hash } = new URL(text);
  if (hostname === '') return 'must contain a host';
  if (hash !== '' || pathname.includes('@') || pathname.lastIndexOf('/') > 0)
    return `must end after the database and its parameters. ${encodeIt}`;
  if (!isHost(hostname)) return `must have a valid host. ${encodeIt}`;
  if (port === '0') return 'must have a port from 1 to 65535';
  if (pathname.length < 2) return 'must contain a database name after the host';
  if (![username, password, pathname].every(isEncoded))
    return `must have two hexadecimal digits after each %. ${encodeIt}`;

  const names = [...searchParams.keys()];
  if (names.some((name) => !['ssl', 'ca'].includes(name)) || new Set(names).size < names.length)
    return `must have no parameters except ssl and ca, each at most once. ${encodeIt}`;
  const { ssl, ca } = Object.fromEntries(searchParams) as { ssl?: string; ca?: string };
  if (ssl !== undefined && !['on', 'unverified'].includes(ssl)) return 'must have the value on or unverified for ssl';
  if (ca === '') return 'must have a file name as the value of ca';
  if (ca !== undefined && ssl === 'unverified')
    return 'must not have ca together with ssl=unverified: without verification the file has no effect';
  if ((ssl === 'on' || ca !== undefined) && isIP(bare(hostname)) !== 0)
    return 'must have a host name, not an IP address, with ssl=on: the certificate is verified for that name';
  return null;
}

/**
 * Options of mysql2 for a valid URL. @throws DatabaseUnusable if the file of the certificate authority cannot be used
 */
export function serverOptions(url: string) {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const { ssl, ca } = Object.fromEntries(searchParams) as { ssl?: string; ca?: string };
  const isVerified = ssl === 'on' || ca !== undefined;
  return {
    host: bare(hostname),
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    ...(isVerified && {
      ssl: { rejectUnauthorized: true, verifyIdentity: true, ...(ca !== undefined && { ca: authoritiesIn(ca) }) },
    }),
    ...(ssl === 'unverified' && { ssl: { rejectUnauthorized: false } }),
  };
}

/** TLS mode of a URL. */
export function tlsOf(url: string): 'off' | 'unverified' | 'known authorities' | 'own authority' {
  const { searchParams } = new URL(url);
  if (searchParams.has('ca')) return 'own authority';
  if (!searchParams.has('ssl')) return 'off';
  return searchParams.get('ssl') === 'on' ? 'known authorities' : 'unverified';
}

function authoritiesIn(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw new DatabaseUnusable(
      code === 'ENOENT'
        ? `The file of the certificate authority for the database, ${file}, does not exist. Correct ca in DATABASE_URL or DATABASE_CA_FILE.`
        : `The file of the certificate authority for the database, ${file}, cannot be read (${code}). Give this user permission to read it.`,
    );
  }
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new DatabaseUnusable(
      `The file of the certificate authority for the database, ${file}, is not a PEM file with certificates. It must begin with -----BEGIN CERTIFICATE-----.`,
    );
  }
  return certificates.join('\n');
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}

const bare = (hostname: string) => hostname.replace(/^\[|\]$/g, '');

const isHost = (hostname: string) =>
  isIP(bare(hostname)) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(hostname);

function isEncoded(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
