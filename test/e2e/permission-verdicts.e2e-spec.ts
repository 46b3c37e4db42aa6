import { AwsAccessKey, AwsAccessRole, AwsVerification, type VerificationReport } from '#libs/aws-credentials';
import { sandboxSecret, type PolicyDocument } from '@cloud-account-gateway/aws-sandbox';
import { permissionManifest } from '#libs/iam-setup';
import { Secret } from '#libs/kernel';
import { Gateway } from '../support/gateway.js';
import { newAccount, sandboxAccountId, stepsWith, suffix } from '../support/steps.js';

type Statement = Extract<PolicyDocument['Statement'], readonly unknown[]>[number];
type Condition = NonNullable<Statement['Condition']>;
type Texts = string | readonly string[];

/** Setup of an AWS account. */
interface SetUp {
  readonly region?: string;
  readonly policies?: readonly Statement[];
  readonly boundary?: readonly Statement[];
  readonly organization?: readonly Statement[];
}

const allow = (Action: Texts, Condition?: Condition, Resource: Texts = '*'): Statement => ({
  ...{ Effect: 'Allow', Action, Resource },
  ...(Condition && { Condition }),
});
const allowAllBut = (...NotAction: string[]): Statement => ({ Effect: 'Allow', NotAction, Resource: '*' });
const deny = (Action: Texts, Condition?: Condition, Resource: Texts = '*'): Statement => ({
  ...allow(Action, Condition, Resource),
  Effect: 'Deny',
});
const denyAllBut = (NotAction: readonly string[], Condition: Condition): Statement => ({
  ...{ Effect: 'Deny', NotAction, Resource: '*', Condition },
});
const document = (Statement: readonly Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });

const all = allow('*');
const vendor = 'cloud-account-gateway';
const exempt = ['iam:*', 'sts:*', 'kms:*'];
const ec2Groups = ['READ_EC2', 'CREATE', 'TAG', 'PEERING', 'CHANGE_OURS', 'JOIN_INTERNET_GATEWAY', 'DELETE_OURS'];
const every = (groups: readonly string[], what: string) => groups.map((group) => `${group} ${what}`);
const allGroups = permissionManifest.policies
  .filter(({ holders }) => holders.includes('user'))
  .flatMap(({ groups }) => groups.filter(({ rules }) => rules.some(({ effect }) => !effect)).map(({ id }) => id));
const arn = (kind: string, region = '*', partition = 'aws') => `arn:${partition}:ec2:${region}:*:${kind}/*`;

/** Whether the report has a suggested policy, and what it must hold. */
type Suggestion = null | readonly string[];

const passes: string[] = [];

