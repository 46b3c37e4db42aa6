import { longestIamArn } from '@cloud-account-gateway/iam-policy';

/**
 * Every permission that the vendor's software needs in a customer's AWS account. The IAM policies, the verification of
 * an account and docs/aws-permissions.md are derived from it, so they always agree.
 *
 * Texts in `${…}` are {@link Placeholder}s that each setup method replaces; `${aws:username}` is a policy variable of
 * IAM. Every change of granted permissions needs a new version: a test has the fingerprint of each.
 */

/** Entity that receives permissions. */
export type Holder = 'node role' | 'user' | 'console role' | 'access role';

/** Options that create additional entities or permissions. */
export type Option = 'createAccessKey' | 'allowAccessKeyRotation' | 'createAccessRole';

/** Longest valid value of each placeholder: a policy that fits with these always fits. */
export const longestValues = {
  partition: 'aws-us-gov',
  urlSuffix: 'amazonaws.com.cn',
  accountId: '1'.repeat(12),
  vendorAccountId: '1'.repeat(12),
  vendorName: 'v'.repeat(32),
  tagKey: 'k'.repeat(64),
  path: `/${'p'.repeat(126)}/`,
  userName: 'u'.repeat(64),
  nodeRoleName: 'n'.repeat(64),
  consoleRoleName: 'c'.repeat(64),
  accessRoleName: 'a'.repeat(64),
  gatewayIdentityArn: 'g'.repeat(longestIamArn('role')),
  externalId: 'x'.repeat(64),
} as const;

export type Placeholder = keyof typeof longestValues;

/** IAM operators with their condition keys and values. */
export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** One statement of a policy. */
export interface Rule {
  /** Defaults to `Allow`. */
  readonly effect?: 'Deny';
  /** Without wildcards, which would include future actions of AWS. */
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition?: Condition;
}

/** Permissions for one purpose, which are shown and checked together. */
export interface PermissionGroup {
  readonly id: string;
  /** Purpose in plain words. */
  readonly purpose: string;
  /** Feature of the product that needs the group. */
  readonly feature: string;
  readonly rules: readonly Rule[];
}

/** Groups for the same holders. If they exceed the limits of AWS, they are split into several managed policies. */
export interface PermissionPolicy {
  readonly id: string;
  readonly description: string;
  readonly holders: readonly Holder[];
  readonly option?: Option;
  readonly groups: readonly PermissionGroup[];
}

/** Adds the prefix of the service, so that the table below is a list of verbs. */
const of = (service: string, actions: string) => actions.split(/\s+/).map((action) => `${service}:${action}`);
const ec2 = (actions: string) => of('ec2', actions);
const iam = (actions: string) => of('iam', actions);

const inEc2 = (...types: string[]) => types.map((type) => `arn:\${partition}:ec2:*:\${accountId}:${type}/*`);
/** Snapshots belong to no account in their ARN. */
const snapshots = 'arn:${partition}:ec2:*::snapshot/*';
const inIam = (resource: string) => `arn:\${partition}:iam::\${accountId}:${resource}`;
const theUserItself = inIam('user${path}${aws:username}');
const keys = ['arn:${partition}:kms:*:${accountId}:key/*'];
const everything = ['*'];

const tag = '${vendorName}';
/** The resource carries the identifier tag, with our value. */
const isOurs: Condition = { StringEquals: { 'aws:ResourceTag/${tagKey}': tag } };
/** The request adds the identifier tag to the new resource, with our value. */
const becomesOurs: Condition = { StringEquals: { 'aws:RequestTag/${tagKey}': tag } };
/** Also true when the tag is missing. */
const doesNotBecomeOurs: Condition = { StringNotEquals: { 'aws:RequestTag/${tagKey}': tag } };

const creating = `RunInstances ImportKeyPair CreateKeyPair CreateVpc CreateSecurityGroup CreateInternetGateway
  CreateRouteTable CreateSubnet CreateSnapshot CreateVolume CreateTransitGateway CreateTransitGatewayVpcAttachment`;

