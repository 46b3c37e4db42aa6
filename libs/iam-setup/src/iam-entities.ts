import type { Holder, Option } from './permission-manifest.js';
import { documentOf, managedPolicies, type PolicyDocument, type Statement } from './policies.js';

interface Made {
  /** Identifies the entity in a template or a module. */
  readonly id: string;
  readonly description: string;
  /** Option that creates the entity. Undefined: always created. */
  readonly option?: Option;
}

export interface IamPolicy extends Made {
  readonly kind: 'policy';
  readonly name: string;
  readonly document: PolicyDocument;
}

export interface IamRole extends Made {
  readonly kind: 'role';
  readonly name: string;
  readonly trust: PolicyDocument;
  readonly policies: readonly IamPolicy[];
}

export interface IamUser extends Made {
  readonly kind: 'user';
  readonly name: string;
  readonly policies: readonly IamPolicy[];
}

export interface IamInstanceProfile extends Made {
  readonly kind: 'instance profile';
  readonly name: string;
  readonly role: IamRole;
}

export interface IamAccessKey extends Made {
  readonly kind: 'access key';
  readonly user: IamUser;
}

export type IamEntity = IamPolicy | IamRole | IamUser | IamInstanceProfile | IamAccessKey;

/** Maximum duration of a session in one of the roles, in seconds. */
export const sessionSeconds = 3600;

/** Everything that a customer creates, in an order in which it can be created. Variable parts are `${placeholder}`. */
export const iamEntities: readonly IamEntity[] = entities();

function entities(): IamEntity[] {
  const policies = managedPolicies().map(({ id, holders, ...policy }) => ({
    holders,
    entity: { kind: 'policy' as const, id: `${id}-policy`, name: `\${vendorName}-${id}`, ...policy },
  }));
  const heldBy = (holder: Holder) =>
    policies.filter(({ holders }) => holders.includes(holder)).map(({ entity }) => entity);
  const role = (id: string, holder: Holder, name: string, description: string, trust: Statement): IamRole => ({
    kind: 'role',
    id,
    name,
    description,
    trust: documentOf([trust]),
    policies: heldBy(holder),
  });
  const assume = (Principal: Statement['Principal'], Condition?: Statement['Condition']): Statement => ({
    Effect: 'Allow',
    Principal: Principal!,
    Action: ['sts:AssumeRole'],
    ...(Condition && { Condition }),
  });

  const nodeRole = role(
    'node-role',
    'node role',
    '${nodeRoleName}',
    'Role of the instances of subscriptions.',
    assume({ Service: 'ec2.amazonaws.com' }),
  );
  // No external ID: the AWS console cannot switch to a role that requires one.
  const consoleRole = role(
    'console-role',
    'console role',
    '${consoleRoleName}',
    "Role that the vendor's staff use in the AWS console, with MFA.",
    assume(
      { AWS: 'arn:${partition}:iam::${vendorAccountId}:root' },
      { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
    ),
  );
  // No MFA: a program has none. The external ID prevents another tenant from using the role through the gateway.
  const accessRole: IamRole = {
    ...role(
      'access-role',
      'access role',
      '${accessRoleName}',
      'Role that the gateway assumes with an external ID.',
      assume({ AWS: '${gatewayIdentityArn}' }, { StringEquals: { 'sts:ExternalId': '${externalId}' } }),
    ),
    option: 'createAccessRole',
  };
  const user: IamUser = {
    kind: 'user',
    id: 'user',
    name: '${userName}',
    description: 'User whose access key the gateway uses.',
    policies: heldBy('user'),
  };
  return [
    ...policies.map(({ entity }) => entity),
    nodeRole,
    {
      kind: 'instance profile',
      id: 'instance-profile',
      name: '${nodeRoleName}',
      description: 'Assigns the node role to instances.',
      role: nodeRole,
    },
    user,
    {
      kind: 'access key',
      id: 'access-key',
      description: 'Credentials of the gateway.',
      option: 'createAccessKey',
      user,
    },
    consoleRole,
    accessRole,
  ];
}
