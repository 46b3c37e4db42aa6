import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  cloudFormationTemplate,
  ExternalIdService,
  iamSetupMethods,
  type IamSetupMethods,
  type IamSetupRequest,
  type SetupFile,
} from '#libs/iam-setup';
import { InvalidInput, NotFound } from '#libs/kernel';
import { readConfig } from '../config.js';
import { makeFolder } from '../make-folder.js';
import { withServices } from './services.js';
import { Usage } from './usage.js';

const help = `Writes what a customer needs to set up IAM, by one of three methods, into a folder. It reads VENDOR_NAME,
VENDOR_AWS_ACCOUNT_ID, VENDOR_TAG_KEY, GATEWAY_IDENTITY_ARN and IAM_TEMPLATE_URL; and, for an access role, the database.

  npm run cli -- iam-setup cloudformation --out DIR   template.yaml, template.json, parameters.json, commands.sh
  npm run cli -- iam-setup terraform --out DIR        a module, with its README.md
  npm run cli -- iam-setup manual --out DIR           README.md with the steps, and the JSON to paste

  --region CODE                    us-east-1 when not given; decides the partition
  --aws-account-id ID              the customer's account; manual needs it
  --vendor-account-id ID           instead of VENDOR_AWS_ACCOUNT_ID
  --path PATH                      the IAM path of everything, / when not given
  --permissions-boundary-arn ARN   a policy that limits the user and the roles
  --user-name, --node-role-name, --console-role-name, --access-role-name NAME
  --no-create-access-key           leaves the access key to the customer
  --allow-key-rotation             the user may replace its own access keys
  --create-access-role             a role for the gateway itself; needs --external-id-handle
  --external-id-handle HANDLE      of the id the role demands: the tenant issues it with issueExternalId
`;

const options = {
  out: { type: 'string' },
  region: { type: 'string' },
  'aws-account-id': { type: 'string' },
  'vendor-account-id': { type: 'string' },
  path: { type: 'string' },
  'permissions-boundary-arn': { type: 'string' },
  'user-name': { type: 'string' },
  'node-role-name': { type: 'string' },
  'console-role-name': { type: 'string' },
  'access-role-name': { type: 'string' },
  'create-access-key': { type: 'boolean' },
  'allow-key-rotation': { type: 'boolean' },
  'create-access-role': { type: 'boolean' },
  'external-id-handle': { type: 'string' },
  help: { type: 'boolean' },
} as const;

const camelCase = (words: string) => words.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
const optionOf = (field: string) => `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const filesOf: Record<string, (methods: IamSetupMethods) => SetupFile[]> = {
  cloudformation: ({ cloudFormation: { template, parameters, command } }) => [
    { name: 'template.yaml', content: template },
    { name: 'template.json', content: json(cloudFormationTemplate(readConfig(process.env).iamSetup)) },
    {
      name: 'parameters.json',
      content: json(parameters.map(({ name, value }) => ({ ParameterKey: name, ParameterValue: value }))),
    },
    { name: 'commands.sh', content: `${command}\n` },
  ],
  terraform: ({ terraform }) => [...terraform.files],
  manual: ({ manual }) => [
    {
      name: 'README.md',
      content: manual.steps
        .map(
          ({ number, title, instruction, document, command }) =>
            `## ${number}. ${title}\n\n${instruction}\n\n${document ? `The document is in \`${stepFile(number)}\`. ` : ''}Or:\n\n\`\`\`sh\n${command}\n\`\`\`\n`,
        )
        .join('\n'),
    },
    ...manual.steps.flatMap(({ number, document }) =>
      document ? [{ name: stepFile(number), content: `${document}\n` }] : [],
    ),
  ],
};

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const stepFile = (number: number) => `step-${String(number).padStart(2, '0')}.json`;

/** `npm run cli -- iam-setup …`. Ends as the other commands do: 0 when done, 1 when refused, 2 when not understood. */
export async function iamSetupCommand(args: readonly string[]): Promise<void> {
  const refuse = (code: number, message: string) => {
    console.error(message);
    process.exitCode = code;
  };
  let given;
  try {
    given = parseArgs({ args: [...args], options, allowPositionals: true, allowNegative: true });
  } catch (error) {
    throw new Usage((error as Error).message, 'iam-setup');
  }
  const { out, help: wantsHelp, 'external-id-handle': handle, ...chosen } = given.values;
  const [method = '', ...more] = given.positionals;
  const files = more.length === 0 && Object.hasOwn(filesOf, method) ? filesOf[method] : undefined;
  if (wantsHelp) return void process.stdout.write(help);
  if (!files) throw new Usage(`Name one method: ${Object.keys(filesOf).join(', ')}.`, 'iam-setup');
  if (!out) throw new Usage('--out is missing.', 'iam-setup');

  try {
    const request = Object.fromEntries(
      Object.entries(chosen).map(([name, value]) => [camelCase(name), value]),
    ) as IamSetupRequest;
    const { iamSetup } = readConfig(process.env);
    // First with any id, so that the database is opened for nothing that is refused anyway.
    const draft = iamSetupMethods(iamSetup, request, handle ?? null);
    const isOfAccessRole = request.createAccessRole && handle !== undefined;
    const methods = isOfAccessRole ? iamSetupMethods(iamSetup, request, await externalIdOf(handle)) : draft;
    if (method === 'manual' && methods.manual.unavailable)
      return refuse(1, '--aws-account-id is missing: policies are attached by ARNs that name the account.');
    write(out, files(methods), refuse);
  } catch (error) {
    if (error instanceof NotFound) return refuse(1, `--external-id-handle: ${error.message} ${error.remediation}`);
    if (!(error instanceof InvalidInput)) throw error;
    refuse(1, error.faults.map(({ path, message }) => `${optionOf(path?.at(-1) ?? '')}: ${message}`).join('\n'));
  }
}

/** The id behind a handle, which only the database knows. @throws NotFound */
const externalIdOf = (handle: string): Promise<string> =>
  withServices(async (service) => (await service(ExternalIdService).getAnybodys(handle)).externalId);

/** All of the files, or none: what is there already may have been changed by hand. */
function write(folder: string, files: readonly SetupFile[], refuse: (code: number, message: string) => void): void {
  const taken = files.filter(({ name }) => existsSync(join(folder, name)));
  if (taken.length > 0)
    return refuse(
      1,
      `${taken.map(({ name }) => join(folder, name)).join(', ')} exists already. Choose an empty folder.`,
    );
  try {
    for (const { name, content } of files) {
      makeFolder(dirname(join(folder, name)));
      writeFileSync(join(folder, name), content, { flag: 'wx' });
      console.log(join(folder, name));
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    refuse(1, `--out: ${folder} cannot be written to (${code}). Choose a folder of yours.`);
  }
}
