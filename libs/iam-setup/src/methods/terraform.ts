import { iamEntities, sessionSeconds, type IamEntity, type IamPolicy } from '../iam-entities.js';
import { namesOf, parameters, snakeCase, switches, type IamSetup, type IamSetupSettings } from '../iam-setup.js';
import { provisionedResourcesWarning } from '../provisioned-resources.js';
import { permissionManifest, type Option } from '../permission-manifest.js';
import type { PolicyDocument } from '../policies.js';
import { inTags, mostTags, tagLengths } from '../tags.js';

export interface SetupFile {
  /** Path in the folder. */
  readonly name: string;
  readonly content: string;
}

/**
 * Terraform module: the same files for all customers, without values. The values are in terraform.tfvars.json, which
 * Terraform reads automatically.
 */
export function terraformModule(values: Readonly<Record<string, unknown>>): SetupFile[] {
  return [
    { name: 'README.md', content: readme },
    { name: 'main.tf', content: `${[preamble, ...iamEntities.flatMap(blocksOf)].join('\n\n')}\n` },
    { name: 'variables.tf', content: `${variables().join('\n\n')}\n` },
    { name: 'outputs.tf', content: outputs },
    ...iamEntities.flatMap((entity): SetupFile[] => {
      if (entity.kind === 'policy') return [{ name: policyFile(entity), content: templateOf(entity.document) }];
      if (entity.kind === 'role') return [{ name: trustFile(entity), content: templateOf(entity.trust) }];
      return [];
    }),
    { name: 'terraform.tfvars.json', content: `${JSON.stringify(values, null, 2)}\n` },
  ];
}

/** Module with the values of one setup. */
export const terraformSetup = (setup: IamSetup): SetupFile[] =>
  terraformModule({
    ...variablesOf(
      {
        ...setup.values,
        expectedAwsAccountId: setup.expectedAwsAccountId ?? '',
        permissionsBoundaryArn: setup.permissionsBoundaryArn ?? '',
      },
      (option) => setup.options.includes(option),
    ),
    ...(setup.tags.length > 0 && { tags: Object.fromEntries(setup.tags.map(({ key, value }) => [key, value])) }),
  });

/** Module with the settings of the operator. Terraform asks for the other values. */
export const terraformDefaults = ({
  vendorName,
  vendorAccountId,
  tagKey,
  gatewayIdentityArn,
}: IamSetupSettings): SetupFile[] =>
  terraformModule(
    variablesOf(
      {
        vendorName,
        tagKey,
        path: '/',
        ...namesOf(vendorName),
        ...(vendorAccountId && { vendorAccountId }),
        ...(gatewayIdentityArn && { gatewayIdentityArn }),
      },
      (option) => switches[option].unset,
    ),
  );

/** Values that are variables. An empty value is omitted. */
function variablesOf(values: Readonly<Record<string, string>>, wants: (option: Option) => boolean) {
  return Object.fromEntries([
    ...Object.keys(parameters)
      .filter((name) => values[name])
      .map((name) => [snakeCase(name), values[name]!]),
    ...Object.keys(switches).map((option) => [snakeCase(option), wants(option as Option)]),
  ]) as Record<string, string | boolean>;
}

type Attribute = readonly [name: string, expression: string];

/** Block of HCL with aligned equals signs, as `terraform fmt` formats it. */
function block(header: string, attributes: readonly Attribute[], inner: readonly string[] = []): string {
  const widest = Math.max(...attributes.map(([name]) => name.length));
  const lines = attributes.map(([name, expression]) => `  ${name.padEnd(widest)} = ${expression}`);
  return [
    `${header} {`,
    ...lines,
    ...inner.flatMap((text) => ['', ...text.split('\n').map((line) => `  ${line}`)]),
    '}',
  ].join('\n');
}

/** Literal: HCL interprets `${` and `%{`. */
const literal = (text: string) => JSON.stringify(text).replace(/([$%])\{/g, '$1$1{');

/** Text with placeholders, in HCL. */
const filled = (text: string) => {
  const only = /^\$\{(\w+)\}$/.exec(text);
  return only
    ? `var.${snakeCase(only[1]!)}`
    : JSON.stringify(text.replace(/\$\{(\w+)\}/g, (_, name: string) => `\${var.${snakeCase(name)}}`));
};

const policyFile = ({ id }: IamPolicy) => `policies/${id.replace(/-policy$/, '')}.json.tftpl`;
const trustFile = ({ id }: IamEntity) => `trust/${id}.json.tftpl`;
const rendered = (file: string) => `templatefile("\${path.module}/${file}", local.values)`;

/** Document as a Terraform template. */
const templateOf = (document: PolicyDocument) =>
  `${JSON.stringify(document, null, 2)}\n`.replace(/\$\{([^}]+)\}/g, (text, name: string) =>
    name.startsWith('aws:') ? `$${text}` : `\${${snakeCase(name)}}`,
  );

