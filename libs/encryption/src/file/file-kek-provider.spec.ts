import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileKekProvider } from './file-kek-provider.js';
import {
  createKeyRingFile,
  KeyRingUnusable,
  nextKeyRing,
  readKeyRingFile,
  removeFromKeyRingFile,
} from './key-ring-file.js';

const key = Buffer.alloc(32, 7);
const context = ['tenant', '7', '1'];

describe('the keys of a key ring file', () => {
  let folder: string;
  let path: string;
  let first: string;
  let faults: KeyRingUnusable[];
  let keks: FileKekProvider;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keks-'));
    path = join(folder, 'key-ring.json');
    first = createKeyRingFile(path).active;
    faults = [];
    keks = new FileKekProvider(path, (fault) => faults.push(fault));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const rotate = () => {
    const next = nextKeyRing(path);
    next.put();
    return next.ring.active;
  };

  it('follow a rotation without a restart: the new one wraps, the old one still unwraps', () => {
    const { kekId, wrapped } = keks.wrap(key, context);
    const second = rotate();

    expect([kekId, keks.active, keks.wrap(key, context).kekId]).toEqual([first, second, second]);
    expect(keks.unwrap(first, wrapped, context)).toEqual(key);
    expect(faults).toEqual([]);
  });

  it('unwrap keys that another process wrapped with a KEK that did not exist at the start', () => {
    const second = rotate();
    const { wrapped } = readKeyRingFile(path).wrap(key, context);

    expect(keks.has(second)).toBe(true);
    expect(keks.unwrap(second, wrapped, context)).toEqual(key);
  });

  it('no longer include a retired KEK', () => {
    rotate();
    expect(keks.has(first)).toBe(true);
    removeFromKeyRingFile(path, first);

    expect(keks.has(first)).toBe(false);
    expect(keks.ring.ids).toHaveLength(1);
  });

  it('follow several missed changes, and can still unwrap earlier keys', () => {
    const { wrapped } = keks.wrap(key, context);
    const second = rotate();
    removeFromKeyRingFile(path, first);

    expect(keks.wrap(key, context).kekId).toBe(second);
    expect(keks.unwrap(first, wrapped, context)).toEqual(key);
    rotate();
    expect(keks.has(second)).toBe(true);
    expect(keks.has(first)).toBe(false);
  });

  it('still unwrap when the file belongs to another gateway', () => {
    const { wrapped } = keks.wrap(key, context);
    rmSync(path);
    createKeyRingFile(path);

    expect(keks.has(first)).toBe(true);
    expect(keks.unwrap(first, wrapped, context)).toEqual(key);
  });

  it.each<[string, () => void, RegExp]>([
    ['is gone', () => rmSync(path), /does not exist/],
    ['cannot be reached', () => (rmSync(path), symlinkSync(path, path)), /cannot be opened \(ELOOP\)/],
    ['is cut off', () => writeFileSync(path, readFileSync(path, 'utf8').slice(0, 40)), /is not a JSON object/],
    [
      'has other bytes under the same name',
      () => writeFileSync(path, readFileSync(path, 'utf8').replace(/[A-Za-z0-9+/]{43}=/, key.toString('base64'))),
      /contains another key under an existing key ID/,
    ],
  ])('stay as they were while the file %s, which is told once', (_, spoil, said) => {
    const good = readFileSync(path);
    const { wrapped } = keks.wrap(key, context);
    spoil();

    for (let i = 0; i < 3; i++) expect(keks.unwrap(first, wrapped, context)).toEqual(key);
    expect(keks.active).toBe(first);
    expect(faults).toHaveLength(1);
    expect(faults[0]!.message).toMatch(said);
    expect(keks.faultNow()).toMatch(said);
    expect(keks.faultNow()).not.toContain(path);

    rmSync(path, { force: true });
    writeFileSync(path, good, { mode: 0o600 });
    const second = rotate();
    expect(keks.active).toBe(second);
    expect(keks.faultNow()).toBeNull();
  });

  describe('change', () => {
    it('only when the next ring is stored', () => {
      const before = readFileSync(path, 'utf8');
      const { ring, put } = nextKeyRing(path);

      expect(readFileSync(path, 'utf8')).toBe(before);
      put();
      expect(readKeyRingFile(path).ids).toEqual([first, ring.active]);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readdirSync(folder)).toEqual(['key-ring.json']);
    });

    it('and remove temporary files of interrupted changes, which contain keys', () => {
      writeFileSync(join(folder, '.key-ring.json.0123456789abcdef.tmp'), readFileSync(path), { mode: 0o600 });
      writeFileSync(join(folder, '.key-ring.json.theirs'), '');

      rotate();

      expect(readdirSync(folder).sort()).toEqual(['.key-ring.json.theirs', 'key-ring.json']);
    });

    it('behind a symbolic link, which is kept', () => {
      const link = join(folder, 'link');
      symlinkSync(path, link);
      nextKeyRing(link).put();

      expect(readKeyRingFile(path).ids).toHaveLength(2);
      expect(readdirSync(folder).sort()).toEqual(['key-ring.json', 'link']);
      expect(new FileKekProvider(link).ring.ids).toHaveLength(2);
    });

    it('but never remove the active one', () => {
      expect(() => removeFromKeyRingFile(path, first)).toThrow('The active key cannot be removed');
      removeFromKeyRingFile(path, 'kek-00000000');

      expect(readKeyRingFile(path).ids).toEqual([first]);
    });

    it('not if nothing can be written, and give a remediation', () => {
      const { put } = nextKeyRing(path);
      rmSync(path);

      expect(put).toThrow(KeyRingUnusable);
    });
  });
});
