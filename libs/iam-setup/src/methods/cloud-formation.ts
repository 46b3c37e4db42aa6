import { stringify } from 'yaml';
import { iamEntities, sessionSeconds, type IamEntity, type IamPolicy } from '../iam-entities.js';
import {
  namesOf,
  parameters,
  partitionNames,
  pascalCase,
  switches,
  type IamSetup,
  type IamSetupSettings,
} from '../iam-setup.js';
import { provisionedResourcesWarning } from '../provisioned-resources.js';
import { permissionManifest, type Option } from '../permission-manifest.js';
import type { PolicyDocument } from '../policies.js';
import { inShell } from './shell.js';
import { forAws, type Tag } from '../tags.js';

type Json = Readonly<Record<string, unknown>>;

/** Maximum size of a template that is sent by value (CloudFormation quotas). */
export const longestTemplateBody = 51_200;

const ref = (id: string) => ({ Ref: id });
const noValue = ref('AWS::NoValue');
const conditionOf = (option: Option) => `${pascalCase(option)}Wanted`;
const when = (option: Option | undefined) => option && { Condition: conditionOf(option) };

/**
 * Template that is the same for every customer of one operator and version of the manifest, so that it can be
 * published. Differences between customers are parameters, except tags: CloudFormation has no parameter for a list of
 * pairs.
 */
export function cloudFormationTemplate(settings: IamSetupSettings, tags: readonly Tag[] = []): Json {
  const defaults: Record<string, string> = {
    path: '/',
    permissionsBoundaryArn: '',
    expectedAwsAccountId: '',
    externalId: '',
    ...namesOf(settings.vendorName),
    vendorName: settings.vendorName,
    tagKey: settings.tagKey,
    gatewayIdentityArn: settings.gatewayIdentityArn ?? '',
    ...(settings.vendorAccountId && { vendorAccountId: settings.vendorAccountId }),
  };
  const asked = Object.entries(parameters).map(([name, { means, pattern, fault, longest, mayBeEmpty }]) => [
    pascalCase(name),
    {
      Type: 'String',
      Description: means,
      AllowedPattern: mayBeEmpty ? `^(${pattern})?$` : `^${pattern}$`,
      ConstraintDescription: `It ${fault}.`,
      MaxLength: longest,
      ...(name in defaults && { Default: defaults[name] }),
    },
  ]);
  const switched = Object.entries(switches).map(([name, { means, unset }]) => [
    pascalCase(name),
    { Type: 'String', Description: means, AllowedValues: ['true', 'false'], Default: String(unset) },
  ]);
  const labels = Object.entries({ ...parameters, ...switches }).map(([name, { title }]) => [
    pascalCase(name),
    { default: title },
  ]);
  const isFilled = (name: string) => ({ 'Fn::Not': [{ 'Fn::Equals': [ref(name), ''] }] });

  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `IAM entities for ${settings.vendorName}. Permission manifest version ${permissionManifest.version}. ${provisionedResourcesWarning}`,
    Metadata: {
      PermissionManifestVersion: permissionManifest.version,
      'AWS::CloudFormation::Interface': { ParameterLabels: Object.fromEntries(labels) as Json },
    },
    Parameters: Object.fromEntries([...asked, ...switched]) as Json,
    Rules: {
      AccountIsExpected: {
        RuleCondition: isFilled('ExpectedAwsAccountId'),
        Assertions: [
          {
            Assert: { 'Fn::Equals': [ref('ExpectedAwsAccountId'), ref('AWS::AccountId')] },
            AssertDescription:
              'This is another AWS account than ExpectedAwsAccountId. Sign in to that account, or correct the parameter.',
          },
        ],
      },
      AccessRoleIsComplete: {
        RuleCondition: { 'Fn::Equals': [ref('CreateAccessRole'), 'true'] },
        Assertions: [
          {
            Assert: isFilled('GatewayIdentityArn'),
            AssertDescription: 'The access role requires the identity of the gateway.',
          },
          { Assert: isFilled('ExternalId'), AssertDescription: 'The access role requires an external ID.' },
        ],
      },
    },
    Mappings: {
      Partitions: Object.fromEntries(
        Object.entries(partitionNames).map(([partition, { console }]) => [partition, { Console: console }]),
      ),
    },
    Conditions: {
      HasPermissionsBoundary: isFilled('PermissionsBoundaryArn'),
      ...Object.fromEntries(
        Object.keys(switches).map((option) => [
          conditionOf(option as Option),
          { 'Fn::Equals': [ref(pascalCase(option)), 'true'] },
        ]),
      ),
    },
    Resources: {
      ...Object.fromEntries(iamEntities.map((entity) => [pascalCase(entity.id), resourceOf(entity, tagsOf(tags))])),
      AccessKeySecret: {
        Type: 'AWS::SecretsManager::Secret',
        ...when('createAccessKey'),
        Properties: {
          Description:
            'AWS_SECRET_ACCESS_KEY of the programmatic user. Delete this secret after the gateway has the key.',
          SecretString: { 'Fn::GetAtt': ['AccessKey', 'SecretAccessKey'] },
          ...tagsOf(tags),
        },
      },
    },
    Outputs: {
      AwsAccessKeyId: { ...when('createAccessKey'), Description: 'AWS_ACCESS_KEY_ID', Value: ref('AccessKey') },
      AwsSecretAccessKey: {
        ...when('createAccessKey'),
        Description: 'AWS_SECRET_ACCESS_KEY: link to the value in Secrets Manager',
        Value: {
          'Fn::Sub': [
            'https://${Console}/secretsmanager/secret?name=${AccessKeySecret}&region=${AWS::Region}',
            { Console: { 'Fn::FindInMap': ['Partitions', ref('AWS::Partition'), 'Console'] } },
          ],
        },
      },
      AwsSecretAccessKeyArn: {
        ...when('createAccessKey'),
        Description: `AWS_SECRET_ACCESS_KEY: ARN in Secrets Manager. Read the value with ${inShell(['aws', ...readSecret])} --secret-id ARN`,
        Value: ref('AccessKeySecret'),
      },
      IamRoleName: { Description: 'IAM Role Name', Value: ref('ConsoleRole') },
      AccessRoleArn: {
        ...when('createAccessRole'),
        Description: 'ARN of the role that the gateway assumes',
        Value: { 'Fn::GetAtt': ['AccessRole', 'Arn'] },
      },
    },
  };
}