/** Reference to an entity. An optional entity is a list with at most one element. */
const addressOf = (entity: IamEntity) => `${types[entity.kind]}.${snakeCase(entity.id)}${entity.option ? '[0]' : ''}`;
const types = {
  policy: 'aws_iam_policy',
  role: 'aws_iam_role',
  user: 'aws_iam_user',
  'instance profile': 'aws_iam_instance_profile',
  'access key': 'aws_iam_access_key',
} as const;

function blocksOf(entity: IamEntity): string[] {
  const count = countOf(entity.option);
  const resource = (attributes: readonly Attribute[], inner: readonly string[] = []) =>
    block(`resource "${types[entity.kind]}" "${snakeCase(entity.id)}"`, attributes, inner);
  const path: Attribute = ['path', 'var.path'];
  const boundary: Attribute = ['permissions_boundary', 'var.permissions_boundary_arn'];
  const tags: Attribute = ['tags', 'var.tags'];
  const attachments = (kind: 'role' | 'user', policies: readonly IamPolicy[]) =>
    policies.map((policy) =>
      block(`resource "aws_iam_${kind}_policy_attachment" "${snakeCase(entity.id)}_${snakeCase(policy.id)}"`, [
        ...countOf(entity.option ?? policy.option),
        [kind, `${addressOf(entity)}.name`],
        ['policy_arn', `${addressOf(policy)}.arn`],
      ]),
    );
  switch (entity.kind) {
    case 'policy':
      return [
        resource([
          ...count,
          ['name', filled(entity.name)],
          ['description', literal(entity.description)],
          path,
          ['policy', rendered(policyFile(entity))],
          tags,
        ]),
      ];
    case 'role':
      return [
        resource(
          [
            ...count,
            ['name', filled(entity.name)],
            ['description', literal(entity.description)],
            path,
            ['assume_role_policy', rendered(trustFile(entity))],
            ['max_session_duration', String(sessionSeconds)],
            boundary,
            tags,
          ],
          entity.option === 'createAccessRole' ? [accessRoleIsComplete] : [],
        ),
        ...attachments('role', entity.policies),
      ];
    case 'user':
      return [resource([['name', filled(entity.name)], path, boundary, tags]), ...attachments('user', entity.policies)];
    case 'instance profile':
      return [resource([['name', filled(entity.name)], path, ['role', `${addressOf(entity.role)}.name`], tags])];
    case 'access key':
      return [resource([...count, ['user', `${addressOf(entity.user)}.name`]])];
  }
}

const countOf = (option: Option | undefined): Attribute[] =>
  option ? [['count', `var.${snakeCase(option)} ? 1 : 0`]] : [];

/** Stops Terraform unless `expression` is true. */
const lifecycle = (kind: 'precondition' | 'postcondition', expression: string, message: string) =>
  block(
    'lifecycle',
    [],
    [
      block(kind, [
        ['condition', expression],
        ['error_message', literal(message)],
      ]),
    ],
  ).replace(' {\n\n', ' {\n');

const accessRoleIsComplete = lifecycle(
  'precondition',
  'var.gateway_identity_arn != "" && var.external_id != ""',
  'The access role requires the identity of the gateway and an external ID.',
);

// For data that is read before anything is created.
const accountIsExpected = lifecycle(
  'postcondition',
  'var.expected_aws_account_id == "" || self.account_id == var.expected_aws_account_id',
  'This is another AWS account than expected_aws_account_id. Use credentials of that account, or correct the variable.',
);

const given = [
  'vendor_account_id',
  'vendor_name',
  'tag_key',
  'path',
  'user_name',
  'node_role_name',
  'console_role_name',
  'access_role_name',
  'gateway_identity_arn',
  'external_id',
];

const preamble = [
  `# ${provisionedResourcesWarning}`,
  block(
    'terraform',
    [['required_version', '">= 1.3"']],
    ['required_providers {\n  aws = {\n    source  = "hashicorp/aws"\n    version = ">= 5.0"\n  }\n}'],
  ),
  'data "aws_partition" "current" {}',
  block('data "aws_caller_identity" "current"', [], [accountIsExpected]).replace(' {\n\n', ' {\n'),
  `locals {\n${block('  values =', [
    ['partition', 'data.aws_partition.current.partition'],
    ['url_suffix', 'data.aws_partition.current.dns_suffix'],
    ['account_id', 'data.aws_caller_identity.current.account_id'],
    ...given.map((name): Attribute => [name, `var.${name}`]),
  ]).replaceAll('\n', '\n  ')}\n}`,
].join('\n\n');

