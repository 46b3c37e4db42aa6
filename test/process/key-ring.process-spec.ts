import { createHash, randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { inLanes } from '../soak/soak.js';
import { databaseKinds, usePlaces } from '../support/places.js';
import type { Place } from '../support/process.js';
import { createCloudAccount, newAccount, updateCloudAccount } from '../support/steps.js';

interface Fault {
  readonly name: string;
  readonly said: RegExp;
  /** Changes the text of the key ring. Null removes the file. */
  readonly alter: (text: string) => string | null;
  readonly mode?: number;
}

const anotherKey = () => randomBytes(32).toString('base64');
const faults: readonly Fault[] = [
  {
    name: 'is missing',
    said: /key ring file \S+ does not exist\. .*copy the key ring that belongs to this data .*keyring init/,
    alter: () => null,
  },
  {
    name: 'has another key under the same name',
    said: /The key kek-[0-9a-f]{8} in the key ring \S+ is not the one that encrypted this database/,
    alter: (text) => text.replace(/[A-Za-z0-9+/]{43}=/, anotherKey()),
  },
  {
    name: 'is that of another gateway',
    said: /encrypted with kek-[0-9a-f]{8}, but the key ring \S+ does not contain this key/,
    alter: () => JSON.stringify({ version: 1, active: 'kek-00000000', keys: { 'kek-00000000': anotherKey() } }),
  },
  {
    name: 'can be read by everybody',
    said: /is accessible to other users \(mode 0644\)\. Run: chmod 600/,
    alter: (text) => text,
    mode: 0o644,
  },
  {
    name: 'is cut off',
    said: /is not a JSON object\. Restore it from your backup/,
    alter: (text) => text.slice(0, text.length / 2),
  },
];

const hash = (contents: Buffer) => createHash('sha256').update(contents).digest('hex');

/** All contents of the database as one text, which changes with every change. */
async function fingerprint(place: Place): Promise<string> {
  if (place.kind === 'SQLite') {
    const files = [place.databaseFile, `${place.databaseFile}-wal`]
      // Readers of SQLite can leave an empty write-ahead log, which has no meaning.
      .filter((file) => existsSync(file) && statSync(file).size > 0);
    return (await Promise.all(files.map(async (file) => `${file} ${hash(await readFile(file))}`))).join('\n');
  }
  const tables = (await place.rows('SHOW TABLES')).map((row) => String(Object.values(row)[0]));
  return JSON.stringify(await place.rows(`CHECKSUM TABLE ${tables.join(', ')} EXTENDED`));
}

const ends = [
  ...databaseKinds.map((kind) => ({ kind, signal: 'SIGTERM' as const, how: kind })),
  // The database then consists of two files, which a careless read would merge.
  { kind: 'SQLite' as const, signal: 'SIGKILL' as const, how: 'SQLite after a kill -9' },
];

interface Trial {
  readonly place: Place;
  readonly before: string;
  readonly after: string;
  readonly accountId: string;
  readonly refusals: ReadonlyMap<string, { code: number | null; output: string }>;
}

const env = { AWS_SANDBOX: 'on' };

/** Creates a gateway with one account, ends it, and starts it with every faulty key ring. */
async function tryFaults(place: Place, signal: NodeJS.Signals): Promise<Trial> {
  const gateway = await place.start(env);
  const { createCloudAccount: payload } = await gateway.ask(createCloudAccount, { input: newAccount('A1U1') });
  await gateway.kill(signal);
  if (signal === 'SIGKILL') expect(statSync(`${place.databaseFile}-wal`).size).toBeGreaterThan(0);

  const before = await fingerprint(place);
  const good = await readFile(place.keyRingFile, 'utf8');
  const refusals: [string, { code: number | null; output: string }][] = [];
  for (const { name, alter, mode = 0o600 } of faults) {
    const file = `${place.keyRingFile}.faulty`;
    const text = alter(good);
    if (text !== null) await writeFile(file, text, { mode: 0o600 });
    if (text !== null) await chmod(file, mode);
    refusals.push([name, await place.refused({ ...env, KEY_RING_FILE: file })]);
    expect(existsSync(file)).toBe(text !== null); // and not created again
    await rm(file, { force: true });
  }
  const after = await fingerprint(place);
  return { place, before, after, accountId: payload.cloudAccount.id, refusals: new Map(refusals) };
}

describe('A gateway whose key ring', () => {
  const newPlace = usePlaces();
  const trials = new Map<string, Trial>();

  // In parallel, because each start needs the time to load a process.
  beforeAll(async () => {
    await inLanes(3, ends, async ({ how, kind, signal }) => {
      trials.set(how, await tryFaults(await newPlace(kind), signal));
    });
  });

  describe.each(ends)('($how)', ({ how }) => {
    it.each(faults)('$name refuses to start, and gives a remediation', ({ name, said }) => {
      const { code, output } = trials.get(how)!.refusals.get(name)!;

      expect(output).toMatch(said);
      expect(output).not.toContain('    at ');
      expect(code).toBe(1);
    });

    it('was refused has changed nothing in the database', () => {
      const { before, after, refusals } = trials.get(how)!;

      expect(after).toBe(before);
      expect(refusals.size).toBe(5);
    });

    it('is restored can decrypt its data', async () => {
      const { place, accountId: id } = trials.get(how)!;
      const gateway = await place.start(env);

      const { updateCloudAccount: payload } = await gateway.ask(updateCloudAccount, {
        input: { id, expectedVersion: 1, consoleRoleName: 'second-console-role' },
      });
      expect(payload).toMatchObject({ userErrors: [], cloudAccount: { consoleRoleName: 'second-console-role' } });
    });
  });
});
