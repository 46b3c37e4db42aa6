import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { parseArgs } from 'node:util';
import { Given, Usage, type Option } from './command.js';
import { commands, groups } from './commands.js';
import { helpOf } from './help.js';
import { printRows } from './rows.js';
import { SecretNotWritten } from './secret-output.js';

/** Runs one command. Help, version and problems with `args` are shown before anything else is loaded. */
export async function runCommandLine(args: string[]): Promise<void> {
  process.umask(0o077); // created files are readable by this user only
  try {
    await run(args);
  } catch (error) {
    console.error(error instanceof Usage ? error.message : await told(error));
    process.exitCode = error instanceof Usage ? 2 : 1;
  }
}

async function run(args: string[]): Promise<void> {
  const { words, values } = parsed(args);
  if (values['version']) return print(`${version()}\n`);
  const isComplete = Object.hasOwn(commands, words);
  if (!isComplete && words !== '' && !Object.hasOwn(groups, words)) throw unknown(words);
  if (values['help'] || !isComplete) {
    if (!isComplete && Object.keys(values).some((name) => name !== 'help'))
      throw new Usage('Specify a command.', words);
    return print(helpOf(words));
  }

  const { options = {}, none = 'No results.', load } = commands[words]!;
  refuseFaults(words, options, values);
  await import('reflect-metadata');
  const rows = await (await load())(new Given(words, values));
  if (rows) printRows(rows, { asJson: values['json'] === true, none });
}

const everyOption = Object.assign({}, ...Object.values(commands).map(({ options }) => options)) as Record<
  string,
  Option
>;

/** Words of the command and all given options, including unknown ones. @throws Usage */
function parsed(args: string[]): { words: string; values: Readonly<Record<string, unknown>> } {
  const options = Object.entries(everyOption).map(([name, { value, isRepeatable = false }]) => {
    return [name, { type: value === undefined ? 'boolean' : 'string', multiple: isRepeatable }] as const;
  });
  const help = { type: 'boolean', short: 'h' } as const;
  const version = { type: 'boolean', short: 'v' } as const;
  try {
    const config = { ...Object.fromEntries(options), help, version };
    const { values, positionals } = parseArgs({ args, options: config, allowPositionals: true });
    return { words: positionals.join(' '), values };
  } catch (error) {
    // Words before the first option, to find the right help.
    const words = args
      .slice(
        0,
        args.findIndex((arg) => arg.startsWith('-')),
      )
      .join(' ');
    throw new Usage((error as Error).message, Object.hasOwn(commands, words) ? words : '');
  }
}

function unknown(words: string): Usage {
  const command = Object.keys(commands).find((name) => words.startsWith(`${name} `));
  if (command) return new Usage('The command takes no arguments except its options.', command);
  const [group = ''] = words.split(' ');
  return Object.hasOwn(groups, group)
    ? new Usage(`There is no such command of ${group}.`, group)
    : new Usage('There is no such command.');
}

/** @throws Usage */
function refuseFaults(
  command: string,
  options: Readonly<Record<string, Option>>,
  values: Readonly<Record<string, unknown>>,
): void {
  for (const name of Object.keys(values))
    if (!Object.hasOwn(options, name)) throw new Usage(`--${name} is not an option of this command.`, command);
  for (const [name, { isRequired, isNumber, oneOf }] of Object.entries(options)) {
    const value = values[name] as string | undefined;
    if (value === undefined && isRequired) throw new Usage(`--${name} is required.`, command);
    if (value === undefined) continue;
    if (isNumber && !/^[1-9]\d{0,8}$/.test(value))
      throw new Usage(`--${name} must be a whole number from 1 to 999999999.`, command);
    if (oneOf && !oneOf.includes(value.toUpperCase()))
      throw new Usage(`--${name} must be one of ${oneOf.join(', ')}.`, command);
  }
}

/** Message for the operator. A defect is thrown unchanged. */
async function told(error: unknown): Promise<unknown> {
  if (error instanceof SecretNotWritten) return error.message;
  const { messageForOperator } = await import('../operator-errors.js');
  return messageForOperator(error) ?? error;
}

function version(): string {
  return (JSON.parse(readFileSync(findPackageJSON(import.meta.url)!, 'utf8')) as { version: string }).version;
}

const print = (text: string) => void process.stdout.write(text);
