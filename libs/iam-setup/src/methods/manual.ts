import { iamEntities, sessionSeconds, type IamEntity, type IamPolicy } from '../iam-entities.js';
import type { AwsPartition } from '../aws-regions.js';
import { namesOf, partitionNames, type IamSetup, type IamSetupSettings } from '../iam-setup.js';
import { provisionedResourcesWarning } from '../provisioned-resources.js';
import { fillIn, fillInText, type PolicyDocument } from '../policies.js';
import { inShell } from './shell.js';
import { forAws } from '../tags.js';
import type { SetupFile } from './terraform.js';

/** Entity to create manually: in the AWS console with the instruction, or with the command. */
export interface ManualStep {
  readonly number: number;
  readonly title: string;
  readonly instruction: string;
  /** Name of the entity. Null when AWS chooses it. */
  readonly name: string | null;
  /** JSON document to paste. Null when the step has none. */
  readonly document: string | null;
  readonly command: string;
}

/** All steps in order. `setup` must contain the AWS account: policies are attached by ARN. */
export function manualSteps(setup: IamSetup): ManualStep[] {
  const entities = iamEntities.filter(({ option }) => isWanted(setup, option));
  return [accountStep(setup), ...entities.map((entity) => stepFor(entity, setup))].map((step, i) => ({
    number: i + 1,
    ...step,
  }));
}

/** Creates nothing: in a wrong account, the created roles would trust the vendor. */
function accountStep({ values: { accountId } }: IamSetup): Omit<ManualStep, 'number'> {
  const asked = inShell(['aws', 'sts', 'get-caller-identity', '--query', 'Account', '--output', 'text']);
  return {
    title: 'AWS account',
    instruction: `Sign in to the AWS account ${accountId}. Stop if the AWS console or the command shows another account ID. ${provisionedResourcesWarning}`,
    name: null,
    document: null,
    command: `test "$(${asked})" = ${accountId} || echo 'Stop: these are credentials of another AWS account.' >&2`,
  };
}

/**
 * Policies only, for every account of a partition, with the default names and paths. Without trust policies, which
 * differ between customers.
 */
export function policyFiles({ vendorName, tagKey }: IamSetupSettings, partition: AwsPartition): SetupFile[] {
  const values = {
    partition,
    urlSuffix: partitionNames[partition].urlSuffix,
    accountId: '*',
    vendorName,
    tagKey,
    path: '/',
    ...namesOf(vendorName),
    vendorAccountId: '',
    gatewayIdentityArn: '',
    externalId: '',
  };
  return iamEntities
    .filter((entity) => entity.kind === 'policy')
    .map(({ name, document }) => ({
      name: `${fillInText(name, values)}.json`,
      content: `${JSON.stringify(fillIn(document, values), null, 2)}\n`,
    }));
}

const isWanted = ({ options }: IamSetup, option: IamEntity['option']) => !option || options.includes(option);

function stepFor(entity: IamEntity, setup: IamSetup): Omit<ManualStep, 'number'> {
  const { values, permissionsBoundaryArn, tags } = setup;
  const { partition, accountId, path } = values;
  const name = 'name' in entity ? fillInText(entity.name, values) : null;
  const json = (document: PolicyDocument) => JSON.stringify(fillIn(document, values), null, 2);
  const onOneLine = (document: PolicyDocument) => JSON.stringify(fillIn(document, values));
  const attached = (policies: readonly IamPolicy[]) =>
    policies.filter(({ option }) => isWanted(setup, option)).map((policy) => fillInText(policy.name, values));
  const attaching = (kind: 'role' | 'user', policies: readonly IamPolicy[]) =>
    attached(policies).map((policy) =>
      inShell([
        ...['aws', 'iam', `attach-${kind}-policy`, `--${kind}-name`, name!],
        ...['--policy-arn', `arn:${partition}:iam::${accountId}:policy${path}${policy}`],
      ]),
    );
  const limited = permissionsBoundaryArn ? ['--permissions-boundary', permissionsBoundaryArn] : [];
  const alsoLimit = permissionsBoundaryArn ? ` Set the permissions boundary ${permissionsBoundaryArn}.` : '';
  const tagged = tags.length > 0 ? ['--tags', forAws(tags)] : [];
  const alsoTag =
    tags.length > 0 ? ` Add the tags ${tags.map(({ key, value }) => `"${key}" = "${value}"`).join(', ')}.` : '';
  // The IAM console does not support paths.
  const byCommand =
    path === '/' ? '' : ` The AWS console creates all entities in the path /. For ${path}, use the command.`;
  const listed = (policies: readonly IamPolicy[]) => attached(policies).join(', ');

  switch (entity.kind) {
    case 'policy':
      return {
        title: `Policy: ${name}`,
        instruction: `IAM, Policies, Create policy, JSON: replace the existing text with the document.${alsoTag} Name it ${name}.${byCommand}`,
        name,
        document: json(entity.document),
        command: inShell(
          ['aws', 'iam', 'create-policy', '--policy-name', name!, '--path', path],
          ['--description', entity.description],
          ['--policy-document', onOneLine(entity.document), ...tagged],
        ),
      };
    case 'role':
      return {
        title: `Role: ${name}`,
        instruction: `${entity.description} IAM, Roles, Create role, Custom trust policy: replace the existing text with the document. Attach ${listed(entity.policies)}.${alsoLimit}${alsoTag} Name it ${name}.${byCommand}`,
        name,
        document: json(entity.trust),
        command: [
          inShell(
            ['aws', 'iam', 'create-role', '--role-name', name!, '--path', path],
            ['--description', entity.description, '--max-session-duration', String(sessionSeconds), ...limited],
            ['--assume-role-policy-document', onOneLine(entity.trust), ...tagged],
          ),
          ...attaching('role', entity.policies),
        ].join('\n'),
      };
    case 'instance profile':
      return {
        title: `Instance profile: ${name}`,
        instruction: `${entity.description} Use the command: the AWS console creates instance profiles only together with roles for the AWS service EC2.`,
        name,
        document: null,
        command: [
          inShell([
            'aws',
            'iam',
            'create-instance-profile',
            '--instance-profile-name',
            name!,
            '--path',
            path,
            ...tagged,
          ]),
          inShell([
            ...['aws', 'iam', 'add-role-to-instance-profile', '--instance-profile-name', name!],
            ...['--role-name', fillInText(entity.role.name, values)],
          ]),
        ].join('\n'),
      };
    case 'user':
      return {
        title: `User: ${name}`,
        instruction: `IAM, Users, Create user, without access to the AWS console. Attach ${listed(entity.policies)}.${alsoLimit}${alsoTag} Name it ${name}.${byCommand}`,
        name,
        document: null,
        command: [
          inShell(['aws', 'iam', 'create-user', '--user-name', name!, '--path', path, ...limited, ...tagged]),
          ...attaching('user', entity.policies),
        ].join('\n'),
      };
    case 'access key': {
      const user = fillInText(entity.user.name, values);
      return {
        title: 'Access key',
        instruction: `IAM, Users, ${user}, Security credentials, Create access key, Other. AWS shows the secret access key only once. Enter it as AWS_SECRET_ACCESS_KEY, the access key ID as AWS_ACCESS_KEY_ID, and ${values.consoleRoleName} as IAM Role Name.`,
        name: null,
        document: null,
        command: inShell(['aws', 'iam', 'create-access-key', '--user-name', user]),
      };
    }
  }
}