/** YAML 1.1, which CloudFormation reads: in it, `no` and `1:30` must be quoted. */
export const toYaml = (template: Json) =>
  stringify(template, { version: '1.1', lineWidth: 0, blockQuote: 'literal', aliasDuplicateObjects: false });

/** Parameter values of one setup. */
export function templateParameters({
  values,
  expectedAwsAccountId,
  permissionsBoundaryArn,
  options,
}: IamSetup): { name: string; value: string }[] {
  const given: Record<string, string> = {
    ...values,
    expectedAwsAccountId: expectedAwsAccountId ?? '',
    permissionsBoundaryArn: permissionsBoundaryArn ?? '',
  };
  return [
    ...Object.keys(parameters).map((name) => ({ name: pascalCase(name), value: given[name]! })),
    ...Object.keys(switches).map((option) => ({
      name: pascalCase(option),
      value: String(options.includes(option as Option)),
    })),
  ];
}

export interface CloudFormationSetup {
  readonly template: string;
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  readonly quickCreateUrl: string | null;
  /** Reason why there is no link. Null when there is one. */
  readonly quickCreateUnavailableReason: string | null;
  readonly command: string;
}

export function cloudFormationSetup(settings: IamSetupSettings, setup: IamSetup): CloudFormationSetup {
  const { region, partition, values } = setup;
  const given = templateParameters(setup);
  const stackName = `${values.vendorName}-iam`;
  const templateUrl = settings.templateUrl?.replaceAll('{version}', String(permissionManifest.version)) ?? null;
  const isElsewhere =
    templateUrl !== null && new URL(templateUrl).hostname.endsWith('.cn') !== (partition === 'aws-cn');
  const unavailable = !templateUrl
    ? 'The operator has not published the template (IAM_TEMPLATE_URL). Upload the template, or run the command.'
    : isElsewhere
      ? 'The published template is in another AWS partition. Upload the template, or run the command.'
      : setup.tags.length > 0
        ? 'The published template does not contain your tags. Upload the template, or run the command.'
        : null;
  const query = new URLSearchParams([
    ['templateURL', templateUrl ?? ''],
    ['stackName', stackName],
    ...given.map(({ name, value }): [string, string] => [`param_${name}`, value]),
  ]);
  const at = ['--region', region, '--stack-name', stackName];
  return {
    template: toYaml(cloudFormationTemplate(settings, setup.tags)),
    parameters: given,
    quickCreateUrl: unavailable
      ? null
      : // After the #, the console accepts %20, but not +.
        `https://${partitionNames[partition].console}/cloudformation/home?region=${region}#/stacks/create/review?${query.toString().replaceAll('+', '%20')}`,
    quickCreateUnavailableReason: unavailable,
    command: [
      inShell(
        ['aws', 'cloudformation', 'create-stack', ...at, '--capabilities', 'CAPABILITY_NAMED_IAM'],
        ['--template-body', 'file://template.yaml'],
        [
          '--parameters',
          JSON.stringify(given.map(({ name, value }) => ({ ParameterKey: name, ParameterValue: value }))),
        ],
      ),
      inShell(['aws', 'cloudformation', 'wait', 'stack-create-complete', ...at]),
      inShell(['aws', 'cloudformation', 'describe-stacks', ...at, '--query', 'Stacks[0].Outputs']),
      ...(setup.tags.length > 0 ? tagCommands(setup, at) : []),
      ...(setup.options.includes('createAccessKey') ? [secretCommand(region, at)] : []),
    ].join('\n'),
  };
}

