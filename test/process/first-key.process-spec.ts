import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/cli.js';
import { databaseKinds, usePlaces } from '../support/places.js';
import { inherited, killed, projectFolder, type GatewayProcess, type Place } from '../support/process.js';
import { until } from '../support/until.js';

const opens = async (gateway: GatewayProcess, key: string) =>
  (await gateway.send('{ __typename }', {}, key)).status === 200;

/** API key in a file, as an operator creates one. */
async function generatedKey(place: Place): Promise<string> {
  mkdirSync(place.dataDir, { recursive: true, mode: 0o700 });
  const file = join(place.dataDir, 'chosen-key');
  expect(await runCli(place, 'api-keys', 'generate', '--to', file)).toMatchObject({ code: 0 });
  return file;
}

describe.each(databaseKinds)('The first API key, on %s,', (kind) => {
  const newPlace = usePlaces();

  it('is in a private file, never in the output of a service, which is JSON line by line', async () => {
    const place = await newPlace(kind);
    const gateway = await place.start({ LOG_LEVEL: 'fatal', AWS_SANDBOX: 'on' });

    const key = readFileSync(place.firstApiKeyFile, 'utf8').trim();
    expect(await opens(gateway, key)).toBe(true);
    expect(statSync(place.firstApiKeyFile).mode & 0o777).toBe(0o600);
    expect(gateway.output).not.toContain('gwk_live_');
    const entries = gateway.output.trim().split('\n').map((line) => JSON.parse(line)); // prettier-ignore
    expect(entries).toContainEqual(
      expect.objectContaining({ level: 'warn', context: 'Start', file: place.firstApiKeyFile }),
    );
    expect(entries.at(-1).msg).toBe(`cloud-account-gateway is ready at ${gateway.url}/graphql`);
  });

  it('is mentioned by later starts while its file exists', async () => {
    const place = await newPlace(kind);
    await (await place.start()).stop();

    const { output } = await place.start();

    expect(output).toContain('The first API key is still in a file.');
    expect(output).toContain(place.firstApiKeyFile);
  });

  it('is the one in FIRST_API_KEY_FILE, which is neither printed nor copied', async () => {
    const place = await newPlace(kind);
    const file = await generatedKey(place);
    const key = readFileSync(file, 'utf8').trim();

    const gateway = await place.start({ FIRST_API_KEY_FILE: file });

    expect(await opens(gateway, key)).toBe(true);
    expect(existsSync(place.firstApiKeyFile)).toBe(false);
    expect(gateway.output).not.toContain('gwk_live_');
  });
});

describe('The first API key', () => {
  const newPlace = usePlaces();

  it('is printed once at a terminal, and then in no file', async () => {
    const place = await newPlace();
    // `script` gives the gateway a terminal.
    const terminal = spawn('script', ['-qec', `${process.execPath} dist/bundle/main.js`, '/dev/null'], {
      cwd: projectFolder,
      env: { ...inherited, DATA_DIR: place.dataDir, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    try {
      await until('the key is printed and its file gone', () => {
        if (terminal.exitCode !== null) throw new Error(output);
        return output.includes('gwk_live_') && !existsSync(place.firstApiKeyFile);
      });
    } finally {
      await killed(terminal);
    }

    expect(output).toMatch(/cloud-account-gateway is ready at http:\S+\/graphql\r\n/);
    expect(output).toContain('Your API key, valid for one year, shown only once:');
    expect(output.match(/gwk_live_[0-9A-Za-z]{44}/g)).toHaveLength(1);
  });

  it('survives a start that was interrupted before the API key was stored', async () => {
    const place = await newPlace();
    const file = await generatedKey(place);
    const key = readFileSync(file);
    writeFileSync(place.firstApiKeyFile, key, { mode: 0o600 });

    expect(await opens(await place.start(), String(key).trim())).toBe(true);
  });

  it('is not read from a file that another user can write', async () => {
    const place = await newPlace();
    const file = await generatedKey(place);
    writeFileSync(place.firstApiKeyFile, readFileSync(file), { mode: 0o644 });

    const { code, output } = await place.refused();

    expect(code).toBe(1);
    expect(output).toContain(`${place.firstApiKeyFile} is not a private file with an API key. Delete it`);
  });

  it.each([
    ['is something else', 'hunter2-hunter2', 'FIRST_API_KEY in the file'],
    ['is empty', '\n', 'which is empty. Write the value into it, or unset FIRST_API_KEY_FILE.'],
  ])('is refused when the file of FIRST_API_KEY_FILE %s', async (_, content, said) => {
    const place = await newPlace();
    const file = `${place.dataDir}.first`;
    writeFileSync(file, content);

    const { code, output } = await place.refused({ FIRST_API_KEY_FILE: file });

    expect(code).toBe(1);
    expect(output).toContain(said);
    expect(output).toContain(file);
    expect(output).not.toContain('hunter2');
    expect(existsSync(place.dataDir)).toBe(false);
  });
});
