import { parse } from '@cdktn/hcl2json';
import { parse as parseYaml } from 'yaml';
import type { ManualStep } from '../methods/manual.js';
import type { PolicyDocument } from '../policies.js';
import type { SetupFile } from '../methods/terraform.js';

/** IAM entity as it will exist in the account, whichever method created it. */
export interface PrintedEntity {
  readonly kind: string;
  readonly name: string;
  readonly path?: string;
  readonly document?: PolicyDocument;
  readonly policies?: readonly string[];
  readonly sessionSeconds?: number;
  readonly boundary?: string | null;
  readonly role?: string;
  /** Keys and values, in order. Undefined for entities without tags in AWS. */
  readonly tags?: readonly (readonly [key: string, value: string])[];
}

/** Values that AWS provides in the account. */
export interface Surroundings {
  readonly partition: string;
  readonly urlSuffix: string;
  readonly accountId: string;
}

const inOrder = (entities: PrintedEntity[]) =>
  entities
    .map((entity) => ({ ...entity, ...(entity.policies && { policies: [...entity.policies].sort() }) }))
    .sort((a, b) => (a.kind + a.name < b.kind + b.name ? -1 : 1));

const inOrderOfKeys = (tags: [string, string][]) => tags.sort(([one], [other]) => (one < other ? -1 : 1));
const tagsIn = (list: readonly { Key: string; Value: string }[] = []) =>
  inOrderOfKeys(list.map(({ Key, Value }) => [Key, Value]));

/** Evaluates a template like CloudFormation, as far as needed. An unknown function is an error. */
export function entitiesOfTemplate(
  text: string,
  given: Readonly<Record<string, string>>,
  at: Surroundings,
): PrintedEntity[] {
  const template = parseYaml(text);
  const known: Record<string, string> = {
    'AWS::Partition': at.partition,
    'AWS::URLSuffix': at.urlSuffix,
    'AWS::AccountId': at.accountId,
  };
  for (const [name, { Default, AllowedPattern, AllowedValues, MaxLength }] of Object.entries<any>(
    template.Parameters,
  )) {
    const value = given[name] ?? Default;
    const isTaken = AllowedValues
      ? AllowedValues.includes(value)
      : new RegExp(AllowedPattern).test(value) && value.length <= MaxLength;
    if (!isTaken) throw new Error(`The parameter ${name} does not take its value.`);
    known[name] = value;
  }
  const holds = (test: any): boolean => {
    const [[operation, operands]] = Object.entries<any>(test) as [[string, any]];
    if (operation === 'Fn::Not') return !holds(operands[0]);
    if (operation === 'Fn::Equals') return resolved(operands[0]) === resolved(operands[1]);
    throw new Error(`${operation} is not known here.`);
  };
  const resolved = (value: any): any => {
    if (Array.isArray(value)) return value.map(resolved).filter((item) => item !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const [[operation, operands]] = Object.entries<any>(value) as [[string, any]];
    if (operation === 'Fn::If') return resolved(holds(template.Conditions[operands[0]]) ? operands[1] : operands[2]);
    if (operation === 'Fn::Sub') {
      return operands.replace(/\$\{(!?)([^}]+)\}/g, (_: string, kept: string, name: string) => {
        if (kept) return `\${${name}}`;
        if (!(name in known)) throw new Error(`${name} is not known to Fn::Sub.`);
        return known[name];
      });
    }
    if (operation !== 'Ref') throw new Error(`${operation} is not known here.`);
    if (operands === 'AWS::NoValue') return undefined;
    if (operands in known) return known[operands];
    const { Properties } = template.Resources[operands];
    return resolved(Properties.ManagedPolicyName ?? Properties.RoleName ?? Properties.UserName);
  };

  const made = Object.values<any>(template.Resources).filter(
    ({ Condition }) => !Condition || holds(template.Conditions[Condition]),
  );
  return inOrder(
    made.flatMap(({ Type, Properties }): PrintedEntity[] => {
      const { Path, ManagedPolicyArns, PermissionsBoundary } = Properties;
      const path = resolved(Path);
      const boundary = PermissionsBoundary && (resolved(PermissionsBoundary) ?? null);
      switch (Type) {
        case 'AWS::IAM::ManagedPolicy':
          return [
            {
              kind: 'policy',
              name: resolved(Properties.ManagedPolicyName),
              path,
              document: JSON.parse(resolved(Properties.PolicyDocument)),
              tags: [],
            },
          ];
        case 'AWS::IAM::Role':
          return [
            {
              kind: 'role',
              name: resolved(Properties.RoleName),
              path,
              document: JSON.parse(resolved(Properties.AssumeRolePolicyDocument)),
              policies: resolved(ManagedPolicyArns),
              sessionSeconds: Properties.MaxSessionDuration,
              boundary,
              tags: tagsIn(Properties.Tags),
            },
          ];
        case 'AWS::IAM::User':
          return [
            {
              kind: 'user',
              name: resolved(Properties.UserName),
              path,
              policies: resolved(ManagedPolicyArns),
              boundary,
              tags: tagsIn(Properties.Tags),
            },
          ];
        case 'AWS::IAM::InstanceProfile':
          return [
            {
              kind: 'instance profile',
              name: resolved(Properties.InstanceProfileName),
              path,
              role: resolved(Properties.Roles[0]),
              tags: [],
            },
          ];
        case 'AWS::IAM::AccessKey':
          return [{ kind: 'access key', name: resolved(Properties.UserName) }];
        case 'AWS::SecretsManager::Secret':
          return [];
        default:
          throw new Error(`${Type} is not known here.`);
      }
    }),
  );
}

