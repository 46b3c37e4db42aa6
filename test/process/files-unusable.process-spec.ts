import { chmodSync, chownSync, existsSync, mkdirSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commands } from '../../src/cli/commands.js';
import { runCli } from '../support/cli.js';
import { mayMount, useMounts } from '../support/mount.js';
import { onMariaDb, usePlaces } from '../support/places.js';
import type { Env, Exit, Place } from '../support/process.js';

type Refusal = Exit & { output: string };

/** For root, file permissions do not apply. */
const uid = process.geteuid?.() === 0 ? 65534 : undefined;

/** Expects one sentence about the path, and a remediation. */
function expectSentence({ code, output }: { code: number | null; output: string }, path: string): void {
  expect(output).toContain(path);
  expect(output).toMatch(
    /(Mount|Free|Correct|Move|Delete|Specify|Create|Check|Use|Run|Give) [^.]*(\.|: |or run this as)/,
  );
  expect(output).not.toMatch(/\n\s+at |Error:|Restore it from a backup/);
  expect(output.trim().split('\n').length).toBeLessThanOrEqual(2);
  expect(code).toBe(1);
}

describe('A file that a start cannot write', () => {
  const { mount, remount } = useMounts();
  const newPlace = usePlaces();
  const onDisk = mayMount ? it : it.skip;
  const sandbox: Env = { AWS_SANDBOX: 'on' };

  it('is named, for each file that a start creates', async () => {
    const watched = await newPlace();
    mkdirSync(watched.dataDir, { mode: 0o700 });
    const names = new Set<string>();
    const watcher = watch(watched.dataDir, (_, name) => name && names.add(name));
    await (await watched.start(sandbox)).stop();
    watcher.close();
    // Temporary files of the key ring have random names.
    const created = [...names].filter((name) => !/^\.key-ring\.json\.[0-9a-f]+\.tmp$/.test(name)).sort();
    expect(created).toEqual(
      expect.arrayContaining(['first-api-key', 'first-api-key.tmp', 'gateway.lock', 'gateway.sqlite', 'gateway.sqlite-wal', 'key-ring.json', 'sandbox-url']), // prettier-ignore
    );

    for (const name of created) {
      const place = await newPlace();
      const path = join(place.dataDir, name);
      mkdirSync(join(path, 'in-the-way'), { recursive: true, mode: 0o700 });
      const answer = await place.refused(sandbox);
      // A start does not need to lock the key ring, which can be a mounted secret.
      if (name.startsWith('key-ring.json.lock')) expect(answer.output).toContain('is ready at');
      else expectSentence(answer, path);
    }
  });

  onDisk('is named when the disk is full, whichever file is the one too many', async () => {
    let [inodes, refusals] = [1, 0];
    for (let answer: Refusal | undefined; ; inodes++) {
      const place = await newPlace();
      mount(place.dataDir, `nr_inodes=${inodes}`);
      answer = await place.refused(sandbox);
      if (answer.output.includes('is ready at')) break;
      expectSentence(answer, place.dataDir);
      expect(answer.output).toContain('the disk is full');
      refusals++;
    }
    expect(refusals).toBeGreaterThan(5);
    for (const size of ['4k', '16k', '64k', '256k']) {
      const place = await newPlace();
      mount(place.dataDir, `size=${size}`);
      expectSentence(await place.refused(sandbox), place.dataDir);
    }
  });

  onDisk('is named on a read-only file system, by the start and by each command', async () => {
    const empty = await newPlace();
    mount(empty.dataDir, 'ro');
    expectSentence(await empty.refused(sandbox), empty.dataDir);

    const place = await newPlace();
    mount(place.dataDir, 'rw');
    await (await place.start(sandbox)).stop();
    remount(place.dataDir, 'ro');
    const refused = await place.refused(sandbox);
    expectSentence(refused, place.dataDir);
    expect(refused.output).toContain('it is on a read-only file system. Mount that file system with write access');

    const values: Record<string, string> = { id: '2', account: '1001', tenant: '2', role: 'OWNER', provider: 'AWS', name: 'x', to: join(dirname(place.dataDir), 'out') }; // prettier-ignore
    for (const [name, { options = {} }] of Object.entries(commands)) {
      if (/^(start|restore|api-keys generate|sandbox .*|iam-setup .*)$/.test(name)) continue;
      const given = Object.entries(options).filter(([option, { isRequired }]) => isRequired || (option === 'id' && /^tenants (suspend|resume|remove)$/.test(name))); // prettier-ignore
      const args = given.flatMap(([option]) => [`--${option}`, values[option] ?? 'x']);
      const { code, stdout, stderr } = await runCli(place, ...name.split(' '), ...args, '--json');
      expect([name, stdout]).toEqual([name, '']);
      expectSentence({ code, output: stderr }, place.dataDir);
    }

    remount(place.dataDir, 'rw');
    await (await place.start(sandbox)).stop();
  });

  onMariaDb('is also named by a gateway with a database server', async () => {
    const place = await newPlace('MariaDB');
    mkdirSync(join(place.dataDir, 'sandbox-url'), { recursive: true, mode: 0o700 });
    expectSentence(await place.refused(sandbox), join(place.dataDir, 'sandbox-url'));
  });

  it.each<[string, (place: Place) => string]>([
    ['a DATA_DIR that may only be read', ({ dataDir }) => (mkdirSync(dataDir, { mode: 0o500 }), dataDir)],
    ['a DATA_DIR out of reach', ({ dataDir }) => (chmodSync(dirname(dataDir), 0o000), dataDir)],
    ['a DATA_DIR that is a file', ({ dataDir }) => (writeFileSync(dataDir, '', { mode: 0o600 }), dataDir)],
  ])('is named with %s', async (_, arrange) => {
    const place = await newPlace();
    const path = arrange(place);
    if (uid !== undefined) for (const each of [dirname(path), path]) if (existsSync(each)) chownSync(each, uid, uid);

    const started = await place.refused(sandbox, uid === undefined ? {} : { uid });
    const listed = await runCli(
      { dataDir: place.dataDir, databaseUrl: undefined, ...(uid !== undefined && { uid }) },
      'tenants',
      'list',
    );
    chmodSync(dirname(place.dataDir), 0o700);

    expectSentence(started, path);
    expectSentence({ code: listed.code, output: listed.stderr }, path);
  });

  it('is distinguished from a damaged database', async () => {
    const place = await newPlace();
    await (await place.start(sandbox)).stop();
    const lock = join(place.dataDir, 'gateway.lock');
    for (const [path, mode] of [
      [place.databaseFile, 0o400],
      [lock, 0o400],
    ] as const) {
      // prettier-ignore
      for (const each of [dirname(place.dataDir), place.dataDir, place.databaseFile, place.keyRingFile, place.firstApiKeyFile, lock]) // prettier-ignore
        if (uid !== undefined) chownSync(each, uid, uid);
      chmodSync(path, mode);
      expectSentence(await place.refused(sandbox, uid === undefined ? {} : { uid }), path);
      chmodSync(path, 0o600);
    }
  });
});