function variables(): string[] {
  return [
    ...Object.entries(parameters).map(([name, { means, pattern, fault, longest, mayBeEmpty }]) => {
      const variable = `var.${snakeCase(name)}`;
      // Only the provider accepts null: texts are inserted into documents.
      const isNullable = name === 'permissionsBoundaryArn';
      const fits = `length(${variable}) <= ${longest} && can(regex(${literal(`^${pattern}$`)}, ${variable}))`;
      return block(
        `variable "${snakeCase(name)}"`,
        [
          ['description', literal(means)],
          ['type', 'string'],
          ...(mayBeEmpty ? [['default', isNullable ? 'null' : '""'] as const] : []),
          ...(isNullable ? [] : [['nullable', 'false'] as const]),
        ],
        [
          block('validation', [
            [
              'condition',
              isNullable
                ? `${variable} == null ? true : (${fits})`
                : mayBeEmpty
                  ? `${variable} == "" || (${fits})`
                  : fits,
            ],
            ['error_message', literal(`It ${fault}, with at most ${longest} characters.`)],
          ]),
        ],
      );
    }),
    tagsVariable,
    ...Object.entries(switches).map(([option, { means, unset }]) =>
      block(`variable "${snakeCase(option)}"`, [
        ['description', literal(means)],
        ['type', 'bool'],
        ['default', String(unset)],
        ['nullable', 'false'],
      ]),
    ),
  ];
}

const tagsVariable = block(
  'variable "tags"',
  [
    ['description', literal('Tags of the policies, the roles, the instance profile and the user.')],
    ['type', 'map(string)'],
    ['default', '{}'],
    ['nullable', 'false'],
  ],
  [
    block('validation', [
      [
        'condition',
        [
          `length(var.tags) <= ${mostTags}`,
          'length(distinct([for key in keys(var.tags) : lower(key)])) == length(var.tags)',
          `alltrue([for key, value in var.tags : length(key) <= ${tagLengths.key} && length(value) <= ${tagLengths.value}])`,
          `alltrue([for key, value in var.tags : can(regex(${literal(`^${inTags}+$`)}, key)) && can(regex(${literal(`^${inTags}*$`)}, value))])`,
          'alltrue([for key in keys(var.tags) : trimspace(key) == key])',
          'alltrue([for text in concat(keys(var.tags), values(var.tags)) : !startswith(lower(text), "aws:")])',
        ].join(' && '),
      ],
      [
        'error_message',
        literal(
          `At most ${mostTags} tags. Keys must have 1 to ${tagLengths.key} characters and differ in more than letter case. Values must have at most ${tagLengths.value} characters. Both can contain only letters, digits, spaces and _ . : / = + - @, and must not begin with aws:.`,
        ),
      ],
    ]),
  ],
);

const outputs = `${[
  block('output "aws_access_key_id"', [
    ['description', '"AWS_ACCESS_KEY_ID"'],
    ['value', 'var.create_access_key ? aws_iam_access_key.access_key[0].id : null'],
  ]),
  block('output "aws_secret_access_key"', [
    [
      'description',
      '"AWS_SECRET_ACCESS_KEY. Terraform stores it in the state: protect the state like the secret access key itself."',
    ],
    ['value', 'var.create_access_key ? aws_iam_access_key.access_key[0].secret : null'],
    ['sensitive', 'true'],
  ]),
  block('output "iam_role_name"', [
    ['description', '"IAM Role Name"'],
    ['value', 'aws_iam_role.console_role.name'],
  ]),
  block('output "access_role_arn"', [
    ['description', '"ARN of the role that the gateway assumes"'],
    ['value', 'var.create_access_role ? aws_iam_role.access_role[0].arn : null'],
  ]),
].join('\n\n')}\n`;

const readme = `# IAM entities for a cloud account

Creates the IAM entities that the vendor needs in your AWS account. Permission manifest version ${permissionManifest.version}.

\`\`\`sh
export AWS_REGION=us-east-1 # any region of the partition of your account
terraform init
terraform apply
terraform output aws_access_key_id
terraform output -raw aws_secret_access_key
terraform output iam_role_name
\`\`\`

Enter the three outputs as AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and IAM Role Name. AWS may need some seconds to recognize a new access key.

**${provisionedResourcesWarning}**

- The values are in \`terraform.tfvars.json\`. Every variable is described in \`variables.tf\`.
- **Terraform stores the secret access key in its state.** Encrypt the state and restrict access to it, or set \`create_access_key\` to \`false\` and create the
  access key with \`aws iam create-access-key\`.
- When the gateway rotates access keys (\`allow_access_key_rotation\`), set \`create_access_key\` to \`false\` and remove the access key from the state
  (\`terraform state rm 'aws_iam_access_key.access_key[0]'\`). Otherwise the next apply restores the old access key.
- If your organization requires tags, set \`tags\`. They are added to the policies, the roles, the instance profile and the user.
- The policies are in \`policies/\`, the trust policies of the roles in \`trust/\`.
`;
