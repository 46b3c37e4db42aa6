import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { placeholders } from '../web/playground/operations/index.js';
import { placeholdersIn } from '../web/playground/placeholders.js';
import { settings, type Setting } from '../src/config.js';
import { commandsIn, examplesOf, pages } from './support/pages.js';
import { projectFolder } from './support/process.js';

const json = (file: string) => JSON.parse(readFileSync(join(projectFolder, file), 'utf8'));
const page = (file: string) => pages.find((one) => one.file === file)!;
const manual = pages.filter(({ file }) => /^docs\/[^/]+$/.test(file));

/** Anchors of a page, as forges create them from headings. */
const anchorsIn = ({ prose }: { prose: string }) =>
  [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const linksIn = ({ prose }: { prose: string }) => [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);

describe('The documentation', () => {
  it('has links to files and headings that exist', () => {
    const broken = pages.flatMap((from) =>
      linksIn(from)
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => {
          const [path, anchor] = link.split('#');
          const target = path ? normalize(join(dirname(from.file), path)) : from.file;
          if (!existsSync(join(projectFolder, target))) return true;
          return anchor !== undefined && !anchorsIn(page(target)).includes(anchor);
        })
        .map((link) => `${from.file}: ${link}`),
    );
    expect(pages.flatMap(linksIn).length).toBeGreaterThan(100);
    expect(broken).toEqual([]);
  });

  it('has a README of less than 150 lines with a link to every page', () => {
    const { text } = page('README.md');
    expect(text.split('\n').length).toBeLessThan(150);
    expect(manual.filter(({ file }) => !text.includes(`(${file})`)).map(({ file }) => file)).toEqual([]);
  });

  it('has an index of all decisions, which have the same form', () => {
    const index = page('docs/decisions/README.md');
    const decisions = pages.filter(({ file }) => /^docs\/decisions\/\d/.test(file));
    const entries = decisions.map(({ file, text }) => `- [${text.split('\n')[0]!.slice(2)}](${file.slice(15)})`);
    expect(index.text.match(/^- .*$/gm)).toEqual(entries);
    for (const { file, text } of decisions)
      expect([file, text]).toEqual([
        file,
        expect.stringMatching(
          /^# \d{4}: .+\n\nDate: \d{4}-\d\d-\d\d\n\n## Context\n[^]+\n## Options\n[^]+\n## Decision\n[^]+\n## Consequences\n/,
        ),
      ]);
  });

  it.each(manual)('has a title and an introductory sentence in each page: $file', ({ text }) => {
    expect(text).toMatch(/^# [A-Z].*\n\n[A-Z`].*\n/);
  });

  it('names existing files of the code', () => {
    const files = execFileSync('git', ['ls-files'], { cwd: projectFolder, encoding: 'utf8' }).split('\n');
    const named = ['CONTRIBUTING.md', 'docs/architecture.md'].flatMap((file) =>
      [...page(file).prose.matchAll(/`([\w./-]+\.ts)`/g)].map(([, name]) => name!),
    );
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((name) => !files.some((file) => `/${file}`.endsWith(`/${name}`)))).toEqual([]);
  });

  it('explains every dependency', () => {
    const { text } = page('docs/architecture.md');
    const explained = (name: string) =>
      text.includes(`\`${name}\``) || text.includes(`\`${name.replace(/\/.*/, '/*')}\``);
    expect(Object.keys(json('package.json').dependencies).filter((name) => !explained(name))).toEqual([]);
  });

  it.each(pages.filter(({ file }) => file !== 'docs/errors.md'))(
    'is written in plain technical English: $file',
    ({ prose }) => {
      expect(
        prose.match(/\b(nobody|somebody|anybody|whoever|anew|meanwhile|stands?|goes|mend(s|ed)?)\b.*/gi),
      ).toBeNull();
    },
  );

  describe('in its examples', () => {
    const schema = buildSchema(readFileSync(join(projectFolder, 'src/graphql/schema.graphql'), 'utf8'));
    const examples = pages.flatMap((one) => examplesOf(one).map((example) => ({ file: one.file, ...example })));

    it('has operations that are valid', () => {
      const faults = examples.flatMap(({ file, query }) =>
        validate(schema, parse(query)).map(({ message }) => `${file}: ${message}: ${query}`),
      );
      expect(examples.length).toBeGreaterThan(30);
      expect(faults).toEqual([]);
    });

    it('has placeholders that the playground fills in', () => {
      const unknown = examples.flatMap(({ file, variables }) =>
        placeholdersIn(variables)
          .filter((name) => !placeholders.has(name))
          .map((name) => `${file}: <${name}>`),
      );
      expect(unknown).toEqual([]);
    });

    it('has npm scripts and settings that exist', () => {
      const { scripts } = json('package.json');
      const names = new Set<string>(
        Object.entries<Setting>(settings).flatMap(([name, { isSecret }]) => [
          name,
          ...(isSecret ? [`${name}_FILE`] : []),
        ]),
      );
      const commands = pages.flatMap(({ file, blocks }) =>
        blocks
          .filter(({ language }) => language === 'sh')
          .flatMap(({ code }) => commandsIn(code).map((line) => ({ file, line }))),
      );
      const faults = commands.flatMap(({ file, line }) => [
        ...[...line.matchAll(/npm run (?:-s )?([\w:]+)/g)]
          .filter(([, script]) => !(script! in scripts))
          .map(([run]) => `${file}: ${run}`),
        ...[...(/^((?:\w+=\S* )+)(?:npx cloud-account-gateway|npm start)/.exec(line)?.[1]?.matchAll(/(\w+)=/g) ?? [])]
          .filter(([, name]) => !names.has(name!))
          .map(([, name]) => `${file}: ${name}`),
      ]);
      expect(commands.length).toBeGreaterThan(30);
      expect(faults).toEqual([]);
    });
  });
});