const readSecret = ['secretsmanager', 'get-secret-value', '--query', 'SecretString', '--output', 'text'];

/** Prints the secret access key, whose ARN is an output of the stack. */
function secretCommand(region: string, stack: readonly string[]): string {
  const query = "Stacks[0].Outputs[?OutputKey=='AwsSecretAccessKeyArn'].OutputValue";
  const arn = inShell(['aws', 'cloudformation', 'describe-stacks', ...stack, '--query', query, '--output', 'text']);
  return `${inShell(['aws', ...readSecret, '--region', region])} --secret-id "$(${arn})"`;
}

/** Tags what IAM can tag and CloudFormation cannot: AWS::IAM::ManagedPolicy and InstanceProfile have no tags there. */
function tagCommands({ tags, values }: IamSetup, stack: readonly string[]): string[] {
  const query = "StackResources[?ResourceType=='AWS::IAM::ManagedPolicy'].PhysicalResourceId";
  const arns = inShell([
    ...['aws', 'cloudformation', 'describe-stack-resources', ...stack],
    ...['--query', query, '--output', 'text'],
  ]);
  const given = ['--tags', forAws(tags)];
  return [
    `for arn in $(${arns}); do aws iam tag-policy --policy-arn "$arn" ${inShell(given)}; done`,
    inShell(['aws', 'iam', 'tag-instance-profile', '--instance-profile-name', values.nodeRoleName, ...given]),
  ];
}

const tagsOf = (tags: readonly Tag[]) =>
  tags.length > 0 && { Tags: tags.map(({ key, value }) => ({ Key: key, Value: value })) };

function resourceOf(entity: IamEntity, tags: false | Json): Json {
  const Path = ref('Path');
  const boundary = {
    PermissionsBoundary: { 'Fn::If': ['HasPermissionsBoundary', ref('PermissionsBoundaryArn'), noValue] },
  };
  const arns = (policies: readonly IamPolicy[]) => ({
    ManagedPolicyArns: policies.map(({ id, option }) =>
      option ? { 'Fn::If': [conditionOf(option), ref(pascalCase(id)), noValue] } : ref(pascalCase(id)),
    ),
  });
  switch (entity.kind) {
    case 'policy':
      return resource('ManagedPolicy', entity, {
        ManagedPolicyName: filled(entity.name),
        Description: entity.description,
        Path,
        PolicyDocument: document(entity.document),
      });
    case 'role':
      return resource('Role', entity, {
        RoleName: filled(entity.name),
        Description: entity.description,
        Path,
        AssumeRolePolicyDocument: document(entity.trust),
        MaxSessionDuration: sessionSeconds,
        ...arns(entity.policies),
        ...boundary,
        ...tags,
      });
    case 'user':
      return resource('User', entity, {
        UserName: filled(entity.name),
        Path,
        ...arns(entity.policies),
        ...boundary,
        ...tags,
      });
    case 'instance profile':
      return resource('InstanceProfile', entity, {
        InstanceProfileName: filled(entity.name),
        Path,
        Roles: [ref(pascalCase(entity.role.id))],
      });
    case 'access key':
      return resource('AccessKey', entity, { UserName: ref(pascalCase(entity.user.id)) });
  }
}

const resource = (type: string, { option }: IamEntity, properties: Json): Json => ({
  Type: `AWS::IAM::${type}`,
  ...when(option),
  Properties: properties,
});

/**
 * A document as one text: CloudFormation does not replace placeholders in keys, and the key of the tag is used in keys.
 */
const document = (policy: PolicyDocument) => filled(`${JSON.stringify(policy, null, 2)}\n`);

const filled = (text: string) => ({
  'Fn::Sub': text.replace(/\$\{([^}]+)\}/g, (_, name: string) => `\${${pseudoParameters[name] ?? pascalCase(name)}}`),
});

const pseudoParameters: Readonly<Record<string, string>> = {
  partition: 'AWS::Partition',
  urlSuffix: 'AWS::URLSuffix',
  accountId: 'AWS::AccountId',
  'aws:username': '!aws:username',
};
