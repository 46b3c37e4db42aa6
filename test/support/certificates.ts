import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Certificate authority of a test, in a folder, created with `openssl`. */
export class TestAuthority {
  /** PEM file to trust. */
  readonly file: string;

  constructor(
    private readonly folder: string,
    private readonly name: string,
  ) {
    this.file = join(folder, `${name}.pem`);
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '7', '-subj', `/CN=${name}`, '-addext', 'basicConstraints=critical,CA:TRUE', '-keyout', join(folder, `${name}.key`), '-out', this.file); // prettier-ignore
  }

  /**
   * Writes a certificate for a host, and its key, to the files of a server. @param days until it expires; negative if
   * it has expired
   */
  issue(host: string, days: number, { certificate, key }: { certificate: string; key: string }): void {
    const [request, extensions] = [join(this.folder, 'request.pem'), join(this.folder, 'extensions')];
    writeFileSync(extensions, `subjectAltName=DNS:${host}\nbasicConstraints=CA:FALSE\n`);
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${host}`, '-keyout', key, '-out', request); // prettier-ignore
    openssl('x509', '-req', '-in', request, '-CA', this.file, '-CAkey', join(this.folder, `${this.name}.key`), '-CAcreateserial', '-days', String(days), '-extfile', extensions, '-out', certificate); // prettier-ignore
  }
}

function openssl(...args: string[]): void {
  try {
    execFileSync('openssl', args, { stdio: 'pipe' });
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: Buffer };
    throw new Error(code === 'ENOENT' ? 'The test needs openssl: apt-get install openssl' : String(stderr), {
      cause: error,
    });
  }
}
