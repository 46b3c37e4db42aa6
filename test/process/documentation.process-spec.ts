import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { filled, placeholdersIn, valuesIn } from '../../web/playground/placeholders.js';
import { cliAnswer } from '../support/cli.js';
import { commandsIn, examplesOf, pages, stepsOf, type Example, type Page } from '../support/pages.js';
import {
  defaultCostBudgets,
  inPlace,
  inherited,
  projectFolder,
  type GatewayProcess,
  type Place,
} from '../support/process.js';
import { until } from '../support/until.js';

/** Any value in a response. */
const anything = '…';

/** Runs the examples and commands of a page in order, on its own gateway. */
describe('The documentation', () => {
  it.each(pages.filter(isTutorial))('works as written: $file', (page) =>
    inPlace('SQLite', async (place) => {
      const reader = await Reader.start(place, await place.start({ ...defaultCostBudgets, ...settingsOf(page) }));
      const wanted = new Set(examplesOf(page).flatMap(({ variables }) => placeholdersIn(variables)));
      for (const step of stepsOf(page))
        if ('shell' in step) for (const command of commandsIn(step.shell)) await reader.enter(command);
        else await reader.send(step.example, wanted);
    }),
  );
});

/** The README is run by .ci/first-steps, on a clone. */
function isTutorial({ file, text }: Page): boolean {
  return file.startsWith('docs/') && /^(```graphql|npx cloud-account-gateway|curl )/m.test(text);
}

/** Settings of the gateway for a page. */
function settingsOf({ text }: Page): Record<string, string> {
  const [, settings = ''] = /^((?:\w+=\S+ )+)npm start$/m.exec(text) ?? [];
  return Object.fromEntries([...settings.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name!, value!]));
}

/** Follows the instructions of a page. */
class Reader {
  private seen: Record<string, unknown> = {};
  private readonly keys = new Map<string, string>();
  /** Output of the last command. */
  private printed = '';

  private constructor(
    private readonly place: Place,
    private readonly gateway: GatewayProcess,
    private readonly folder: string,
  ) {}

  static async start(place: Place, gateway: GatewayProcess): Promise<Reader> {
    const folder = join(place.dataDir, '../reader');
    await mkdir(folder);
    return new Reader(place, gateway, folder);
  }

  /**
   * Sends an operation. The response must match the page, or have no errors if the page shows none. Reads, and
   * operations that only call AWS, are repeated until they match.
   */
  async send({ query, variables, response }: Example, wanted: ReadonlySet<string>): Promise<void> {
    const key = await this.keyFor(query);
    let body: any;
    const isAsShown = async () => {
      const answer = await this.gateway.send(query, filled(variables, this.seen) as object, key);
      const { extensions, ...rest } = answer.body; // every response has `extensions.cost`
      body = response && 'extensions' in response ? { ...rest, extensions } : rest;
      return response ? isAs(response, body) : !body.errors && !JSON.stringify(body).includes('"userErrors":[{');
    };
    const isRepeatable = !/^mutation/m.test(query) || /^ *(check|verify)\w+\(/m.test(query);
    const isDone = isRepeatable
      ? await until('the answer is as shown', isAsShown).then(
          () => true,
          () => false,
        )
      : await isAsShown();
    // For its message.
    if (!isDone) expect({ query, ...body }).toEqual({ query, ...(response ?? { data: 'no errors' }) });
    this.seen = { ...this.seen, ...valuesIn(body.data, wanted) };
  }

  /**
   * Runs a command of the gateway, or curl. An ID such as `i-…` represents the first of its kind in the output of the
   * last command.
   */
  async enter(command: string): Promise<void> {
    if (!/^(npx cloud-account-gateway (?!start)|curl )/.test(command)) return;
    const idLike = (text: string, prefix: string) =>
      new RegExp(`\\b${prefix}[0-9a-z]+`).exec(this.printed)?.[0] ?? text;
    const line = command
      .replaceAll(/\b([a-z]+-)…/g, idLike)
      .replace('npx cloud-account-gateway', `node ${join(projectFolder, 'dist/bundle/cli.js')}`)
      .replaceAll('http://127.0.0.1:4000', this.gateway.url);
    const env = { ...inherited, DATA_DIR: this.place.dataDir };
    ({ stdout: this.printed } = await promisify(execFile)('bash', ['-euc', line], { cwd: this.folder, env }));
  }

  /** `# API key: PROVISIONER` at the top of an operation selects a key of this role. */
  private async keyFor(query: string): Promise<string> {
    const [, wanted, role] = /^# API key: ((\w+).*)$/m.exec(query) ?? [];
    if (!wanted) return this.gateway.key;
    if (!this.keys.has(wanted)) {
      const options = ['--tenant', role === 'PROVISIONER' ? '1' : '2', '--name', 'Another key', '--role', role!];
      const [{ key }] = await cliAnswer(this.place, 'api-keys', 'create', ...options);
      this.keys.set(wanted, key);
    }
    return this.keys.get(wanted)!;
  }
}

/** Whether a value matches the page: equal, except for `"…"`, which at the end of a list matches any further items. */
function isAs(shown: unknown, value: unknown): boolean {
  if (shown === anything) return value !== undefined;
  if (shown === null || typeof shown !== 'object') return shown === value;
  if (Array.isArray(shown)) {
    const isPrefix = shown.at(-1) === anything;
    const items = isPrefix ? shown.slice(0, -1) : shown;
    return (
      Array.isArray(value) &&
      (isPrefix || value.length === items.length) &&
      items.every((item, i) => isAs(item, value[i]))
    );
  }
  return (
    value !== null &&
    typeof value === 'object' &&
    Object.keys(value).length === Object.keys(shown).length &&
    Object.entries(shown).every(([name, item]) => isAs(item, value[name as keyof typeof value]))
  );
}
