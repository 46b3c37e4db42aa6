import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKeyedAws, type KeyedAws } from '../support/keyed-aws.js';
import { inPlace, type GatewayProcess, type Place } from '../support/process.js';
import { createCloudAccount, deleteCloudAccount, numberOf, updateCloudAccount } from '../support/steps.js';
import { encoded, encodingNames, Sweeper } from './encodings.js';
import { Random, secretLike } from './random.js';
import { sendSecrets } from './secrets-sent.js';
import { inLanes, type SoakOptions, type SoakResult } from './soak.js';

const sizes = {
  short: { created: 12, replaced: 4, refused: 4, deleted: 4, sent: { graphql: 60, downloads: 12, commands: 9 } },
  full: {
    created: 150,
    replaced: 40,
    refused: 40,
    deleted: 40,
    sent: { graphql: 8400, downloads: 1500, commands: 108 },
  },
};

interface Planted {
  readonly id: string;
  readonly accessKeyId: string;
  version: number;
}

/**
 * Uses unique secrets that look real in all operations, then reads every place in which they could have been left.
 *
 * They must not be found in any encoding, but must all be usable: each that is still stored signs a call to AWS again,
 * after a kill -9 and a restart. Replaced or deleted secrets must not remain even as ciphertext, where the database
 * guarantees that (SQLite's secure_delete).
 */
export async function sweep(options: SoakOptions): Promise<SoakResult> {
  const aws = await startKeyedAws();
  try {
    return await inPlace(options.database, async (place) => {
      const temp = await mkdtemp(join(tmpdir(), 'gateway-temp-'));
      try {
        return await new Sweep(place, aws, options, temp).run();
      } finally {
        await rm(temp, { recursive: true });
      }
    });
  } finally {
    await aws.close();
  }
}

class Sweep {
  private readonly random: Random;
  /** All secrets that were sent. */
  private readonly secrets: string[] = [];
  private readonly planted: Planted[] = [];
  /** Ciphertexts that must be deleted. */
  private readonly doomed: Buffer[] = [];
  private readonly outputs: string[] = [];
  /** Responses to requests with secrets. */
  private readonly answers: string[] = [];
  private readonly violations: string[] = [];

  constructor(
    readonly place: Place,
    private readonly aws: KeyedAws,
    private readonly options: SoakOptions,
    /** Folder for temporary files of processes. */
    readonly temp: string,
  ) {
    this.random = new Random(options.seed);
  }

  async run(): Promise<SoakResult> {
    const { say } = this.options;
    let gateway = await this.start();
    await this.plant(gateway);
    const { secrets, answers } = await sendSecrets(sizes[this.options.size].sent, this, gateway, this.random);
    this.secrets.push(...secrets);
    this.answers.push(...answers);
    say(`${this.planted.length} accounts, ${this.secrets.length} secrets sent in`);
    await this.controls();

    const whileServing = await this.hits('while serving');
    await gateway.kill();
    const afterKill = await this.hits('after kill -9');
    this.outputs.push(gateway.output);

    gateway = await this.start();
    const recovered = await this.recover(gateway);
    await gateway.stop();
    this.outputs.push(gateway.output);
    const afterStop = await this.hits('after a stop');
    say(`${recovered} of ${this.planted.length} secrets signed again`);

    const left = await this.ciphertextsLeft();
    const controlsExpected = encodingNames.length;
    const figures = {
      'secrets sent in': this.secrets.length,
      'still in use': this.planted.length,
      'of them recovered': recovered,
      'places read': whileServing.places + afterKill.places + afterStop.places,
      'secrets found in them': whileServing.found + afterKill.found + afterStop.found,
      'controls found, of 8 encodings at each of 3 times':
        whileServing.controls + afterKill.controls + afterStop.controls,
      ...(left !== null && { 'ciphertexts replaced or deleted': this.doomed.length, 'of them left in the file': left }),
    };
    if (recovered !== this.planted.length) this.violations.push('not every secret could be recovered');
    for (const { controls } of [whileServing, afterKill, afterStop])
      if (controls !== controlsExpected)
        this.violations.push(`the sweep found ${controls} of ${controlsExpected} controls`);
    if (left) this.violations.push(`${left} ciphertexts of deleted secrets are left in the file`);
    return { figures, violations: this.violations };
  }

  private start(): Promise<GatewayProcess> {
    return this.place.start({
      LOG_LEVEL: 'info',
      TMPDIR: this.temp,
      AWS_ENDPOINT_OVERRIDE: this.aws.url,
      AWS_TIMEOUT_MS: '10000',
    });
  }

  private newKey(isKnown = true): { accessKeyId: string; secretAccessKey: string } {
    const accessKeyId = `AKIA${this.random.text(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`;
    const secretAccessKey = secretLike(this.random);
    this.secrets.push(secretAccessKey);
    this.aws.secrets.set(accessKeyId, isKnown ? secretAccessKey : secretLike(this.random));
    return { accessKeyId, secretAccessKey };
  }