/** Tags of the commands after the template: `aws iam tag-KIND … --tags …`. */
export function taggedByCommands(entities: readonly PrintedEntity[], commands: readonly string[][]): PrintedEntity[] {
  const tags = new Map(
    commands.map(([, , verb, , name, , list]) => [
      `${verb === 'tag-policy' ? 'policy' : 'instance profile'} ${name!.split('/').at(-1)}`,
      tagsIn(JSON.parse(list!)),
    ]),
  );
  return entities.map((entity) => {
    const given = tags.get(`${entity.kind} ${entity.name}`);
    return given ? { ...entity, tags: given } : entity;
  });
}

/** Evaluates a module like Terraform, as far as needed. An unknown expression is an error. */
export async function entitiesOfModule(files: readonly SetupFile[], at: Surroundings): Promise<PrintedEntity[]> {
  const content = new Map(files.map((file) => [file.name, file.content]));
  const [main, declared] = await Promise.all(
    ['main.tf', 'variables.tf'].map((name) => parse(name, content.get(name)!)),
  );
  const variables: Record<string, any> = JSON.parse(content.get('terraform.tfvars.json')!);
  for (const [name, [declaration]] of Object.entries<any>(declared!['variable'])) {
    if (name in variables) continue;
    if (!('default' in declaration)) throw new Error(`The variable ${name} has no value.`);
    variables[name] = declaration.default;
  }
  const undeclared = Object.keys(variables).filter((name) => !(name in declared!['variable']));
  if (undeclared.length > 0) throw new Error(`${undeclared.join()} is not a variable.`);

  const data: Record<string, string> = {
    'data.aws_partition.current.partition': at.partition,
    'data.aws_partition.current.dns_suffix': at.urlSuffix,
    'data.aws_caller_identity.current.account_id': at.accountId,
  };
  const resources = main!['resource'];
  const expression = (code: string): any => {
    if (code in data) return data[code];
    const variable = /^var\.(\w+)$/.exec(code)?.[1];
    if (variable) {
      if (!(variable in variables)) throw new Error(`${variable} is no variable.`);
      return variables[variable];
    }
    const file = /^templatefile\("\$\{path\.module\}\/([^"]+)", local\.values\)$/.exec(code)?.[1];
    if (file) {
      return content.get(file)!.replace(/\$\$\{|\$\{(\w+)\}/g, (text, name?: string) => {
        if (!name) return '${';
        const [{ values }] = main!['locals'];
        if (!(name in values)) throw new Error(`${name} is not known to ${file}: ${text}`);
        return evaluated(values[name]);
      });
    }
    const [, type, id, index, attribute] = /^(aws_iam_\w+)\.(\w+?)(\[0\])?\.(name|arn)$/.exec(code) ?? [];
    if (!type) throw new Error(`${code} is not known here.`);
    const [referred] = resources[type][id!];
    if (Boolean(referred.count) !== Boolean(index)) throw new Error(`${code} is not how to refer to it.`);
    if (attribute === 'arn' && type !== 'aws_iam_policy') throw new Error(`${code} is not known here.`);
    return evaluated(referred.name);
  };
  const evaluated = (value: any): any => {
    if (typeof value !== 'string') return value;
    const only = /^\$\{((?:[^{}]|\$\{[^}]*\})*)\}$/.exec(value)?.[1];
    return only ? expression(only) : value.replace(/\$\{([^}]+)\}/g, (_, code: string) => expression(code));
  };
  const all = (type: string): any[] =>
    Object.values<any>(resources[type] ?? {})
      .map(([resource]) => resource)
      .filter(({ count }) => {
        if (count === undefined) return true;
        const variable = /^\$\{var\.(\w+) \? 1 : 0\}$/.exec(count)?.[1];
        if (!variable || typeof variables[variable] !== 'boolean') throw new Error(`${count} is not known here.`);
        return variables[variable];
      });
  const attached = (kind: 'role' | 'user', name: string) =>
    all(`aws_iam_${kind}_policy_attachment`)
      .filter((attachment) => evaluated(attachment[kind]) === name)
      .map(({ policy_arn }) => evaluated(policy_arn));

  const known = [
    'policy',
    'role',
    'user',
    'instance_profile',
    'access_key',
    'role_policy_attachment',
    'user_policy_attachment',
  ];
  const strange = Object.keys(resources).filter((type) => !known.includes(type.replace('aws_iam_', '')));
  if (strange.length > 0) throw new Error(`${strange.join()} is not known here.`);
  return inOrder([
    ...all('aws_iam_policy').map((it) => ({
      kind: 'policy',
      name: evaluated(it.name),
      path: evaluated(it.path),
      document: JSON.parse(evaluated(it.policy)),
      tags: inOrderOfKeys(Object.entries(evaluated(it.tags))),
    })),
    ...all('aws_iam_role').map((it) => ({
      kind: 'role',
      name: evaluated(it.name),
      path: evaluated(it.path),
      document: JSON.parse(evaluated(it.assume_role_policy)),
      policies: attached('role', evaluated(it.name)),
      sessionSeconds: it.max_session_duration,
      boundary: evaluated(it.permissions_boundary),
      tags: inOrderOfKeys(Object.entries(evaluated(it.tags))),
    })),
    ...all('aws_iam_user').map((it) => ({
      kind: 'user',
      name: evaluated(it.name),
      path: evaluated(it.path),
      policies: attached('user', evaluated(it.name)),
      boundary: evaluated(it.permissions_boundary),
      tags: inOrderOfKeys(Object.entries(evaluated(it.tags))),
    })),
    ...all('aws_iam_instance_profile').map((it) => ({
      kind: 'instance profile',
      name: evaluated(it.name),
      path: evaluated(it.path),
      role: evaluated(it.role),
      tags: inOrderOfKeys(Object.entries(evaluated(it.tags))),
    })),
    ...all('aws_iam_access_key').map((it) => ({ kind: 'access key', name: evaluated(it.user) })),
  ]);
}

