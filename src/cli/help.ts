import { commands, groups } from './commands.js';
import type { Command, Option } from './command.js';

const program = 'cloud-account-gateway';
const width = 46;

/** Help of the command line, of a group, or of one command. */
export function helpOf(words: string): string {
  if (words === '') return whole();
  return Object.hasOwn(commands, words) ? ofCommand(words, commands[words]!) : ofGroup(words);
}

function whole(): string {
  const names = Object.keys(commands).filter((name) => !name.startsWith('sandbox ') && !name.startsWith('iam-setup '));
  return `${program}: a GraphQL gateway for cloud accounts, with a command line for its operator.

The commands read the same settings as the gateway (DATA_DIR, DATABASE_URL, KEY_RING_FILE …), and can be used while it runs.
Run them as the user of the gateway.

${names.map(commandLine).join('')}${line(`${program} sandbox COMMAND`, 'simulates changes made directly in AWS')}${line(`${program} iam-setup METHOD`, 'writes the files that a customer needs to set up IAM')}
  -h, --help      show help for the command line, a group or a command
  -v, --version   show the version

Exit status: 0 on success, 1 if the command fails or is refused, 2 if its syntax is not valid.
`;
}

function ofGroup(group: string): string {
  const names = Object.keys(commands).filter((name) => name.startsWith(`${group} `));
  return `${groups[group]}\n\n${names.map(commandLine).join('')}`;
}

function ofCommand(name: string, { means, options = {}, notes }: Command): string {
  const lines = Object.entries(options).map(([option, spec]) => line(usageOf(option, spec), spec.means));
  const about = `${means[0]!.toUpperCase()}${means.slice(1)}.`;
  return [
    `  ${program} ${name}${requiredOf(options)}${lines.length > 0 ? ' [OPTION]...' : ''}\n`,
    `${about}\n`,
    ...(notes ? [`${notes}\n`] : []),
    ...(lines.length > 0 ? [lines.join('')] : []),
  ].join('\n');
}

const commandLine = (name: string) =>
  line(`${program} ${name}${requiredOf(commands[name]!.options)}`, commands[name]!.means);

const requiredOf = (options: Readonly<Record<string, Option>> = {}) =>
  Object.entries(options)
    .filter(([, { isRequired }]) => isRequired)
    .map(([name, spec]) => ` ${usageOf(name, spec)}`)
    .join('');

const usageOf = (name: string, { value }: Option) => `--${name}${value ? ` ${value}` : ''}`;

const line = (usage: string, means: string) =>
  usage.length > width ? `  ${usage}\n${' '.repeat(width + 4)}${means}\n` : `  ${usage.padEnd(width)}  ${means}\n`;
