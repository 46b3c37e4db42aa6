import { iamArnFrom } from '@cloud-account-gateway/iam-policy';
import { iamEntities, type IamEntity } from '../iam-entities.js';
import { namesOf, type IamSetupSettings } from '../iam-setup.js';
import { fillInText } from '../policies.js';
import { inShell } from './shell.js';

/** What is known about the setup of an account. Null for unknown values. */
export interface KnownSetup {
  readonly awsAccountId: string;
  /** IAM user or access role that the gateway used. */
  readonly principalArn: string;
  readonly consoleRoleArn: string | null;
  readonly nodeRoleName: string | null;
}

/** IAM entity that a customer created for the gateway and has to remove. */
export interface RemainingEntity {
  readonly kind: IamEntity['kind'];
  readonly name: string;
  /** Null for access keys, which have no ARN. */
  readonly arn: string | null;
  /** Whether the name is known. Otherwise it is the default name of `iamSetup`. */
  readonly isNameKnown: boolean;
  /** Removes the entity with the AWS CLI, for a POSIX shell. */
  readonly command: string;
}

/** Everything that a customer created, in the reverse order, in which it can be removed. */
export function remainingEntities({ vendorName, tagKey }: IamSetupSettings, known: KnownSetup): RemainingEntity[] {
  const { awsAccountId: accountId, consoleRoleArn, nodeRoleName } = known;
  const principal = partsOf(known.principalArn);
  const { partition } = principal;
  const consoleRole = consoleRoleArn === null ? null : partsOf(consoleRoleArn);
  const isUser = principal.kind === 'user';
  const usual = namesOf(vendorName);
  const values = {
    ...{ partition, accountId, vendorName, tagKey, path: principal.path, urlSuffix: '' },
    ...{ vendorAccountId: '', gatewayIdentityArn: '', externalId: '' },
    userName: isUser ? principal.name : usual.userName,
    accessRoleName: isUser ? usual.accessRoleName : principal.name,
    consoleRoleName: consoleRole?.name ?? usual.consoleRoleName,
    nodeRoleName: nodeRoleName ?? usual.nodeRoleName,
  };
  const isKnown: Readonly<Record<string, boolean>> = {
    user: isUser,
    'access-key': isUser,
    'access-role': !isUser,
    'console-role': consoleRole !== null,
    'node-role': nodeRoleName !== null,
    'instance-profile': nodeRoleName !== null,
  };
  return iamEntities
    .filter(({ id }) => !isUser || id !== 'access-role')
    .toReversed()
    .map((entity) => {
      const named = entity.kind === 'access key' ? entity.user.name : entity.name;
      const name = fillInText(named, values);
      const path = entity.id === 'console-role' && consoleRole ? consoleRole.path : principal.path;
      const arn = `arn:${partition}:iam::${accountId}:${arnKinds[entity.kind]}${path}${name}`;
      return {
        kind: entity.kind,
        name,
        arn: entity.kind === 'access key' ? null : arn,
        isNameKnown: isKnown[entity.id] ?? false,
        command: commands[entity.kind](name, arn),
      };
    });
}

const arnKinds: Readonly<Record<IamEntity['kind'], string>> = {
  policy: 'policy',
  role: 'role',
  user: 'user',
  'instance profile': 'instance-profile',
  'access key': 'user',
};

/** Lists attachments with the AWS CLI, because the customer can have attached more or fewer. */
const detaching = (kind: 'role' | 'user', name: string) => {
  const of = inShell([`--${kind}-name`, name]);
  return (
    `for arn in $(aws iam list-attached-${kind}-policies ${of} --query 'AttachedPolicies[].PolicyArn' --output text); do ` +
    `aws iam detach-${kind}-policy ${of} --policy-arn "$arn"; done`
  );
};

const commands: Readonly<Record<IamEntity['kind'], (name: string, arn: string) => string>> = {
  policy: (_, arn) => inShell(['aws', 'iam', 'delete-policy', '--policy-arn', arn]),
  role: (name) => [detaching('role', name), inShell(['aws', 'iam', 'delete-role', '--role-name', name])].join('\n'),
  user: (name) => [detaching('user', name), inShell(['aws', 'iam', 'delete-user', '--user-name', name])].join('\n'),
  'instance profile': (name) =>
    [
      inShell([
        ...['aws', 'iam', 'remove-role-from-instance-profile', '--instance-profile-name', name, '--role-name', name],
      ]),
      inShell(['aws', 'iam', 'delete-instance-profile', '--instance-profile-name', name]),
    ].join('\n'),
  'access key': (name) => {
    const of = inShell(['--user-name', name]);
    return (
      `for id in $(aws iam list-access-keys ${of} --query 'AccessKeyMetadata[].AccessKeyId' --output text); do ` +
      `aws iam delete-access-key ${of} --access-key-id "$id"; done`
    );
  },
};

const partsOf = (arn: string) => iamArnFrom(arn) ?? { partition: 'aws', kind: '', path: '/', name: arn };