// Title, setup, every check that has neither passed nor depends on key policies, a part of a message, and the suggested
// actions.
const setUps: readonly [string, SetUp, readonly string[], RegExp | null, Suggestion][] = [
  ['everything is allowed', { policies: [all] }, passes, null, null],
  ['all actions of the services are allowed', { policies: [allow(['ec2:*', 'cloudwatch:*', 'iam:*', 'kms:*'])] }, passes, null, null],

  // Guardrails by region.
  ['a region guardrail with its own region', { policies: [all, denyAllBut(exempt, { StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' } })] }, passes, null, null],
  ['a region guardrail with the region of the account among others', { region: 'eu-west-1', policies: [all, denyAllBut(exempt, { StringNotEquals: { 'aws:RequestedRegion': ['eu-central-1', 'eu-west-1'] } })] }, passes, null, null],
  ['a region guardrail with another region', { policies: [all, denyAllBut(exempt, { StringNotEquals: { 'aws:RequestedRegion': 'us-west-2' } })] }, every(['READ_EC2', 'READ_METRICS', 'PASS_NODE_ROLE'].slice(0, 2).concat(ec2Groups.slice(1)), 'FAILED EXPLICIT_DENY'), /Deny statement in user_gateway-\w+_policy-1 denies ec2:RunInstances/, null],
  ['a region guardrail by a pattern', { region: 'eu-central-1', policies: [all, denyAllBut(exempt, { StringNotLike: { 'aws:RequestedRegion': 'eu-*' } })] }, passes, null, null],
  ['a region guardrail with IfExists', { region: 'eu-west-1', policies: [all, denyAllBut(exempt, { StringNotEqualsIfExists: { 'aws:RequestedRegion': 'eu-west-1' } })] }, passes, null, null],
  ['a region guardrail by ec2:Region', { policies: [all, deny('ec2:*', { StringNotEquals: { 'ec2:Region': 'us-east-1' } })] }, passes, null, null],
  ['a guardrail by ec2:Region of another region', { region: 'eu-west-1', policies: [all, deny('ec2:*', { StringNotEquals: { 'ec2:Region': 'us-east-1' } })] }, every(ec2Groups, 'FAILED EXPLICIT_DENY'), /ec2:Describe/, null],
  ['a region guardrail that forgets IAM, outside the region of IAM', { region: 'eu-west-1', policies: [all, denyAllBut(['iam:GetRole', 'iam:SimulatePrincipalPolicy'], { StringNotEquals: { 'aws:RequestedRegion': 'eu-west-1' } })] }, ['READ_IAM FAILED EXPLICIT_DENY', 'TRANSIT_GATEWAY FAILED EXPLICIT_DENY', 'ITSELF FAILED EXPLICIT_DENY', 'ROTATE_ACCESS_KEY SKIPPED EXPLICIT_DENY'], /denies iam:ListRolePolicies/, null],
  ['a region guardrail of the organization with its own region', { organization: [all, denyAllBut(exempt, { StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' } })] }, passes, null, null],
  ['a permissions boundary with the region of the account', { region: 'eu-west-1', boundary: [allow(['iam:*', 'kms:*', 'cloudwatch:*']), allow('ec2:*', { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } })] }, passes, null, null],
  ['one action only in the region of the account', { policies: [allowAllBut('ec2:CreateVpc'), allow('ec2:CreateVpc', { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } })] }, passes, null, null],
  ['one action only in another region', { policies: [allowAllBut('ec2:CreateVpc'), allow('ec2:CreateVpc', { StringEquals: { 'aws:RequestedRegion': 'us-west-2' } })] }, ['CREATE FAILED IDENTITY_POLICY'], /No policy of the user allows ec2:CreateVpc \(vpc\)/, ['ec2:CreateVpc']],
  ['a denial in China, account in China', { region: 'cn-north-1', policies: [all, deny('ec2:TerminateInstances', undefined, arn('instance', '*', 'aws-cn'))] }, ['DELETE_OURS FAILED EXPLICIT_DENY'], /ec2:TerminateInstances \(instance\)/, null],
  ['a denial of commercial ARNs, account in China', { region: 'cn-north-1', policies: [all, deny('ec2:TerminateInstances', undefined, arn('instance'))] }, passes, null, null],
  ['a region guardrail in GovCloud', { region: 'us-gov-east-1', policies: [all, denyAllBut(exempt, { StringNotEquals: { 'aws:RequestedRegion': 'us-gov-east-1' } })] }, passes, null, null],
  ['a region guardrail in GovCloud that forgets IAM', { region: 'us-gov-east-1', policies: [all, deny('iam:CreateServiceLinkedRole', { StringNotEquals: { 'aws:RequestedRegion': 'us-gov-east-1' } })] }, ['TRANSIT_GATEWAY FAILED EXPLICIT_DENY'], /iam:CreateServiceLinkedRole/, null],

  // Denials of resources.
  ['no termination of instances', { policies: [all, deny('ec2:TerminateInstances', undefined, arn('instance'))] }, ['DELETE_OURS FAILED EXPLICIT_DENY'], /denies ec2:TerminateInstances \(instance\)/, null],
  ['no termination of instances in another region', { policies: [all, deny('ec2:TerminateInstances', undefined, arn('instance', 'eu-west-1'))] }, passes, null, null],
  ['no subnet for instances', { policies: [all, deny('ec2:RunInstances', undefined, arn('subnet'))] }, ['CREATE FAILED EXPLICIT_DENY'], /ec2:RunInstances \(subnet\)/, null],
  ['no volume for instances', { policies: [all, deny('ec2:RunInstances', undefined, arn('volume'))] }, ['CREATE FAILED EXPLICIT_DENY'], /ec2:RunInstances \(volume\)/, null],
  ['no network interface for instances', { policies: [all, deny('ec2:RunInstances', undefined, arn('network-interface'))] }, ['CREATE FAILED EXPLICIT_DENY'], /ec2:RunInstances \(network-interface\)/, null],
  ['no image for instances', { policies: [all, deny('ec2:RunInstances', undefined, 'arn:aws:ec2:*::image/*')] }, ['CREATE FAILED EXPLICIT_DENY'], /ec2:RunInstances \(image\)/, null],
  ['no key pair for instances', { policies: [all, deny('ec2:RunInstances', undefined, arn('key-pair'))] }, ['CREATE FAILED EXPLICIT_DENY'], /ec2:RunInstances \(key-pair\)/, null],
  ['no route of a network', { policies: [all, deny(['ec2:CreateRoute', 'ec2:DeleteRoute'], undefined, arn('route-table'))] }, ['CHANGE_OURS FAILED EXPLICIT_DENY', 'DELETE_OURS FAILED EXPLICIT_DENY'], /ec2:(Create|Delete)Route \(route-table\)/, null],
  ['a denial of one network by its id', { policies: [all, deny('ec2:*', undefined, 'arn:aws:ec2:*:*:vpc/vpc-0fedcba9876543210')] }, passes, null, null],
  ['everything denied but the ARNs of EC2', { policies: [all, { Effect: 'Deny', Action: 'ec2:*', NotResource: 'arn:aws:ec2:*:*:*' }] }, ['READ_EC2 FAILED EXPLICIT_DENY'], /ec2:DescribeVpcs|ec2:DescribeAvailabilityZones/, null],
  ['deletion of all but networks', { policies: [allowAllBut('ec2:DeleteVpc'), { Effect: 'Allow', Action: 'ec2:DeleteVpc', NotResource: arn('vpc') }] }, ['DELETE_OURS FAILED IDENTITY_POLICY'], /ec2:DeleteVpc \(vpc\)/, ['ec2:DeleteVpc']],
  ['EC2 by ARNs of the account, which images do not have', { policies: [allowAllBut('ec2:RunInstances'), allow('ec2:RunInstances', undefined, 'arn:aws:ec2:us-east-1:$ACCOUNT:*')] }, ['CREATE FAILED IDENTITY_POLICY'], /ec2:RunInstances \(image\)/, ['ec2:RunInstances']],

  // The node role.
  ['no role for instances', { policies: [all, deny('iam:PassRole', undefined, `arn:aws:iam::*:role/${vendor}-cluster-node-role`)] }, ['PASS_NODE_ROLE FAILED EXPLICIT_DENY'], /iam:PassRole/, null],
  ['no role for functions', { policies: [all, deny('iam:PassRole', { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } })] }, passes, null, null],
  ['roles for functions only', { policies: [allowAllBut('iam:PassRole'), allow('iam:PassRole', { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } })] }, ['PASS_NODE_ROLE FAILED IDENTITY_POLICY'], /iam:PassRole/, ['iam:PassRole']],
  ['roles for anything but EC2', { policies: [all, deny('iam:PassRole', { StringNotEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } })] }, passes, null, null],
  ['the node role by another name', { policies: [allowAllBut('iam:PassRole'), allow('iam:PassRole', undefined, 'arn:aws:iam::*:role/another')] }, ['PASS_NODE_ROLE FAILED IDENTITY_POLICY'], /iam:PassRole/, ['iam:PassRole']],

  // Tags.
  ['nothing is made without the tag', { policies: [all, deny('ec2:RunInstances', { StringNotEquals: { 'aws:RequestTag/managed-by': vendor } }, [arn('instance'), arn('volume')])] }, passes, null, null],
  ['nothing is made without any value of the tag', { policies: [all, deny(['ec2:RunInstances', 'ec2:CreateVpc'], { Null: { 'aws:RequestTag/managed-by': 'true' } }, [arn('instance'), arn('vpc')])] }, passes, null, null],
  ['a tag that only a subscription may bring', { policies: [all, deny('ec2:RunInstances', { Null: { 'aws:RequestTag/cost-center': 'true' } }, arn('instance'))] }, ['CREATE INCONCLUSIVE CONDITION_UNKNOWN'], /aws:RequestTag\/cost-center/, null],
  ['a value of such a tag', { policies: [all, deny('ec2:CreateVpc', { StringNotEquals: { 'aws:RequestTag/cost-center': '42' } }, arn('vpc'))] }, ['CREATE INCONCLUSIVE CONDITION_UNKNOWN'], /aws:RequestTag\/cost-center/, null],
  ['no other tags than the identifier', { policies: [all, deny(['ec2:CreateVpc', 'ec2:CreateSubnet'], { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': ['managed-by'] } })] }, passes, null, null],
  ['termination of what carries the tag, by the key of EC2', { policies: [allowAllBut('ec2:TerminateInstances'), allow('ec2:TerminateInstances', { StringEquals: { 'ec2:ResourceTag/managed-by': vendor } })] }, passes, null, null],
  ['no change of what does not carry the tag', { policies: [all, deny(['ec2:TerminateInstances', 'ec2:StopInstances', 'ec2:DeleteVpc'], { StringNotEquals: { 'aws:ResourceTag/managed-by': vendor } })] }, passes, null, null],
  ['termination of what a team owns', { policies: [allowAllBut('ec2:TerminateInstances'), allow('ec2:TerminateInstances', { StringEquals: { 'aws:ResourceTag/team': 'data' } })] }, ['DELETE_OURS INCONCLUSIVE CONDITION_UNKNOWN'], /aws:ResourceTag\/team/, null],
  ['the tag of a request demanded of every resource of it', { policies: [allowAllBut('ec2:RunInstances'), allow('ec2:RunInstances', { StringEquals: { 'aws:RequestTag/managed-by': vendor } })] }, ['CREATE FAILED IDENTITY_POLICY'], /ec2:RunInstances \(subnet, security-group, key-pair\)|image/, ['ec2:RunInstances']],
  ['tagging only as part of each creation', { policies: [allowAllBut('ec2:CreateTags'), allow('ec2:CreateTags', { StringEquals: { 'aws:ResourceTag/managed-by': vendor } }), allow('ec2:CreateTags', { StringLike: { 'ec2:CreateAction': ['Run*', 'Create*', 'Import*'] } })] }, passes, null, null],
  ['tagging only as part of RunInstances', { policies: [allowAllBut('ec2:CreateTags'), allow('ec2:CreateTags', { StringEquals: { 'aws:ResourceTag/managed-by': vendor } }), allow('ec2:CreateTags', { StringEquals: { 'ec2:CreateAction': 'RunInstances' } }, [arn('instance'), arn('volume'), arn('network-interface')])] }, ['TAG FAILED IDENTITY_POLICY'], /ec2:CreateTags \(.*vpc/, ['ec2:CreateTags']],
  ['creation where only tagging has the condition key', { policies: [allowAllBut('ec2:CreateVpc'), allow('ec2:CreateVpc', { StringEquals: { 'ec2:CreateAction': ['CreateVpc', 'RunInstances'] } })] }, ['CREATE FAILED IDENTITY_POLICY'], /ec2:CreateVpc/, ['ec2:CreateVpc']],

  // Boundaries.
  ['a boundary without RunInstances', { boundary: [allowAllBut('ec2:RunInstances')] }, ['CREATE FAILED PERMISSIONS_BOUNDARY'], /permissions boundary of the user does not allow ec2:RunInstances/, null],
  ['a boundary that denies', { boundary: [all, deny('ec2:RunInstances')] }, ['CREATE FAILED PERMISSIONS_BOUNDARY'], /permissions boundary/, null],
  ['a boundary without metrics, and a policy without peering', { policies: [allowAllBut('ec2:AcceptVpcPeeringConnection')], boundary: [allowAllBut('cloudwatch:ListMetrics')] }, ['READ_METRICS FAILED PERMISSIONS_BOUNDARY', 'PEERING FAILED IDENTITY_POLICY'], /boundary.*cloudwatch:ListMetrics/, ['ec2:AcceptVpcPeeringConnection']],
  ['a boundary without GetRole', { boundary: [allowAllBut('iam:GetRole')] }, ['CONSOLE_ROLE FAILED PERMISSIONS_BOUNDARY', 'READ_IAM FAILED PERMISSIONS_BOUNDARY'], /iam:GetRole: the permissions boundary does not allow it/, null],
  ['a boundary without SimulatePrincipalPolicy', { boundary: [allowAllBut('iam:SimulatePrincipalPolicy')] }, every(allGroups, 'INCONCLUSIVE PERMISSIONS_BOUNDARY'), /SimulatePrincipalPolicy\): the permissions boundary/, null],

  // Organizations: what AWS could not evaluate of their conditions, it does not tell.
  ['an organization without CreateVpc', { organization: [allowAllBut('ec2:CreateVpc')] }, ['CREATE INCONCLUSIVE SCP'], /service control policy.*ec2:CreateVpc/, null],
  ['an organization that denies CreateVpc', { organization: [all, deny('ec2:CreateVpc')] }, ['CREATE INCONCLUSIVE SCP'], /service control policy.*ec2:CreateVpc/, null],
  ['an organization that denies GetRole', { organization: [all, deny('iam:GetRole')] }, ['CONSOLE_ROLE FAILED SCP', 'READ_IAM INCONCLUSIVE SCP'], /iam:GetRole: a service control policy/, null],
  ['an organization that denies the simulation', { organization: [all, deny('iam:SimulatePrincipalPolicy')] }, every(allGroups, 'INCONCLUSIVE SCP'), /SimulatePrincipalPolicy\): a service control policy/, null],
  ['an organization and a policy that deny different actions', { policies: [all, deny('ec2:DeleteVpc')], organization: [all, deny('ec2:CreateVpc')] }, ['CREATE INCONCLUSIVE SCP', 'DELETE_OURS FAILED EXPLICIT_DENY'], /denies ec2:DeleteVpc/, null],

  // A second factor, which an access key never has.
  ['nothing without MFA', { policies: [all, deny('ec2:*', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } })] }, every(ec2Groups, 'FAILED EXPLICIT_DENY'), /test aws:MultiFactorAuthPresent, which requests with an access key do not have/, null],
  ['nothing without MFA, where a key is not meant', { policies: [all, deny('ec2:*', { Bool: { 'aws:MultiFactorAuthPresent': 'false' } })] }, passes, null, null],
  ['nothing with an old MFA', { policies: [all, deny('ec2:*', { NumericGreaterThan: { 'aws:MultiFactorAuthAge': '3600' } })] }, passes, null, null],
  ['no termination without an age of MFA', { policies: [all, deny('ec2:TerminateInstances', { Null: { 'aws:MultiFactorAuthAge': 'true' } })] }, ['DELETE_OURS FAILED EXPLICIT_DENY'], /ec2:TerminateInstances/, null],
  ['metrics with MFA only', { policies: [allowAllBut('cloudwatch:GetMetricData'), allow('cloudwatch:GetMetricData', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })] }, ['READ_METRICS FAILED IDENTITY_POLICY'], /test aws:MultiFactorAuthPresent/, ['cloudwatch:GetMetricData']],

  // Keys that the gateway does not know.
  ['EC2 from the office only', { policies: [all, deny('ec2:*', { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } })] }, every(ec2Groups, 'INCONCLUSIVE CONDITION_UNKNOWN'), /test aws:SourceIp/, null],
  ['EC2 from the office only, unless a service asks', { policies: [all, deny('ec2:CreateVpc', { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' }, Bool: { 'aws:ViaAWSService': 'false' } })] }, ['CREATE INCONCLUSIVE CONDITION_UNKNOWN'], /test aws:SourceIp\./, null],
  ['not from one network', { policies: [all, deny('ec2:CreateVpc', { IpAddress: { 'aws:SourceIp': '198.51.100.0/24' } })] }, ['CREATE INCONCLUSIVE CONDITION_UNKNOWN'], /aws:SourceIp/, null],
  ['metrics from one VPC only', { policies: [allowAllBut('cloudwatch:GetMetricData'), allow('cloudwatch:GetMetricData', { StringEquals: { 'aws:SourceVpc': 'vpc-1' } })] }, ['READ_METRICS INCONCLUSIVE CONDITION_UNKNOWN'], /aws:SourceVpc/, null],
  ['an organization by its id', { policies: [all, deny('ec2:CreateVpc', { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } })] }, ['CREATE INCONCLUSIVE CONDITION_UNKNOWN'], /aws:PrincipalOrgID/, null],
  ['users of one team', { policies: [allowAllBut('ec2:CreateVpc'), allow('ec2:CreateVpc', { StringEquals: { 'aws:PrincipalTag/team': 'data' } })] }, ['CREATE INCONCLUSIVE CONDITION_UNKNOWN'], /aws:PrincipalTag\/team/, null],
  ['small instances only', { policies: [all, deny('ec2:RunInstances', { StringNotLike: { 'ec2:InstanceType': ['t3.*'] } }, arn('instance'))] }, ['CREATE INCONCLUSIVE CONDITION_UNKNOWN'], /ec2:InstanceType/, null],
  ['an unknown key beside a certain denial', { policies: [all, deny('ec2:CreateVpc', { StringEquals: { 'aws:SourceVpc': 'vpc-1' } }), deny('ec2:DeleteVpc')] }, ['CREATE INCONCLUSIVE CONDITION_UNKNOWN', 'DELETE_OURS FAILED EXPLICIT_DENY'], /aws:SourceVpc/, null],

  // Keys that the gateway knows.
  ['nothing without TLS', { policies: [all, deny('*', { Bool: { 'aws:SecureTransport': 'false' } })] }, passes, null, null],
  ['until a day long past', { policies: [all, deny('ec2:CreateVpc', { DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } })] }, ['CREATE FAILED EXPLICIT_DENY'], /ec2:CreateVpc/, null],
  ['from a day long past', { policies: [all, deny('ec2:CreateVpc', { DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } })] }, passes, null, null],
  ['users of the account only', { policies: [all, deny('ec2:*', { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::$ACCOUNT:user/*' } })] }, passes, null, null],
  ['the account only', { policies: [all, deny('*', { StringNotEquals: { 'aws:PrincipalAccount': '$ACCOUNT' } })] }, passes, null, null],
  ['one user by its name', { policies: [all, deny('ec2:CreateVpc', { StringNotLike: { 'aws:username': 'gateway-*' } })] }, passes, null, null],
  ['no service in between', { policies: [all, deny('ec2:CreateVpc', { Bool: { 'aws:ViaAWSService': 'true' } })] }, passes, null, null],
  ['no tenancy of its own', { policies: [all, deny('ec2:RunInstances', { StringNotEquals: { 'ec2:Tenancy': 'default' } }, arn('instance'))] }, passes, null, null],
  ['instances with the profile only', { policies: [all, deny('ec2:RunInstances', { ArnNotLike: { 'ec2:InstanceProfile': `arn:aws:iam::*:instance-profile/${vendor}-*` } }, arn('instance'))] }, passes, null, null],

  // Encryption keys.
  ['encryption keys through EC2 only', { policies: [all, deny('kms:*', { StringNotEquals: { 'kms:ViaService': 'ec2.us-east-1.amazonaws.com' } })] }, passes, null, null],
  ['data keys through EC2 only', { policies: [all, deny('kms:GenerateDataKeyWithoutPlaintext', { StringNotEquals: { 'kms:ViaService': 'ec2.us-east-1.amazonaws.com' } })] }, passes, null, null],
  ['grants for services only', { policies: [all, deny('kms:CreateGrant', { Bool: { 'kms:GrantIsForAWSResource': 'false' } })] }, passes, null, null],
  ['no grants', { policies: [allowAllBut('kms:CreateGrant')] }, ['ENCRYPTED_VOLUMES FAILED IDENTITY_POLICY'], /kms:CreateGrant/, ['kms:CreateGrant']],
  ['encryption keys of another region', { policies: [allowAllBut('kms:DescribeKey'), allow('kms:DescribeKey', undefined, 'arn:aws:kms:eu-west-1:*:key/*')] }, ['ENCRYPTED_VOLUMES FAILED IDENTITY_POLICY'], /kms:DescribeKey/, ['kms:DescribeKey']],

  // Single actions.
  ['no metric data', { policies: [allowAllBut('cloudwatch:GetMetricData')] }, ['READ_METRICS FAILED IDENTITY_POLICY'], /No policy of the user allows cloudwatch:GetMetricData/, ['cloudwatch:GetMetricData']],
  ['no list of users', { policies: [allowAllBut('iam:ListUsers')] }, ['READ_IAM FAILED IDENTITY_POLICY'], /iam:ListUsers/, ['iam:ListUsers']],
  ['users by ARN, which ListUsers does not know', { policies: [allowAllBut('iam:ListPolicies'), allow('iam:ListPolicies', undefined, 'arn:aws:iam::*:policy/*')] }, ['READ_IAM FAILED IDENTITY_POLICY'], /iam:ListPolicies/, ['iam:ListPolicies']],
  ['no service-linked role', { policies: [allowAllBut('iam:CreateServiceLinkedRole')] }, ['TRANSIT_GATEWAY FAILED IDENTITY_POLICY'], /iam:CreateServiceLinkedRole/, ['iam:CreateServiceLinkedRole']],
  ['no keys of its own, which nothing needs yet', { policies: [allowAllBut('iam:CreateAccessKey')] }, ['ROTATE_ACCESS_KEY SKIPPED IDENTITY_POLICY'], /iam:CreateAccessKey/, null],
  ['no look at the role', { policies: [allowAllBut('iam:GetRole')] }, ['CONSOLE_ROLE FAILED IDENTITY_POLICY', 'READ_IAM FAILED IDENTITY_POLICY'], /iam:GetRole: no identity-based policy allows it/, ['iam:GetRole']],
  ['no look at the role by a denial', { policies: [all, deny('iam:GetRole')] }, ['CONSOLE_ROLE FAILED EXPLICIT_DENY', 'READ_IAM FAILED EXPLICIT_DENY'], /denies it explicitly/, null],
  ['no simulation', { policies: [allowAllBut('iam:SimulatePrincipalPolicy')] }, every(allGroups, 'INCONCLUSIVE IDENTITY_POLICY'), /SimulatePrincipalPolicy/, ['iam:SimulatePrincipalPolicy']],
  ['neither simulation nor look at the role', { policies: [allowAllBut('iam:SimulatePrincipalPolicy', 'iam:GetRole')] }, ['CONSOLE_ROLE FAILED IDENTITY_POLICY', ...every(allGroups, 'INCONCLUSIVE IDENTITY_POLICY')], /SimulatePrincipalPolicy/, ['iam:GetRole', 'iam:SimulatePrincipalPolicy']],

  // Several causes at once.
  ['one action missing and another denied', { policies: [allowAllBut('ec2:CreateVpc'), deny('ec2:CreateSubnet')] }, ['CREATE FAILED IDENTITY_POLICY'], /No policy of the user allows ec2:CreateVpc \(vpc\)\. A Deny statement in \S+ denies ec2:CreateSubnet/, ['ec2:CreateVpc']],
  ['an action that is missing for one kind and denied for another', { policies: [allowAllBut('ec2:CreateSubnet'), allow('ec2:CreateSubnet', undefined, arn('vpc')), deny('ec2:CreateSubnet', undefined, arn('vpc'))] }, ['CREATE FAILED EXPLICIT_DENY'], /denies ec2:CreateSubnet \(vpc\)/, null],
  ['one action missing, and a key unknown', { policies: [allowAllBut('ec2:CreateVpc'), deny('ec2:DeleteVpc', { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } })] }, ['CREATE FAILED IDENTITY_POLICY', 'DELETE_OURS INCONCLUSIVE CONDITION_UNKNOWN'], /aws:SourceIp/, ['ec2:CreateVpc']],
]; // prettier-ignore

describe('the result of permission checks', () => {
  let gateway: Gateway;
  const { createAccount } = stepsWith(() => gateway);
  let accounts = 200;

  beforeAll(async () => (gateway = await Gateway.start({}, { pace: 0.01 })));
  afterAll(() => gateway.stop());

  /** A user of an account of its own that is set up so. */
  function setUp({ policies, boundary, organization }: SetUp): string {
    const which = suffix(++accounts);
    const key = `AKIASANDBOXWORKS${which}`;
    const filled = (statements: readonly Statement[]) =>
      statements.map((statement) =>
        document([JSON.parse(JSON.stringify(statement).replaceAll('$ACCOUNT', sandboxAccountId(which))) as Statement]),
      );
    // A separate policy, like a guardrail.
    if (policies) gateway.aws.setUserPolicies(key, filled(policies).toReversed());
    if (boundary) gateway.aws.setBoundary(key, document(boundary));
    if (organization) gateway.aws.setServiceControlPolicies(key, [document(organization)]);
    return which;
  }

  const verify = async (which: string, region = 'us-east-1'): Promise<VerificationReport> => {
    const key = new AwsAccessKey(`AKIASANDBOXWORKS${which}`, new Secret(sandboxSecret));
    gateway.aws.forgetCalls();
    const { report } = await gateway.get(AwsVerification).verify(key, region, { consoleRoleName: 'console-role' });
    expect(gateway.aws.calls().length).toBeLessThanOrEqual(12);
    expect(report.awsCallCount).toBe(gateway.aws.calls().length);
    return report;
  };
  const open = ({ checks }: VerificationReport) =>
    checks.filter(({ verdict, cause }) => verdict !== 'PASSED' && cause !== 'KEY_POLICY' && cause !== 'PREVIOUS_STEP');

  it('is tested with at least sixty setups', () => expect(setUps.length).toBeGreaterThanOrEqual(60));

  it.each(setUps)('%s', async (_, given, expected, says, suggested) => {
    const report = await verify(setUp(given), given.region);

    expect(open(report).map(({ step, group, verdict, cause }) => `${group ?? step} ${verdict} ${cause}`)).toEqual(
      expected,
    );
    if (says)
      expect(
        open(report)
          .map(({ message }) => message)
          .join('\n'),
      ).toMatch(says);
    for (const { verdict, remediation } of open(report))
      if (verdict !== 'SKIPPED') expect(remediation).toMatch(/\w{3}.*\.$/);
    const actions = report.suggestedPolicy === null ? null : allowedIn(report.suggestedPolicy);
    expect(actions).toEqual(suggested);
  });

  it('is the same for a session in a role, which has no MFA, and says so', async () => {
    const which = suffix(++accounts);
    const externalId = `gateway-${which}`;
    const role = new AwsAccessRole(
      `arn:aws:iam::${sandboxAccountId(which)}:role/access-role-${externalId}`,
      externalId,
    );
    gateway.aws.setRolePolicies(`AKIASANDBOXWORKS${which}`, `access-role-${externalId}`, [
      document([all, deny('ec2:CreateVpc', { Bool: { 'aws:MultiFactorAuthPresent': 'false' } })]),
      document([denyAllBut(exempt, { StringNotEquals: { 'aws:RequestedRegion': 'eu-west-1' } })]),
    ]);
    gateway.aws.forgetCalls();

    const { report } = await gateway
      .get(AwsVerification)
      .verify(role, 'eu-west-1', { consoleRoleName: 'console-role' });

    expect(open(report).map(({ group, cause }) => [group, cause])).toEqual([['CREATE', 'EXPLICIT_DENY']]);
    expect(gateway.aws.calls().length).toBeLessThanOrEqual(12);
  });

  describe('of an account that is created:', () => {
    const createAccountMutation = `mutation ($input: CreateCloudAccountInput!) {
      createCloudAccount(input: $input) { cloudAccount { id status } userErrors { code
        ... on MissingPermissionsError { report { suggestedPolicy checks { group verdict cause message } } } } }
    }`;
    const create = async (which: string) =>
      (await gateway.ask(createAccountMutation, { input: newAccount(which) })).createCloudAccount;

    it('a region guardrail with its own region does not matter', async () => {
      const guardrail = denyAllBut(exempt, { StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' } });
      expect(await create(setUp({ policies: [all, guardrail] }))).toMatchObject({
        cloudAccount: { status: 'ACTIVE' },
        userErrors: [],
      });
    });

    it('an action that is allowed in its region only is allowed', async () => {
      const policies = [
        allowAllBut('ec2:CreateVpc'),
        allow('ec2:CreateVpc', { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }),
      ];
      expect(await create(setUp({ policies }))).toMatchObject({ cloudAccount: { status: 'ACTIVE' }, userErrors: [] });
    });

    it('a denial of one kind of resource refuses it, and no policy is suggested', async () => {
      const which = setUp({ policies: [all, deny('ec2:TerminateInstances', undefined, arn('instance'))] });
      const { cloudAccount, userErrors } = await create(which);

      expect(cloudAccount).toBeNull();
      expect(userErrors).toMatchObject([{ code: 'MISSING_PERMISSIONS', report: { suggestedPolicy: null } }]);
      expect(userErrors[0].report.checks).toContainEqual({
        group: 'DELETE_OURS',
        verdict: 'FAILED',
        cause: 'EXPLICIT_DENY',
        message: expect.stringMatching(/^A Deny statement in \S+ denies ec2:TerminateInstances \(instance\)\.$/),
      });
      await expect(createAccount({ which })).rejects.toThrow(/MISSING_PERMISSIONS/);
    });
  });
});

const allowedIn = (policy: string) => {
  const { Statement } = JSON.parse(policy) as { Statement: { Effect: string; Action: string[] }[] };
  return [...new Set(Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action))];
};