export const permissionManifest: { readonly version: number; readonly policies: readonly PermissionPolicy[] } = {
  version: 1,
  policies: [
    {
      id: 'instance',
      description: 'Permissions of the instances of a subscription.',
      holders: ['node role'],
      groups: [
        {
          id: 'NODE_READ',
          purpose: 'An instance reads its location, and its own volumes and security groups.',
          feature: 'subscriptions',
          rules: [
            {
              actions: ec2(
                'DescribeAvailabilityZones DescribeRegions DescribeSecurityGroups DescribeTags DescribeVolumes',
              ),
              resources: everything,
            },
          ],
        },
        {
          id: 'NODE_VOLUMES',
          purpose: 'An instance creates and attaches its data volumes, and removes what it no longer needs.',
          feature: 'subscriptions',
          rules: [
            { actions: ec2('CreateVolume'), resources: inEc2('volume'), condition: becomesOurs },
            { actions: ec2('CreateVolume'), resources: [snapshots] },
            {
              actions: ec2('AttachVolume AuthorizeSecurityGroupIngress DeleteSecurityGroup DeleteTags'),
              resources: everything,
              condition: isOurs,
            },
          ],
        },
        {
          id: 'NODE_TAGS',
          purpose:
            'An instance tags a volume when it creates it, and resources that carry the identifier tag already. It can tag nothing else.',
          feature: 'subscriptions',
          rules: [
            {
              actions: ec2('CreateTags'),
              resources: inEc2('volume'),
              condition: { StringEquals: { 'ec2:CreateAction': 'CreateVolume' } },
            },
            { actions: ec2('CreateTags'), resources: everything, condition: isOurs },
          ],
        },
      ],
    },
    {
      id: 'provisioning',
      description: 'Permissions to build, change and tear down subscriptions.',
      holders: ['user', 'console role', 'access role'],
      groups: [
        {
          id: 'READ_EC2',
          purpose: 'Read existing resources before and after a build.',
          feature: 'subscriptions',
          rules: [
            {
              actions: ec2(
                `DescribeAvailabilityZones DescribeInstanceTypeOfferings DescribeRegions DescribeInstances
                DescribeVolumes DescribeSnapshots DescribeVpcs DescribeSubnets DescribeSecurityGroups
                DescribeRouteTables DescribeInternetGateways DescribeImages DescribeTransitGatewayVpcAttachments
                DescribeVpcPeeringConnections DescribeKeyPairs DescribeTransitGateways DescribeInstanceStatus
                DescribeNetworkAcls`,
              ),
              resources: everything,
            },
          ],
        },
        {
          id: 'READ_METRICS',
          purpose: 'Read metrics and alarms of the resources that were built.',
          feature: 'monitoring',
          rules: [
            {
              actions: of(
                'cloudwatch',
                `DescribeAlarmHistory DescribeAlarms DescribeAlarmsForMetric DescribeAnomalyDetectors
                DescribeInsightRules GetDashboard GetInsightRuleReport GetMetricData GetMetricStatistics GetMetricStream
                GetMetricWidgetImage ListDashboards ListManagedInsightRules ListMetrics ListMetricStreams
                ListTagsForResource`,
              ),
              resources: everything,
            },
          ],
        },
        {
          id: 'READ_IAM',
          purpose:
            'Check that the roles exist, and which permissions are missing. The permission covers roles and policies of any name, so that a misspelled name is reported as missing and not as denied.',
          feature: 'verification',
          rules: [
            {
              actions: iam('GetRole ListRolePolicies ListAttachedRolePolicies ListInstanceProfilesForRole'),
              resources: [inIam('role/*')],
            },
            { actions: iam('GetPolicy'), resources: ['arn:${partition}:iam::*:policy/*'] },
            { actions: iam('ListUsers ListPolicies ListInstanceProfiles'), resources: everything },
            {
              actions: iam('SimulatePrincipalPolicy'),
              resources: [
                theUserItself,
                inIam('role${path}${nodeRoleName}'),
                inIam('role${path}${consoleRoleName}'),
                inIam('role${path}${accessRoleName}'),
              ],
            },
          ],
        },
        {
          id: 'PASS_NODE_ROLE',
          purpose: 'Pass the node role to new instances. No other role can be passed, and to no service except EC2.',
          feature: 'subscriptions',
          rules: [
            {
              actions: iam('PassRole'),
              resources: [inIam('role${path}${nodeRoleName}')],
              condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
            },
          ],
        },
        {
          id: 'CREATE',
          purpose: 'Create networks and instances.',
          feature: 'subscriptions',
          rules: [{ actions: ec2(`${creating} AssociateVpcCidrBlock`), resources: everything }],
        },
        {
          id: 'TAG_ALL_THAT_IS_MADE',
          purpose:
            'No resource can be created without the identifier tag and its value. The tag distinguishes resources of the vendor from yours.',
          feature: 'subscriptions',
          // One rule for kinds that are not created inside another kind of the same rule: EC2 also authorizes the outer
          // resource, which the request does not tag.
          rules: [
            {
              effect: 'Deny',
              actions: ec2('RunInstances CreateVolume'),
              resources: inEc2('instance', 'volume'),
              condition: doesNotBecomeOurs,
            },
            {
              effect: 'Deny',
              actions: ec2('ImportKeyPair CreateKeyPair CreateVpc CreateInternetGateway CreateTransitGateway'),
              resources: inEc2('key-pair', 'vpc', 'internet-gateway', 'transit-gateway'),
              condition: doesNotBecomeOurs,
            },
            {
              effect: 'Deny',
              actions: ec2('CreateSecurityGroup CreateRouteTable CreateSubnet'),
              resources: inEc2('security-group', 'route-table', 'subnet'),
              condition: doesNotBecomeOurs,
            },
            {
              effect: 'Deny',
              actions: ec2('CreateSnapshot CreateTransitGatewayVpcAttachment CreateVpcPeeringConnection'),
              resources: [snapshots, ...inEc2('transit-gateway-attachment', 'vpc-peering-connection')],
              condition: doesNotBecomeOurs,
            },
          ],
        },
        {
          id: 'TAG',
          purpose:
            'Tag resources when they are created, and resources that carry the identifier tag already. Tagging other resources is denied, because the tag allows changes.',
          feature: 'subscriptions',
          rules: [
            {
              actions: ec2('CreateTags'),
              resources: [
                snapshots,
                ...inEc2(
                  'instance',
                  'volume',
                  'network-interface',
                  'key-pair',
                  'vpc',
                  'security-group',
                  'internet-gateway',
                  'route-table',
                  'subnet',
                  'transit-gateway',
                  'transit-gateway-attachment',
                  'vpc-peering-connection',
                ),
              ],
              condition: {
                StringEquals: { 'ec2:CreateAction': [...creating.split(/\s+/), 'CreateVpcPeeringConnection'] },
              },
            },
            { actions: ec2('CreateTags DeleteTags'), resources: everything, condition: isOurs },
          ],
        },
        {
          id: 'PEERING',
          purpose: 'Peer the network of a subscription with one of yours.',
          feature: 'peering',
          rules: [
            {
              actions: ec2('CreateVpcPeeringConnection AcceptVpcPeeringConnection RejectVpcPeeringConnection'),
              resources: inEc2('vpc', 'vpc-peering-connection'),
            },
            {
              actions: ec2('DeleteVpcPeeringConnection'),
              resources: inEc2('vpc-peering-connection'),
              condition: isOurs,
            },
          ],
        },
        {
          id: 'CHANGE_OURS',
          purpose: 'Change resources that carry the identifier tag.',
          feature: 'subscriptions',
          rules: [
            {
              actions: ec2(
                `CreateRoute ReplaceRoute AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress
                RevokeSecurityGroupIngress AttachVolume ModifyInstanceAttribute ModifySubnetAttribute AssociateRouteTable
                StartInstances StopInstances RebootInstances`,
              ),
              resources: everything,
              condition: isOurs,
            },
          ],
        },
        {
          id: 'JOIN_INTERNET_GATEWAY',
          purpose:
            'Attach internet gateways that carry the identifier tag to a network, and detach them. The network can be yours.',
          feature: 'subscriptions',
          rules: [
            {
              actions: ec2('AttachInternetGateway DetachInternetGateway'),
              resources: inEc2('internet-gateway'),
              condition: isOurs,
            },
            { actions: ec2('AttachInternetGateway DetachInternetGateway'), resources: inEc2('vpc') },
          ],
        },
        {
          id: 'DELETE_OURS',
          purpose: 'Delete resources that carry the identifier tag.',
          feature: 'subscriptions',
          rules: [
            {
              actions: ec2(
                `TerminateInstances DeleteVolume DeleteSnapshot DetachVolume DeleteKeyPair DeleteSubnet
                DeleteSecurityGroup DeleteRouteTable DeleteRoute DeleteInternetGateway DeleteVpc
                DeleteTransitGatewayVpcAttachment DeleteTransitGateway`,
              ),
              resources: everything,
              condition: isOurs,
            },
          ],
        },
        {
          id: 'TRANSIT_GATEWAY',
          purpose:
            'Create the service-linked role that AWS requires for the first transit gateway attachment of an account.',
          feature: 'transit gateway',
          rules: [
            {
              actions: iam('CreateServiceLinkedRole'),
              resources: [
                inIam('role/aws-service-role/transitgateway.amazonaws.com/AWSServiceRoleForVPCTransitGateway'),
              ],
              condition: { StringEquals: { 'iam:AWSServiceName': 'transitgateway.amazonaws.com' } },
            },
          ],
        },
        {
          id: 'ENCRYPTED_VOLUMES',
          purpose:
            'Let EC2 encrypt volumes with encryption keys of your account. An encryption key of another account needs a policy of yours.',
          feature: 'encrypted volumes',
          rules: [
            { actions: ['kms:DescribeKey'], resources: keys },
            {
              actions: ['kms:GenerateDataKeyWithoutPlaintext'],
              resources: keys,
              condition: { StringLike: { 'kms:ViaService': 'ec2.*.${urlSuffix}' } },
            },
            {
              actions: of('kms', 'CreateGrant ListGrants RevokeGrant'),
              resources: keys,
              condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
            },
          ],
        },
      ],
    },
    {
      id: 'self',
      description: 'Permissions of the programmatic user on itself.',
      holders: ['user'],
      groups: [
        {
          id: 'ITSELF',
          purpose: 'The user reads its own name and policies, and changes its own password if it has one.',
          feature: 'verification',
          rules: [{ actions: iam('GetUser GetUserPolicy ChangePassword'), resources: [theUserItself] }],
        },
      ],
    },
    {
      id: 'access-key-rotation',
      description: 'Permissions to rotate the access key of the programmatic user.',
      holders: ['user'],
      option: 'allowAccessKeyRotation',
      groups: [
        {
          id: 'ROTATE_ACCESS_KEY',
          purpose: 'The gateway replaces the access key regularly.',
          feature: 'access key rotation',
          rules: [
            {
              actions: iam('ListAccessKeys CreateAccessKey UpdateAccessKey DeleteAccessKey GetAccessKeyLastUsed'),
              resources: [theUserItself],
            },
          ],
        },
      ],
    },
  ],
};