  private async plant(gateway: GatewayProcess): Promise<void> {
    const { created, replaced, refused, deleted } = sizes[this.options.size];
    const numbers = Array.from({ length: created }, (_, i) => i);
    await inLanes(4, numbers, async (i) => {
      const key = this.newKey();
      const { cloudAccount } = await this.done(gateway, createCloudAccount, newInput(`Planted ${i}`, key));
      this.planted.push({ id: cloudAccount.id, accessKeyId: key.accessKeyId, version: 1 });
    });
    for (let i = 0; i < refused; i++) {
      const input = newInput(`Refused ${i}`, this.newKey(false));
      const { createCloudAccount: payload } = await gateway.ask(createCloudAccount, { input });
      if (payload.userErrors[0]?.code !== 'AWS_SECRET_ACCESS_KEY_WRONG')
        this.violations.push('a wrong secret was taken');
    }
    for (const account of this.planted.slice(0, replaced)) {
      await this.doom(account);
      const input = {
        id: account.id,
        expectedVersion: account.version++,
        credentials: { awsAccessKey: this.newKey() },
      };
      await this.done(gateway, updateCloudAccount, input);
    }
    for (const account of this.planted.splice(replaced, deleted)) {
      await this.doom(account);
      await this.done(gateway, deleteCloudAccount, { id: account.id });
    }
  }

  private async done(gateway: GatewayProcess, mutation: string, input: object): Promise<any> {
    const [payload] = Object.values<any>(await gateway.ask(mutation, { input }));
    if (payload.userErrors.length > 0) throw new Error(`Refused: ${JSON.stringify(payload.userErrors)}`);
    return payload;
  }

  private async doom({ id }: Planted): Promise<void> {
    const sql = 'SELECT sealed_secret FROM aws_access_key WHERE cloud_account_id = ?';
    const [{ sealed_secret: sealed }] = await this.place.rows(sql, [numberOf(id)]);
    this.doomed.push(Buffer.from(sealed));
  }

  /** A text in every encoding, in a searched file: a sweep that does not find it does not work. */
  private readonly control = secretLike(new Random(0));

  private async controls(): Promise<void> {
    const lines = encodingNames.map((encoding) => {
      const variants = encoded(this.control, encoding);
      return Buffer.concat([Buffer.from('…\n'), variants[this.options.seed % variants.length]!, Buffer.from('\n…')]);
    });
    await writeFile(join(this.place.dataDir, 'control'), Buffer.concat(lines));
  }

  private async hits(when: string): Promise<{ places: number; found: number; controls: number }> {
    const sweeper = new Sweeper([...this.secrets, this.control]);
    const controls = new Set<string>();
    let found = 0;
    let places = 0;
    for await (const { where, contents } of this.everything()) {
      places++;
      for (const { text, encoding } of sweeper.hitsIn(contents)) {
        if (text === this.control) {
          controls.add(encoding);
        } else {
          found++;
          this.violations.push(`a secret lies in ${where} ${when}, in ${encoding}`);
        }
      }
    }
    return { places, found, controls: controls.size };
  }

  private async *everything(): AsyncGenerator<{ where: string; contents: Buffer }> {
    for (const [i, output] of this.outputs.entries())
      yield { where: `the output of process ${i + 1}`, contents: Buffer.from(output) };
    yield { where: 'the answers', contents: Buffer.from(this.answers.join('\n')) };
    yield* filesIn(this.place.dataDir);
    yield* filesIn(this.temp);
    if (this.place.kind === 'SQLite') return;

    for (const row of await this.place.rows('SHOW TABLES')) {
      const table = String(Object.values(row)[0]);
      const cells = (await this.place.rows(`SELECT * FROM ${table}`)).flatMap((cellsOf) => Object.values(cellsOf));
      const contents = cells.map((cell) => (Buffer.isBuffer(cell) ? cell : Buffer.from(`${String(cell)}\n`)));
      yield { where: `table ${table}`, contents: Buffer.concat(contents) };
    }
    const [{ dir, name }] = await this.place.rows('SELECT @@datadir AS dir, DATABASE() AS name');
    yield* filesIn(dir, (file) => !file.includes('/') || file.startsWith(name));
  }

  /** Each account gets another console role, which is looked up in AWS with the stored secret. */
  private async recover(gateway: GatewayProcess): Promise<number> {
    let recovered = 0;
    await inLanes(4, this.planted, async ({ id, version }) => {
      const input = { id, expectedVersion: version, consoleRoleName: 'another-role' };
      const { updateCloudAccount: payload } = await gateway.ask(updateCloudAccount, { input });
      if (payload.cloudAccount?.consoleRoleName === 'another-role') recovered++;
    });
    return recovered;
  }

  private async ciphertextsLeft(): Promise<number | null> {
    if (this.place.kind !== 'SQLite') return null;
    const file = await readFile(this.place.databaseFile);
    const [{ sealed_secret: kept }] = await this.place.rows('SELECT sealed_secret FROM aws_access_key LIMIT 1');
    if (!file.includes(kept)) this.violations.push('ciphertexts are not where they were looked for');
    return this.doomed.filter((record) => file.includes(record)).length;
  }
}

const newInput = (name: string, awsAccessKey: object) => ({
  name,
  credentials: { awsAccessKey },
  consoleRoleName: 'console-role',
});

/** The folder of a server can be unreachable, for example with TEST_DATABASE_URL. Its tables are read in any case. */
async function* filesIn(folder: string, isMeant: (file: string) => boolean = () => true) {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of files) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !isMeant(path.slice(join(folder, '/').length))) continue;
    yield { where: entry.name, contents: await readFile(path) };
  }
}
