import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  ExternalIdService,
  iamSetupMethods,
  type IamSetupMethods,
  type IamSetupRequest,
  type SetupFile,
} from '#libs/iam-setup';
import { InvalidInput, NotFound } from '#libs/kernel';
import { parse } from 'yaml';
import { readConfig } from '../../config.js';
import { makeFolder } from '../../make-folder.js';
import { withServices } from '../services.js';
import type { Given, Run } from '../command.js';
import { iamSetupOptions } from './iam-setup-options.js';

const camelCase = (words: string) => words.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
const optionOf = (field: string) =>
  field === 'tags' ? '--tag' : `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

export type Method = 'cloudformation' | 'terraform' | 'manual';

const filesOf: Record<Method, (methods: IamSetupMethods) => SetupFile[]> = {
  cloudformation: ({ cloudFormation: { template, parameters, command } }) => [
    { name: 'template.yaml', content: template },
    { name: 'template.json', content: json(parse(template)) },
    {
      name: 'parameters.json',
      content: json(parameters.map(({ name, value }) => ({ ParameterKey: name, ParameterValue: value }))),
    },
    { name: 'commands.sh', content: `${command}\n` },
  ],
  terraform: ({ terraform }) => [...terraform.files],
  manual: ({ manual, provisionedResourcesWarning }) => [
    {
      name: 'README.md',
      content: `**${provisionedResourcesWarning}**\n\n${manual.steps
        .map(
          ({ number, title, instruction, document, command }) =>
            `## ${number}. ${title}\n\n${instruction}\n\n${document ? `The document is in \`${stepFile(number)}\`. ` : ''}Or:\n\n\`\`\`sh\n${command}\n\`\`\`\n`,
        )
        .join('\n')}`,
    },
    ...manual.steps.flatMap(({ number, document }) =>
      document ? [{ name: stepFile(number), content: `${document}\n` }] : [],
    ),
  ],
};

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const stepFile = (number: number) => `step-${String(number).padStart(2, '0')}.json`;

export const setup =
  (method: Method): Run =>
  async (given) => {
    const handle = given.optional('external-id-handle');
    const chosen = Object.entries(iamSetupOptions)
      .filter(([name]) => given.has(name) && !['out', 'tag', 'external-id-handle'].includes(name))
      .map(([name, { value }]) =>
        name.startsWith('no-') ? [camelCase(name.slice(3)), false] : [camelCase(name), value ? given.text(name) : true],
      );
    try {
      const request = { ...Object.fromEntries(chosen), tags: tagsIn(given) } as IamSetupRequest;
      const { iamSetup } = readConfig(process.env);
      // First with a placeholder, so that invalid requests are refused without opening the database.
      const draft = iamSetupMethods(iamSetup, request, handle ?? null);
      const isOfAccessRole = request.createAccessRole && handle !== undefined;
      const methods = isOfAccessRole ? iamSetupMethods(iamSetup, request, await externalIdOf(handle)) : draft;
      if (method === 'manual' && methods.manual.unavailableReason)
        return refuse('--aws-account-id is required: policies are attached by ARNs that contain the account ID.');
      write(given.text('out'), filesOf[method](methods));
    } catch (error) {
      if (error instanceof NotFound) return refuse(`--external-id-handle: ${error.message} ${error.remediation}`);
      if (!(error instanceof InvalidInput)) throw error;
      refuse(error.faults.map(({ path, message }) => `${optionOf(path?.at(-1) ?? '')}: ${message}`).join('\n'));
    }
  };

/** Tags in the format of the AWS CLI. No tag has a comma. @throws Usage */
const tagsIn = (given: Given) =>
  given.list('tag').map((text) => {
    const [, key, value] = /^Key=([^,]*),Value=([^,]*)$/.exec(text) ?? [];
    if (key === undefined || value === undefined)
      throw given.usage('--tag must have the form Key=CostCenter,Value=4711.');
    return { key, value };
  });

function refuse(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

/** External ID of a handle, from the database. @throws NotFound */
const externalIdOf = (handle: string): Promise<string> =>
  withServices(async (service) => (await service(ExternalIdService).getInAllTenants(handle)).externalId);

/** Writes all files or none: existing files can have been changed manually. */
function write(folder: string, files: readonly SetupFile[]): void {
  const taken = files.filter(({ name }) => existsSync(join(folder, name)));
  if (taken.length > 0)
    return refuse(`${taken.map(({ name }) => join(folder, name)).join(', ')} already exists. Choose an empty folder.`);
  try {
    for (const { name, content } of files) {
      makeFolder(dirname(join(folder, name)));
      writeFileSync(join(folder, name), content, { flag: 'wx' });
      console.log(join(folder, name));
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    refuse(`--out: ${folder} cannot be written to (${code}). Choose a folder that this user can write to.`);
  }
}