/** Executes the commands of the steps: each is `aws iam VERB --option value …`. */
export function entitiesOfSteps(steps: readonly ManualStep[], words: (command: string) => string[][]): PrintedEntity[] {
  const made = new Map<string, any>();
  for (const [aws, iam, verb, ...rest] of steps.flatMap(({ command }) => words(command))) {
    if (aws !== 'aws' || iam !== 'iam') throw new Error(`${aws} ${iam} is not known here.`);
    const given = Object.fromEntries(
      rest.flatMap((word, i) => (i % 2 === 0 ? [[word.replace(/^--/, ''), rest[i + 1]!]] : [])),
    );
    const { path } = given;
    const boundary = given['permissions-boundary'] ?? null;
    const tags = tagsIn(JSON.parse(given['tags'] ?? '[]'));
    const attach = (kind: string) =>
      made.get(`${kind} ${given[`${kind}-name`]}`).policies.push(given['policy-arn']!.split('/').at(-1));
    const make = (entity: PrintedEntity) => made.set(`${entity.kind} ${entity.name}`, entity);
    switch (verb) {
      case 'create-policy':
        make({
          kind: 'policy',
          name: given['policy-name']!,
          path: path!,
          document: JSON.parse(given['policy-document']!),
          tags,
        });
        break;
      case 'create-role':
        make({
          kind: 'role',
          name: given['role-name']!,
          path: path!,
          document: JSON.parse(given['assume-role-policy-document']!),
          policies: [],
          sessionSeconds: Number(given['max-session-duration']),
          boundary,
          tags,
        });
        break;
      case 'create-user':
        make({ kind: 'user', name: given['user-name']!, path: path!, policies: [], boundary, tags });
        break;
      case 'create-instance-profile':
        make({ kind: 'instance profile', name: given['instance-profile-name']!, path: path!, tags });
        break;
      case 'create-access-key':
        make({ kind: 'access key', name: given['user-name']! });
        break;
      case 'attach-role-policy':
        attach('role');
        break;
      case 'attach-user-policy':
        attach('user');
        break;
      case 'add-role-to-instance-profile':
        made.get(`instance profile ${given['instance-profile-name']}`).role = given['role-name'];
        break;
      default:
        throw new Error(`${verb} is not known here.`);
    }
  }
  return inOrder([...made.values()]);
}
