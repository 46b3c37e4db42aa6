import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Role } from '#libs/access';
import { CloudProvider } from '#libs/cloud-accounts';
import { commands, groups } from './commands.js';
import { helpOf } from './help.js';

const root = join(import.meta.dirname, '../..');
const places = ['README.md', 'CONTRIBUTING.md', 'docs', 'deploy', 'src', 'libs', 'packages', 'web'];

const filesIn = (path: string): string[] =>
  statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesIn(join(path, name))) : [path];

/** All texts that mention commands: pages, messages, descriptions and deployment files. */
const texts = places
  .flatMap((place) => filesIn(join(root, place)))
  .filter((file) => !file.includes('.spec.') && !file.includes('/decisions/')) // which also mention former commands
  .map((file) => ({ file: relative(root, file), text: readFileSync(file, 'utf8') }));

/** Quoted command: in quotation marks or backticks, or at the beginning of a line of shell. */
const quoted =
  /(?:[`'"] ?|^[ \t#]*)(?:(?:[A-Z_]+=\S+|npx|sudo|-u \S+|docker compose exec \S+) +)*cloud-account-gateway (?!is |requires |cannot |with |and )([a-z][^`'"\n]*)/gm;

const mentions = texts.flatMap(({ file, text }) =>
  [...text.matchAll(quoted)].map(([, said]) => [said!.trim(), file] as const),
);

/** Describes the problem with a mentioned command. Null when it exists and has these options. */
function faultIn(said: string): string | null {
  const words = said.split(/\s+/);
  const name = [words.slice(0, 2).join(' '), words[0]!].find(
    (name) => Object.hasOwn(commands, name) || Object.hasOwn(groups, name),
  );
  if (!name) return 'no such command';
  if (Object.hasOwn(groups, name) && !/^(--help|COMMAND|METHOD)$/.test(words[1] ?? ''))
    return 'no such command of the group';
  const meant = Object.entries(commands).filter(([of]) => of === name || of.startsWith(`${name} `));
  const options = meant.flatMap(([, { options = {} }]) => Object.keys(options));
  const unknown = [...said.matchAll(/--([a-z-]+)/g)]
    .map(([, option]) => option!)
    .filter((option) => option !== 'help' && !options.includes(option));
  return unknown.length > 0 ? `no option ${unknown.join(', ')}` : null;
}

describe('The commands', () => {
  it('are those that texts mention', () => {
    expect(mentions.length).toBeGreaterThan(25);
    expect(mentions.flatMap(([said, file]) => (faultIn(said) ? [`${file}: ${said}: ${faultIn(said)}`] : []))).toEqual(
      [],
    );
  });

  it('have one name: no text mentions another way to run them', () => {
    const others = /npm run (-s )?cli|node dist\/(bundle|src)\/(cli|main)/;
    expect(texts.filter(({ text }) => others.test(text)).map(({ file }) => file)).toEqual([]);
  });

  it.each(['tenants ad --name Acme', 'keys create', 'tenants add --nam Acme', 'tenants', 'keyring'])(
    'include no %s, so a text that mentions it would fail',
    (said) => expect(faultIn(said)).not.toBeNull(),
  );

  it('each have help with all options, and belong to a described group', () => {
    for (const [name, { options = {}, means }] of Object.entries(commands)) {
      const help = helpOf(name);
      for (const option of Object.keys(options)) expect(help).toContain(`--${option}`);
      expect(help.toLowerCase()).toContain(means.toLowerCase());
      const [group = ''] = name.split(' ');
      if (name.includes(' ')) expect(helpOf(group)).toContain(`cloud-account-gateway ${name}`);
      expect(helpOf('')).toContain(`cloud-account-gateway ${group}`);
    }
  });

  it('have a text for an empty result', () => {
    const searching = Object.entries(commands).filter(([name, { means }]) => /^(lists|finds) /.test(means) || name.endsWith(' list')); // prettier-ignore
    expect(searching.length).toBeGreaterThan(7);
    for (const [name, { none }] of searching) expect([name, none]).toEqual([name, expect.stringMatching(/^No .+\.$/)]);
  });

  it('give an option the same form everywhere', () => {
    const forms = new Map<string, boolean>();
    for (const { options = {} } of Object.values(commands))
      for (const [name, { value }] of Object.entries(options)) {
        expect([name, forms.get(name) ?? value !== undefined]).toEqual([name, value !== undefined]);
        forms.set(name, value !== undefined);
      }
  });

  it('accept every role and every provider', () => {
    expect(commands['api-keys create']?.options?.['role']?.oneOf).toEqual(Object.keys(Role));
    expect(commands['hosted-accounts add']?.options?.['provider']?.oneOf).toEqual(Object.keys(CloudProvider));
  });
});
