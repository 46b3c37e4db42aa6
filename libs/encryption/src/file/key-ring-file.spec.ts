import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { createKeyRingFile, KeyRingUnusable, readKeyRingFile } from './key-ring-file.js';

const one = 'kek-00000001';
const other = 'kek-00000002';
const aKey = randomBytes(32).toString('base64');

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'key-ring-'));
  path = join(folder, 'key-ring.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(contents: unknown, mode = 0o600, at = path): void {
  writeFileSync(at, typeof contents === 'string' ? contents : JSON.stringify(contents));
  chmodSync(at, mode);
}

function refusalOf(work: () => unknown): KeyRingUnusable {
  try {
    work();
  } catch (error) {
    if (error instanceof KeyRingUnusable) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

const good = { version: 1, active: one, keys: { [one]: aKey, [other]: randomBytes(32).toString('base64') } };

describe('a key ring file', () => {
  it.each(['600', '400'])('is read when only this user can read it (mode %s)', (mode) => {
    write(good, parseInt(mode, 8));

    const ring = readKeyRingFile(path);

    expect([ring.active, ring.ids]).toEqual([one, [one, other]]);
    const { kekId, wrapped } = ring.wrap(Buffer.from('key'), ['context']);
    expect(readKeyRingFile(path).unwrap(kekId, wrapped, ['context']).toString()).toBe('key');
  });

  it('is read through a symbolic link, as containers mount secrets', () => {
    write(good);
    symlinkSync(path, join(folder, 'link'));

    expect(readKeyRingFile(join(folder, 'link')).active).toBe(one);
  });

  it('contains its keys: 32 bytes in base64', () => {
    write({ ...good, keys: { [one]: Buffer.alloc(32, 5).toString('base64') } });
    const canary = readKeyRingFile(path).canary(one);
    write({ ...good, keys: { [one]: Buffer.alloc(32, 6).toString('base64') } });

    expect(readKeyRingFile(path).canaryOpens(one, canary)).toBe(false);
    write({ ...good, keys: { [one]: Buffer.alloc(32, 5).toString('base64') } });
    expect(readKeyRingFile(path).canaryOpens(one, canary)).toBe(true);
  });

  it.each(['644', '640', '660', '606', '620', '602', '610', '601', '604', '777'])(
    'is refused with mode %s, with a remediation',
    (mode) => {
      write(good, parseInt(mode, 8));

      const { message } = refusalOf(() => readKeyRingFile(path));

      expect(message).toContain(`is accessible to other users (mode 0${mode})`);
      expect(message).toContain(`chmod 600 '${path}'`);
    },
  );

  it('is refused with a command that works for any file name', () => {
    const awkward = join(folder, `it's "a" $HOME \`key\` ring`);
    write(good, 0o644, awkward);
    const { message } = refusalOf(() => readKeyRingFile(awkward));

    execFileSync('/bin/sh', ['-c', /chmod 600 .*(?= \()/.exec(message)![0]]);

    expect(readKeyRingFile(awkward).active).toBe(one);
  });

  it('is refused through a symbolic link to a file that others can read', () => {
    write(good, 0o644);
    symlinkSync(path, join(folder, 'link'));

    expect(refusalOf(() => readKeyRingFile(join(folder, 'link'))).message).toContain('mode 0644');
  });

  it('is refused when it does not exist, with a warning about a new one', () => {
    const { message } = refusalOf(() => readKeyRingFile(path));

    expect(message).toMatch(
      /does not exist\. .*copy the key ring that belongs to this data.*KEY_RING_FILE.*keyring init/,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is refused when a symbolic link leads nowhere', () => {
    symlinkSync(join(folder, 'nowhere'), path);

    expect(refusalOf(() => readKeyRingFile(path)).message).toContain('does not exist');
  });

  it('is refused when a parent folder is a file', () => {
    write(good);

    expect(refusalOf(() => readKeyRingFile(join(path, 'ring'))).message).toContain('cannot be opened (ENOTDIR)');
  });

  it.each([
    ['a folder', () => mkdirSync(path, 0o700)],
    ['a named pipe', () => execFileSync('mkfifo', ['-m', '600', path])],
    ['a device', () => symlinkSync('/dev/zero', path)],
  ])('is refused when it is %s', (_, make) => {
    make();

    expect(refusalOf(() => readKeyRingFile(path)).message).toContain('is not a regular file');
  });

  const asRoot = process.geteuid?.() === 0 ? it : it.skip;
  asRoot('is refused when it belongs to another user', () => {
    write(good);
    chownSync(path, 12345, 12345);

    expect(refusalOf(() => readKeyRingFile(path)).message).toMatch(
      /belongs to another user.*It belongs to the user #12345\. Run this command as that user: sudo -u '#12345'/,
    );
  });

  asRoot('is read when it belongs to root and we are somebody else', () => {
    write(good);
    const us = process.geteuid!.bind(process);
    process.geteuid = () => 12345;
    try {
      expect(readKeyRingFile(path).active).toBe(one);
    } finally {
      process.geteuid = us;
    }
  });

  it('is read up to 64 KiB, and refused beyond', () => {
    const filled = (length: number) => JSON.stringify(good).padEnd(length, ' ');

    write(filled(64 * 1024));
    expect(readKeyRingFile(path).active).toBe(one);
    for (const length of [64 * 1024 + 1, 10_000_000]) {
      write(filled(length));
      expect(refusalOf(() => readKeyRingFile(path)).message).toContain('is larger than 65536 bytes');
    }
  });

  it.each<[string, unknown, string]>([
    ['empty', '', 'is not a JSON object'],
    ['text', `${one}=${aKey}`, 'is not a JSON object'],
    ['a list', [good], 'is not a JSON object'],
    ['null', 'null', 'is not a JSON object'],
    ['of no version', { ...good, version: undefined }, 'does not have version 1'],
    ['of version 2', { ...good, version: 2 }, 'does not have version 1'],
    ['of version "1"', { ...good, version: '1' }, 'does not have version 1'],
    ['without keys', { ...good, keys: undefined }, 'has no "keys"'],
    ['with a list of keys', { ...good, keys: [aKey] }, 'has no "keys"'],
    ['with no key at all', { ...good, keys: {} }, 'does not specify a valid active key'],
    ['without an active key', { ...good, active: undefined }, 'does not specify a valid active key'],
    ['with a number as the active key', { ...good, active: 1 }, 'does not specify a valid active key'],
    ['with an active key it does not have', { ...good, active: 'kek-00000003' }, 'does not specify a valid active key'],
    ['with an active key of every object', { ...good, active: 'constructor' }, 'does not specify a valid active key'],
    ['with its key as the key’s id', { ...good, keys: { ...good.keys, [aKey]: one } }, 'invalid ID for key number 3'],
    [
      'with an id in capitals',
      { ...good, keys: { ...good.keys, 'kek-0000000A': aKey } },
      'invalid ID for key number 3',
    ],
    ['with a key that is a number', { ...good, keys: { [one]: 7 } }, 'not base64'],
    ['with a key that is null', { ...good, keys: { [one]: null } }, 'not base64'],
    ['with a key that is a list', { ...good, keys: { [one]: [aKey] } }, 'not base64'],
    ['with a key in hexadecimal', { ...good, keys: { [one]: `${'0g'.repeat(32)}` } }, 'kek-00000001'],
    ['with white space in a key', { ...good, keys: { [one]: ` ${aKey}` } }, 'not base64'],
    ['with a key without padding', { ...good, keys: { [one]: aKey.slice(0, -1) } }, 'not base64'],
    ['with a stray bit in a key', { ...good, keys: { [one]: `${'A'.repeat(42)}B=` } }, 'not base64'],
    ['with a key of 0 bytes', { ...good, keys: { [one]: '' } }, 'with 0 bytes instead of 32'],
    ['with a key of 31 bytes', { ...good, keys: { [one]: Buffer.alloc(31).toString('base64') } }, 'with 31 bytes'],
    ['with a key of 33 bytes', { ...good, keys: { [one]: Buffer.alloc(33).toString('base64') } }, 'with 33 bytes'],
    [
      'with an unused key of 16 bytes',
      { ...good, keys: { ...good.keys, [other]: `${'A'.repeat(22)}==` } },
      'with 16 bytes',
    ],
  ])('is refused when it is %s', (_, contents, fault) => {
    write(contents);

    const refusal = refusalOf(() => readKeyRingFile(path));

    expect(refusal.message).toContain(`The key ring file ${path} `);
    expect(refusal.message).toContain(fault);
    expect(refusal.message).toMatch(/\. [A-Z].*\.$/); // a second sentence: the remediation
  });

  it('is refused when truncated at any length, and never quoted', () => {
    const whole = JSON.stringify(good, null, 2);
    for (let length = 0; length < whole.length; length++) {
      write(whole.slice(0, length));

      const refusal = refusalOf(() => readKeyRingFile(path));

      expect(refusal.message).toContain('is not a JSON object');
      expect(inspect(refusal, { showHidden: true, depth: null })).not.toContain(aKey.slice(0, 6));
    }
  });

  it('is never quoted when a single letter is wrong', () => {
    const whole = JSON.stringify(good);
    for (let at = 0; at < whole.length; at++) {
      write(`${whole.slice(0, at)}!${whole.slice(at + 1)}`);

      const refusal = refusalOf(() => readKeyRingFile(path));

      expect(inspect(refusal, { showHidden: true, depth: null })).not.toContain(aKey.slice(8, 14));
    }
  });
});

describe('creation of a key ring file', () => {
  it('creates a ring of one key that can be read again, by this user only', () => {
    const ring = createKeyRingFile(path);

    expect(ring.ids).toEqual([ring.active]);
    expect(statSync(path).mode & 0o7777).toBe(0o600);
    expect(readKeyRingFile(path).canaryOpens(ring.active, ring.canary(ring.active))).toBe(true);
    expect(readdirSync(folder)).toEqual(['key-ring.json']);
  });

  it.each(['000', '077', '777'])('makes it private under umask %s', (umask) => {
    const before = process.umask(parseInt(umask, 8));
    try {
      createKeyRingFile(path);
    } finally {
      process.umask(before);
    }

    expect(statSync(path).mode & 0o7777).toBe(0o600);
  });

  it('creates another key each time', () => {
    const ring = createKeyRingFile(path);
    const another = createKeyRingFile(join(folder, 'another'));

    expect(another.active).not.toBe(ring.active);
    const keysOf = (at: string) => Object.values((JSON.parse(readFileSync(at, 'utf8')) as typeof good).keys);
    expect(keysOf(path)).not.toEqual(keysOf(join(folder, 'another')));
  });

  it.each([
    ['a key ring', () => write(good)],
    ['an empty file', () => write('')],
    ['a folder', () => mkdirSync(path)],
    ['a symbolic link that leads nowhere', () => symlinkSync(join(folder, 'nowhere'), path)],
  ])('never overwrites %s', (_, make) => {
    make();
    const before = existsSync(path) && statSync(path).isFile() ? readFileSync(path) : undefined;

    expect(refusalOf(() => createKeyRingFile(path)).message).toContain('already exists and was not changed');

    expect(readdirSync(folder)).toEqual(['key-ring.json']);
    if (before) expect(readFileSync(path)).toEqual(before);
  });

  it('reports a missing folder', () => {
    const { message } = refusalOf(() => createKeyRingFile(join(folder, 'none', 'ring')));

    expect(message).toContain('because its folder does not exist');
  });

  it('reports a folder that is a file', () => {
    write(good);

    expect(refusalOf(() => createKeyRingFile(join(path, 'ring'))).message).toContain(
      'cannot be created: part of its path is a file',
    );
  });

  it('succeeds after a crash left a file behind', () => {
    write('{ "version": 1, "act', 0o600, join(folder, '.key-ring.json.0123456789abcdef.tmp'));

    expect(refusalOf(() => readKeyRingFile(path)).message).toContain('does not exist');
    expect(createKeyRingFile(path).ids).toHaveLength(1);
  });

  it('succeeds in one of several processes, and is refused in the others', async () => {
    const rounds = 40;
    const module = pathToFileURL(join(import.meta.dirname, 'key-ring-file.ts')).href;
    // Each process reports when it is ready, waits for the start, and then tries all files in the same order.
    const script = `
      import { readSync } from 'node:fs';
      const { createKeyRingFile } = await import(${JSON.stringify(module)});
      process.stdout.write('ready\\n');
      readSync(0, Buffer.alloc(1));
      const outcomes = [];
      for (let round = 0; round < ${rounds}; round++) {
        try { outcomes.push(createKeyRingFile(${JSON.stringify(folder)} + '/' + round).active); }
        catch (error) { outcomes.push(error.name + ': ' + /already exists/.exec(error.message)); }
      }
      process.stdout.write(JSON.stringify(outcomes));`;
    const callers = Array.from({ length: 4 }, () => {
      const child = spawn(
        process.execPath,
        ['--import', 'tsx', '--conditions=source', '--input-type=module', '-e', script],
        {
          cwd: import.meta.dirname,
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      );
      let output = '';
      const ready = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const done = new Promise<string[]>((resolve) =>
        child.on('close', () => resolve(JSON.parse(output.slice('ready\n'.length)) as string[])),
      );
      return { ready, done, start: () => child.stdin.end('!') };
    });
    await Promise.all(callers.map(({ ready }) => ready));
    for (const { start } of callers) start();
    const outcomes = await Promise.all(callers.map(({ done }) => done));

    for (let round = 0; round < rounds; round++) {
      const inRound = outcomes.map((outcome) => outcome[round]!).sort();
      expect(inRound.slice(0, -1)).toEqual(Array(3).fill('KeyRingUnusable: already exists'));
      expect(inRound.at(-1)).toBe(readKeyRingFile(join(folder, String(round))).active);
    }
    expect(readdirSync(folder)).toHaveLength(rounds);
  }, 30_000);
});
