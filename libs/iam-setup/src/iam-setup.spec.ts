import { execFileSync, spawnSync } from 'node:child_process';
import { parse as parseHcl } from '@cdktn/hcl2json';
import { InvalidInput } from '#libs/kernel';
import fc from 'fast-check';
import { parse as parseYaml } from 'yaml';
import { cloudFormationSetup, cloudFormationTemplate, longestTemplateBody, toYaml } from './methods/cloud-formation.js';
import { iamEntities } from './iam-entities.js';
import {
  faultInParameter,
  iamSetupOf,
  parameters,
  partitionNames,
  pascalCase,
  snakeCase,
  switches,
  type IamSetupRequest,
  type IamSetupSettings,
} from './iam-setup.js';
import { manualSteps } from './methods/manual.js';
import { provisionedResourcesWarning } from './provisioned-resources.js';
import { longestValues } from './permission-manifest.js';
import { fillIn, iamLimits, sizeOf } from './policies.js';
import { iamSetupMethods } from './iam-setup.service.js';
import { faultInTags, mostTags, type Tag } from './tags.js';
import { terraformDefaults, terraformSetup } from './methods/terraform.js';
import { entitiesOfModule, entitiesOfSteps, entitiesOfTemplate, taggedByCommands } from './testing/printed-entities.js';

const settings: IamSetupSettings = {
  vendorName: 'acme',
  vendorAccountId: '111111111111',
  tagKey: 'managed-by',
  gatewayIdentityArn: 'arn:aws:iam::111111111111:role/gateway',
  templateUrl: null,
};
const awsAccountId = '222222222222';
const setupOf = (request: IamSetupRequest = {}, more: Partial<IamSetupSettings> = {}) =>
  iamSetupOf({ ...settings, ...more }, { awsAccountId, ...request }, 'gateway-0123456789');

/** Words of each command, as a POSIX shell splits them. */
function words(commands: string): string[][] {
  const script = `aws() { printf 'aws\\0'; printf '%s\\0' "$@"; printf '\\n\\0'; }\n${commands}`;
  const printed = execFileSync('/bin/sh', ['-c', script], { env: {}, stdio: 'pipe' }).toString().split('\0');
  return printed
    .join('\0')
    .split('\0\n\0')
    .filter(Boolean)
    .map((line) => line.split('\0'));
}

/** Words of the commands that add tags, with `arns` as the policies of the stack. */
function tagging(commands: string, arns: readonly string[]): string[][] {
  const aws = `aws() { case $2 in
    describe-stack-resources) printf '%s ' "$@" | grep -q 'AWS::IAM::ManagedPolicy' && printf '%s\\t' ${arns.join(' ')} ;;
    tag-*) { printf 'aws\\0'; printf '%s\\0' "$@"; printf '\\n\\0'; } >&3 ;;
  esac; }`;
  const script = `exec 3>&1 >/dev/null\n${aws}\n${commands}`;
  const printed = execFileSync('/bin/sh', ['-c', script], { stdio: 'pipe' }).toString();
  return printed
    .split('\0\n\0')
    .filter(Boolean)
    .map((line) => line.split('\0'));
}

/** Entities of each method for the same setup. */
async function byAllMethods(request: IamSetupRequest, more: Partial<IamSetupSettings> = {}) {
  const setup = setupOf(request, more);
  const at = { partition: setup.partition, urlSuffix: setup.values.urlSuffix, accountId: awsAccountId };
  const { template, parameters: given, command } = cloudFormationSetup({ ...settings, ...more }, setup);
  const made = entitiesOfTemplate(template, Object.fromEntries(given.map(({ name, value }) => [name, value])), at);
  const policies = made.filter(({ kind }) => kind === 'policy').map(({ name }) => `arn:aws:iam::0:policy/${name}`);
  return {
    cloudFormation: taggedByCommands(made, tagging(command, policies)),
    terraform: await entitiesOfModule(terraformSetup(setup), at),
    manual: entitiesOfSteps(manualSteps(setup), words),
  };
}

const nasty: IamSetupRequest = {
  path: "/=,.@_-+/team!a:b/#%&'()<>;[]^`{|}~/no/",
  userName: '=0,=@+._-',
  nodeRoleName: 'no',
  consoleRoleName: '1e3',
  accessRoleName: '1.30=a,b',
  permissionsBoundaryArn: 'arn:aws:iam::222222222222:policy/=,.@_-+/team!a:b/{x}/-x',
};

const oddTags: Tag[] = [
  { key: '__proto__', value: 'no' },
  { key: '1:30', value: '=@+-_./:' },
  { key: 'équipe 月', value: '' },
  { key: '-x', value: ' 0x1f ' },
  { key: '12', value: 'null' },
];

describe('the IAM setup', () => {
  it.each([
    ['as it is by default', {}, {}],
    ['with everything', { allowAccessKeyRotation: true, createAccessRole: true }, {}],
    ['with nothing that can be left out', { createAccessKey: false }, {}],
    [
      'with a permissions boundary and a path',
      { permissionsBoundaryArn: 'arn:aws:iam::222222222222:policy/limits', path: '/vendors/acme/' },
      {},
    ],
    ['in China', { region: 'cn-north-1' }, {}],
    [
      'in GovCloud',
      { region: 'us-gov-west-1', createAccessRole: true },
      { gatewayIdentityArn: 'arn:aws-us-gov:iam::111111111111:user/gateway' },
    ],
    [
      'with names that look like something else',
      { ...nasty, createAccessRole: true, tags: oddTags },
      { vendorName: 'on', tagKey: '1:30=+/@_.-' },
    ],
    ['for another vendor account', { vendorAccountId: '000000000012' }, {}],
  ] as [string, IamSetupRequest, Partial<IamSetupSettings>][])(
    'creates the same entities with all three methods %s',
    async (_, request, more) => {
      const { cloudFormation, terraform, manual } = await byAllMethods(request, more);

      expect(cloudFormation.length).toBeGreaterThan(6);
      expect(terraform).toEqual(cloudFormation);
      expect(manual).toEqual(cloudFormation);
    },
  );

  it('creates the same entities with all three methods for all valid values', async () => {
    const text = (name: keyof typeof parameters) =>
      fc
        .stringMatching(new RegExp(`^(?:${parameters[name].pattern})$`))
        .filter((value) => value.length <= parameters[name].longest);
    const ofTags = fc.string({ unit: fc.constantFrom(...'aZ09 _.:/=+-@é月ß١'), maxLength: 12 });
    const request = fc.record({
      path: text('path'),
      userName: text('userName'),
      nodeRoleName: text('nodeRoleName').map((name) => `n${name}`.slice(0, 64)),
      consoleRoleName: text('consoleRoleName').map((name) => `c${name}`.slice(0, 64)),
      accessRoleName: text('accessRoleName').map((name) => `a${name}`.slice(0, 64)),
      allowAccessKeyRotation: fc.boolean(),
      createAccessKey: fc.boolean(),
      createAccessRole: fc.boolean(),
      tags: fc.array(fc.record({ key: ofTags, value: ofTags }), { maxLength: 5 }).filter((tags) => !faultInTags(tags)),
    });
    await fc.assert(
      fc.asyncProperty(request, text('vendorName'), text('tagKey'), async (chosen, vendorName, tagKey) => {
        const { cloudFormation, terraform, manual } = await byAllMethods(chosen, { vendorName, tagKey });
        expect(terraform).toEqual(cloudFormation);
        expect(manual).toEqual(cloudFormation);
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it('creates what is documented', async () => {
    const { cloudFormation } = await byAllMethods({ createAccessRole: true, allowAccessKeyRotation: true });
    const listed = cloudFormation.map(({ kind, name, policies = [], role }) =>
      [kind, name, ...policies, ...(role ? [role] : [])].join(' '),
    );

    expect(listed).toEqual([
      'access key acme-user',
      'instance profile acme-cluster-node-role acme-cluster-node-role',
      'policy acme-access-key-rotation',
      'policy acme-instance',
      'policy acme-provisioning-1',
      'policy acme-provisioning-2',
      'policy acme-self',
      'role acme-access-role acme-provisioning-1 acme-provisioning-2',
      'role acme-cluster-node-role acme-instance',
      'role acme-console-role acme-provisioning-1 acme-provisioning-2',
      'user acme-user acme-access-key-rotation acme-provisioning-1 acme-provisioning-2 acme-self',
    ]);
  });

  it.each(['us-east-1', 'cn-north-1', 'us-gov-west-1', 'eusc-de-east-1'])(
    'trusts the right principals, and names the partition, in %s',
    async (region) => {
      const partition = setupOf({ region }).partition;
      const { manual } = await byAllMethods(
        { region, createAccessRole: true },
        { gatewayIdentityArn: `arn:${partition}:iam::111111111111:role/gateway` },
      );
      const trustOf = (name: string) =>
        manual.find((entity) => entity.name === name && entity.kind === 'role')!.document!.Statement;

      expect(trustOf('acme-cluster-node-role')).toEqual([
        { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: ['sts:AssumeRole'] },
      ]);
      // The AWS console cannot switch to a role that requires an external ID.
      expect(trustOf('acme-console-role')).toEqual([
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:${partition}:iam::111111111111:root` },
          Action: ['sts:AssumeRole'],
          Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
        },
      ]);
      // A program has no MFA.
      expect(trustOf('acme-access-role')).toEqual([
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:${partition}:iam::111111111111:role/gateway` },
          Action: ['sts:AssumeRole'],
          Condition: { StringEquals: { 'sts:ExternalId': 'gateway-0123456789' } },
        },
      ]);
      const arns = JSON.stringify(manual).match(/arn:[a-z-]*:/g)!;
      expect(new Set(arns)).toEqual(new Set([`arn:${partition}:`]));
    },
  );

  it('keeps trust policies within the limit of AWS for all values', () => {
    const roles = iamEntities.flatMap((entity) => (entity.kind === 'role' ? [entity] : []));

    expect(roles).toHaveLength(3);
    for (const { trust } of roles)
      expect(sizeOf(fillIn(trust, longestValues))).toBeLessThanOrEqual(iamLimits.trustPolicy);
  });
});

describe('a setup request', () => {
  const faultsOf = (request: IamSetupRequest, more: Partial<IamSetupSettings> = {}) => {
    try {
      setupOf(request, more);
    } catch (error) {
      if (error instanceof InvalidInput) return error.faults.map(({ path, message }) => `${path?.at(-1)}: ${message}`);
      throw error;
    }
    return [];
  };

  it('needs nothing except what the operator has not set', () => {
    expect(faultsOf({})).toEqual([]);
    expect(faultsOf({}, { vendorAccountId: null })).toEqual([
      expect.stringMatching(/^vendorAccountId: .*VENDOR_AWS_ACCOUNT_ID/),
    ]);
    expect(faultsOf({ vendorAccountId: '111111111111' }, { vendorAccountId: null })).toEqual([]);
  });

  it('is refused with all its problems, and without its values', () => {
    const wrong = {
      region: 'nowhere-1',
      awsAccountId: '12x',
      vendorAccountId: '1',
      path: 'vendors',
      permissionsBoundaryArn: 'boundary',
      userName: "x'; rm -rf /",
      nodeRoleName: '${evil}',
      consoleRoleName: 'a"b',
      accessRoleName: '-x',
      createAccessRole: true,
    };
    const faults = faultsOf(wrong, { gatewayIdentityArn: null });

    expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual(Object.keys(wrong).sort());
    for (const fault of faults) expect(fault).toMatch(/^\w+: [A-Z].*\.$/);
    for (const sent of ['nowhere', '12x', 'evil', 'rm -rf', 'a"b']) expect(faults.join()).not.toContain(sent);
  });

  it('is refused when two roles have the same name', () => {
    expect(faultsOf({ consoleRoleName: 'Same', nodeRoleName: 'same' })).toEqual([
      expect.stringMatching(/^consoleRoleName: .* unique name/),
    ]);
  });

  it('is refused when a boundary or the gateway is in another partition', () => {
    const elsewhere = {
      region: 'cn-north-1',
      createAccessRole: true,
      permissionsBoundaryArn: 'arn:aws:iam::222222222222:policy/x',
    };
    expect(faultsOf(elsewhere).map((fault) => fault.split(':')[0])).toEqual([
      'permissionsBoundaryArn',
      'createAccessRole',
    ]);
  });

  const [own, other, boundary] = ['222222222222', '333333333333', 'arn:aws:iam::222222222222:policy/x'];
  it.each([
    ['of the account', { permissionsBoundaryArn: boundary }, []],
    ['that AWS manages', { permissionsBoundaryArn: 'arn:aws:iam::aws:policy/PowerUserAccess' }, []],
    ['of another account', { permissionsBoundaryArn: `arn:aws:iam::${other}:policy/x` }, ['permissionsBoundaryArn']],
    ['of no known account', { awsAccountId: null, permissionsBoundaryArn: `arn:aws:iam::${other}:policy/x` }, []],
    ['of another account than is expected', { awsAccountId: null, expectedAwsAccountId: other, permissionsBoundaryArn: boundary }, ['permissionsBoundaryArn']], // prettier-ignore
    ['of another partition', { permissionsBoundaryArn: boundary.replace('aws', 'aws-cn') }, ['permissionsBoundaryArn']],
    ['that AWS manages in another partition', { region: 'cn-north-1', permissionsBoundaryArn: 'arn:aws:iam::aws:policy/PowerUserAccess' }, ['permissionsBoundaryArn']], // prettier-ignore
    ['absent, with two accounts', { expectedAwsAccountId: other }, ['expectedAwsAccountId']],
    ['absent, with one account', { expectedAwsAccountId: own }, []],
    ['absent, with an expected account that is none', { expectedAwsAccountId: '2', awsAccountId: '2' }, ['awsAccountId', 'expectedAwsAccountId']], // prettier-ignore
  ] as [string, IamSetupRequest, string[]][])('with a boundary %s', (_, request, fields) => {
    expect(
      faultsOf(request)
        .map((fault) => fault.split(':')[0])
        .sort(),
    ).toEqual(fields);
  });

  it.each(Object.keys(parameters) as (keyof typeof parameters)[])(
    'can have %s of the maximum length, but not one more character',
    (name) => {
      const fill: Partial<Record<string, string>> = {
        path: `/${'p'.repeat(126)}/`,
        vendorAccountId: '1'.repeat(12),
        expectedAwsAccountId: '1'.repeat(12),
        permissionsBoundaryArn: `arn:aws-us-gov:iam::222222222222:policy/${'p'.repeat(510)}/${'x'.repeat(128)}`,
        gatewayIdentityArn: `arn:aws-us-gov:iam::222222222222:role/${'p'.repeat(510)}/${'x'.repeat(64)}`,
      };
      const { longest } = parameters[name];
      const value = fill[name] ?? 'x'.repeat(longest);
      expect(value).toHaveLength(longest);
      expect(faultInParameter(name, value)).toBeNull();
      expect(faultInParameter(name, `${value}${name === 'path' ? '/' : '1'}`)).toMatch(/must have at most/);
    },
  );

  it.each(Object.keys(parameters) as (keyof typeof parameters)[])(
    'can have no character in %s that would break a document, and in names none with a meaning for a shell',
    (name) => {
      // Paths can have all characters of IAM: they are quoted for shell, YAML and HCL.
      const mayHavePath = ['path', 'permissionsBoundaryArn', 'gatewayIdentityArn'].includes(name);
      const always = ['"', '\\', '$', '*', '?', '\n', '\r', '\0', ' ', '\t', '\u2028', 'é'];
      const inNames = [`'`, '`', '{', '}', '%', '&', '|', ';', '<', '>', '#', '!', '~'];
      // One additional character anywhere in a valid value.
      for (const bad of mayHavePath ? always : [...always, ...inNames]) {
        for (const good of [
          'abc',
          '111111111111',
          '/abc/',
          'arn:aws:iam::111111111111:role/abc',
          'arn:aws:iam::111111111111:policy/abc',
        ]) {
          for (const place of [0, 2, good.length]) {
            expect(faultInParameter(name, good.slice(0, place) + bad + good.slice(place))).not.toBeNull();
          }
        }
      }
    },
  );
});

describe('tags', () => {
  const tags: Tag[] = [
    { key: 'CostCenter', value: '4711' },
    { key: 'Team', value: 'orders and payments' },
  ];
  const all = { tags, createAccessRole: true, allowAccessKeyRotation: true };
  const pairs = tags.map(({ key, value }) => [key, value]);

  it('are on everything that IAM can tag, with each method', async () => {
    for (const entities of Object.values(await byAllMethods(all))) {
      expect(entities).toHaveLength(11);
      for (const entity of entities) expect(entity.tags).toEqual(entity.kind === 'access key' ? undefined : pairs);
    }
  });

  // Same as in cfn-lint: AWS::IAM::ManagedPolicy, InstanceProfile and AccessKey have no property Tags.
  it('are in the template where CloudFormation supports them, and on the stored secret', () => {
    const { Resources }: any = cloudFormationTemplate(settings, tags);
    const tagged = Object.entries<any>(Resources).filter(([, { Properties }]) => Properties.Tags);
    expect(tagged.map(([id]) => id).sort()).toEqual([
      'AccessKeySecret',
      'AccessRole',
      'ConsoleRole',
      'NodeRole',
      'User',
    ]);
    expect(Resources.AccessKeySecret.Properties.Tags).toEqual(
      tags.map(({ key: Key, value: Value }) => ({ Key, Value })),
    );
  });

  it('do not change the published template when there are none', () => {
    expect(toYaml(cloudFormationTemplate(settings, []))).toBe(toYaml(cloudFormationTemplate(settings)));
    expect(toYaml(cloudFormationTemplate(settings))).not.toContain('Tags:');
    expect(cloudFormationSetup(settings, setupOf()).command).not.toContain('tag');
  });

  it('have no quick-create link, because the published template has none', () => {
    const published = { ...settings, templateUrl: 'https://acme.s3.amazonaws.com/iam.yaml' };
    expect(cloudFormationSetup(published, setupOf({ tags }))).toMatchObject({
      quickCreateUrl: null,
      quickCreateUnavailableReason: expect.stringContaining('does not contain your tags'),
    });
  });

  it('are named in each manual step that can have them', () => {
    const steps = manualSteps(setupOf(all)).filter(({ instruction }) => /Create (policy|role|user),/.test(instruction));
    expect(steps.length).toBeGreaterThan(7);
    for (const { instruction } of steps)
      expect(instruction).toContain('Add the tags "CostCenter" = "4711", "Team" = "orders and payments".');
  });

  it.each([
    ['"', 'x'],
    ['x', "it's"],
    ['${AWS::Region}', ''],
    ['x', '%{if true}'],
    ['x', '\\'],
    ['x', '$(reboot)'],
    ['x', 'a\nb'],
    ['x', 'a,b'],
    ['aws:x', ''],
    ['x', 'AWS:x'],
    ['managed-by', 'x'],
    ['Managed-By-Subscription', 'x'],
  ])('are refused with the key %j and the value %j', (key, value) => {
    expect(() => setupOf({ tags: [{ key, value }] })).toThrow(InvalidInput);
  });

  it('are refused when the template would exceed the limit of AWS', () => {
    const many = Array.from({ length: mostTags }, (_, i) => ({ key: `key-${i}`, value: 'v'.repeat(256) }));
    const methods = (given: Tag[]) => iamSetupMethods(settings, { awsAccountId, tags: given }, null);
    const few = many.map(({ key }) => ({ key, value: 'short' }));
    expect(Buffer.byteLength(methods(few).cloudFormation.template)).toBeLessThanOrEqual(longestTemplateBody);
    expect(() => methods(many)).toThrow(InvalidInput);
  });

  it('have the same rules in the module', async () => {
    const file = terraformSetup(setupOf({ tags })).find(({ name }) => name === 'variables.tf')!.content;
    const { variable } = (await parseHcl('variables.tf', file)) as any;
    const { condition } = variable.tags[0].validation[0];
    expect(condition).toContain(`length(var.tags) <= ${mostTags}`);
    for (const sign of ['lower(key)', '<= 128', '<= 256', 'aws:', '\\\\p{L}']) expect(condition).toContain(sign);
  });
});

describe('the CloudFormation template', () => {
  const template: any = cloudFormationTemplate(settings);
  const yaml = toYaml(template);

  it('reads the same as YAML 1.1, as YAML 1.2 and as JSON, also with values that look like another type', () => {
    for (const odd of [
      settings,
      { ...settings, vendorName: 'no', tagKey: '1:30' },
      { ...settings, vendorName: 'y', tagKey: '0x1f' },
      { ...settings, tagKey: '1e3' },
      { ...settings, tagKey: '=' },
      { ...settings, tagKey: '2026-01-01' },
    ]) {
      const made = cloudFormationTemplate(odd);
      for (const version of ['1.1', '1.2'] as const) expect(parseYaml(toYaml(made), { version })).toEqual(made);
    }
    const tagged = cloudFormationTemplate(settings, oddTags);
    for (const version of ['1.1', '1.2'] as const) expect(parseYaml(toYaml(tagged), { version })).toEqual(tagged);
  });

  it('can be sent by value', () => {
    const longest = {
      ...settings,
      vendorName: longestValues.vendorName,
      tagKey: longestValues.tagKey,
      gatewayIdentityArn: settings.gatewayIdentityArn!.padEnd(512, 'x'),
    };
    expect(Buffer.byteLength(toYaml(cloudFormationTemplate(longest)))).toBeLessThanOrEqual(longestTemplateBody);
  });

  // Rules of CloudFormation for templates that ours could violate.
  it('refers only to what exists, and uses all its parameters', () => {
    const known = new Set([
      ...Object.keys(template.Parameters),
      ...Object.keys(template.Resources),
      'AWS::Partition',
      'AWS::URLSuffix',
      'AWS::AccountId',
      'AWS::Region',
      'AWS::NoValue',
      'Console',
    ]);
    const text = JSON.stringify([template.Resources, template.Outputs, template.Conditions, template.Rules]);
    const used = [
      ...[...text.matchAll(/"Ref":"([^"]+)"/g)].map(([, name]) => name!),
      ...[...text.matchAll(/"Fn::GetAtt":\["([^"]+)"/g)].map(([, name]) => name!),
      ...[...text.matchAll(/\$\{([^!}]+)\}/g)].map(([, name]) => name!),
    ];

    expect(used.length).toBeGreaterThan(50);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
    expect(Object.keys(template.Parameters).filter((name) => !used.includes(name))).toEqual([]);
    const conditions = [...text.matchAll(/"Condition":"([^"]+)"/g), ...text.matchAll(/"Fn::If":\["([^"]+)"/g)].map(
      ([, name]) => name!,
    );
    expect([...new Set(conditions)].sort()).toEqual(Object.keys(template.Conditions).sort());
  });

  it('uses names and lengths that CloudFormation allows', () => {
    const ids = ['Parameters', 'Resources', 'Outputs', 'Conditions', 'Rules', 'Mappings'].flatMap((section) =>
      Object.keys(template[section]),
    );

    expect(ids.filter((id) => !/^[A-Za-z0-9]{1,255}$/.test(id))).toEqual([]);
    expect(Object.keys(template.Parameters).filter((id) => id in template.Resources)).toEqual([]);
    expect(Object.keys(template.Parameters).length).toBeLessThanOrEqual(200);
    for (const { Description } of Object.values<any>(template.Parameters))
      expect(Description.length).toBeLessThanOrEqual(4000);
    for (const { Type, Properties } of Object.values<any>(template.Resources)) {
      if (Type !== 'AWS::IAM::AccessKey') expect(Properties.Description?.length ?? 0).toBeLessThanOrEqual(1000);
    }
    expect(
      Object.values<any>(template.Resources)
        .map(({ Type }) => Type)
        .filter(
          (type) =>
            !/^AWS::(IAM::(ManagedPolicy|Role|User|InstanceProfile|AccessKey)|SecretsManager::Secret)$/.test(type),
        ),
    ).toEqual([]);
  });

  it('has outputs with the labels of the form, and shows only where to find the secret', () => {
    expect(template.Outputs).toMatchObject({
      AwsAccessKeyId: { Condition: 'CreateAccessKeyWanted', Description: 'AWS_ACCESS_KEY_ID' },
      AwsSecretAccessKey: {
        Condition: 'CreateAccessKeyWanted',
        Description: expect.stringMatching(/^AWS_SECRET_ACCESS_KEY: link/),
      },
      IamRoleName: { Description: 'IAM Role Name', Value: { Ref: 'ConsoleRole' } },
    });
    expect(JSON.stringify(template.Outputs)).not.toContain('SecretAccessKey"]');
    expect(yaml.match(/SecretAccessKey\b/g)).toHaveLength(2); // the name of the output, and the value in Secrets Manager
    expect(template.Resources.AccessKeySecret.Properties.SecretString).toEqual({
      'Fn::GetAtt': ['AccessKey', 'SecretAccessKey'],
    });
  });

  it('knows the address of the console in every partition', () => {
    expect(Object.keys(template.Mappings.Partitions)).toEqual(Object.keys(partitionNames));
  });

  it('is the same for every customer, with the settings of the operator', () => {
    const { template: one } = cloudFormationSetup(settings, setupOf(nasty));
    expect(one).toBe(cloudFormationSetup(settings, setupOf({ region: 'cn-north-1', createAccessKey: false })).template);
    expect(template.Parameters).toMatchObject({
      VendorName: { Default: 'acme' },
      VendorAccountId: { Default: '111111111111' },
      TagKey: { Default: 'managed-by' },
    });
    expect(
      (cloudFormationTemplate({ ...settings, vendorAccountId: null }) as any).Parameters.VendorAccountId,
    ).not.toHaveProperty('Default');
    for (const { NoEcho } of Object.values<any>(template.Parameters)) expect(NoEcho).toBeUndefined(); // could not be filled in by a link
  });

  it('has a quick-create link if the operator has published it, and otherwise the reason', () => {
    const linked = (templateUrl: string | null, request: IamSetupRequest = {}) =>
      cloudFormationSetup({ ...settings, templateUrl }, setupOf(request));
    const s3 = 'https://acme.s3.amazonaws.com/iam-{version}.yaml';

    expect(linked(null)).toMatchObject({
      quickCreateUrl: null,
      quickCreateUnavailableReason: expect.stringContaining('IAM_TEMPLATE_URL'),
    });
    expect(linked(s3, { region: 'cn-north-1' })).toMatchObject({
      quickCreateUrl: null,
      quickCreateUnavailableReason: expect.stringContaining('partition'),
    });
    const {
      quickCreateUrl,
      quickCreateUnavailableReason,
      parameters: given,
    } = linked(s3, { ...nasty, region: 'eu-west-1' });
    expect(quickCreateUnavailableReason).toBeNull();
    const [page, query] = quickCreateUrl!.split('#/stacks/create/review?');
    expect(page).toBe('https://console.aws.amazon.com/cloudformation/home?region=eu-west-1');
    expect(query).not.toMatch(/[+\s'"]/);
    expect(Object.fromEntries(new URLSearchParams(query))).toEqual({
      templateURL: 'https://acme.s3.amazonaws.com/iam-1.yaml',
      stackName: 'acme-iam',
      ...Object.fromEntries(given.map(({ name, value }) => [`param_${name}`, value])),
    });
  });

  it('has a command that a shell reads as intended', () => {
    const { command, parameters: given } = cloudFormationSetup(settings, setupOf({ ...nasty, region: 'eu-west-1' }));
    const [create, wait, describeStacks, secret] = words(command);

    expect(create!.slice(0, 11)).toEqual([
      'aws',
      'cloudformation',
      'create-stack',
      '--region',
      'eu-west-1',
      '--stack-name',
      'acme-iam',
      '--capabilities',
      'CAPABILITY_NAMED_IAM',
      '--template-body',
      'file://template.yaml',
    ]);
    expect(JSON.parse(create!.at(-1)!)).toEqual(
      given.map(({ name, value }) => ({ ParameterKey: name, ParameterValue: value })),
    );
    expect([wait!.at(2), describeStacks!.at(2)]).toEqual(['wait', 'describe-stacks']);
    expect(secret!.slice(0, 9)).toEqual(
      'aws secretsmanager get-secret-value --query SecretString --output text --region eu-west-1'.split(' '),
    );
    // The shell inserts the output of another command, which reads this output of the stack.
    expect(secret!.at(-1)).toContain("OutputKey=='AwsSecretAccessKeyArn'");
    expect(cloudFormationSetup(settings, setupOf({ createAccessKey: false })).command).not.toContain('secretsmanager');
  });

  it('refuses every account except the expected one', () => {
    expect(template.Rules.AccountIsExpected).toMatchObject({
      RuleCondition: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'ExpectedAwsAccountId' }, ''] }] },
      Assertions: [{ Assert: { 'Fn::Equals': [{ Ref: 'ExpectedAwsAccountId' }, { Ref: 'AWS::AccountId' }] } }],
    });
    const valueOf = (request: IamSetupRequest) =>
      cloudFormationSetup(settings, setupOf(request)).parameters.find(({ name }) => name === 'ExpectedAwsAccountId');
    expect(valueOf({ expectedAwsAccountId: awsAccountId })).toMatchObject({ value: awsAccountId });
    expect(valueOf({})).toMatchObject({ value: '' });
  });
});

describe('the Terraform module', () => {
  const files = terraformSetup(setupOf({ createAccessRole: true }));
  const file = (name: string) => files.find((it) => it.name === name)!.content;

  it.each(['main.tf', 'variables.tf', 'outputs.tf'])('has a %s that Terraform can read', async (name) => {
    expect(Object.keys(await parseHcl(name, file(name))).length).toBeGreaterThan(0);
  });

  it('has values in terraform.tfvars.json only', () => {
    const code = (of: typeof files) => of.filter(({ name }) => name !== 'terraform.tfvars.json');
    expect(code(terraformSetup(setupOf({ ...nasty, region: 'eu-west-1' })))).toEqual(code(files));
    expect(code(terraformDefaults({ ...settings, vendorName: 'another' }))).toEqual(code(files));
  });

  it('declares what it uses, uses what it declares, and gets all values', async () => {
    const declared = Object.keys((await parseHcl('variables.tf', file('variables.tf')))['variable'] as object);
    const used = [...`${file('main.tf')}${file('outputs.tf')}`.matchAll(/\bvar\.(\w+)/g)].map(([, name]) => name!);

    expect([...new Set(used)].sort()).toEqual([...declared].sort());
    expect(declared.sort()).toEqual(
      ['tags', ...Object.keys(parameters), ...Object.keys(switches)].map(snakeCase).sort(),
    );
    const addresses = [...`${file('main.tf')}${file('outputs.tf')}`.matchAll(/\b(aws_iam_\w+)\.(\w+)/g)];
    for (const [, type, id] of addresses) expect(file('main.tf')).toContain(`resource "${type}" "${id}"`);
    expect(addresses.length).toBeGreaterThan(20);
  });

  it('accepts the same values as the template', async () => {
    const { variable } = (await parseHcl('variables.tf', file('variables.tf'))) as any;
    const { Parameters }: any = cloudFormationTemplate(settings);
    for (const [name, { pattern, longest }] of Object.entries(parameters)) {
      const [{ condition }] = variable[snakeCase(name)][0].validation;
      const inHcl = JSON.parse(/regex\(("(?:[^"\\]|\\.)*")/.exec(condition)![1]!).replaceAll('$${', '${');
      expect(inHcl).toBe(`^${pattern}$`);
      expect(condition).toContain(`<= ${longest} `);
      expect(Parameters[pascalCase(name)].AllowedPattern.replace(/^\^\((.*)\)\?\$$/, '^$1$')).toBe(`^${pattern}$`);
      expect(Parameters[pascalCase(name)].MaxLength).toBe(longest);
    }
  });

  it('has outputs with the labels of the form, and marks the secret as sensitive', async () => {
    const { output } = (await parseHcl('outputs.tf', file('outputs.tf'))) as any;

    expect(output.aws_access_key_id[0].description).toBe('AWS_ACCESS_KEY_ID');
    expect(output.aws_secret_access_key[0]).toMatchObject({
      sensitive: true,
      description: expect.stringMatching(/^AWS_SECRET_ACCESS_KEY\..*state/),
    });
    expect(output.iam_role_name[0].description).toBe('IAM Role Name');
    expect(file('README.md')).toMatch(/stores the secret access key in its state/);
  });

  it('stops in every account except the expected one, before it creates anything', async () => {
    const { data } = (await parseHcl('main.tf', file('main.tf'))) as any;
    expect(data.aws_caller_identity.current[0].lifecycle[0].postcondition[0].condition).toBe(
      '${var.expected_aws_account_id == "" || self.account_id == var.expected_aws_account_id}',
    );
    const given = terraformSetup(setupOf({ expectedAwsAccountId: awsAccountId })).at(-1)!.content;
    expect(JSON.parse(given)).toMatchObject({ expected_aws_account_id: awsAccountId });
  });

  it('asks for what the operator has not set', async () => {
    const given = JSON.parse(
      terraformDefaults({ ...settings, vendorAccountId: null }).find(({ name }) => name === 'terraform.tfvars.json')!
        .content,
    );
    expect(given).not.toHaveProperty('vendor_account_id');
    expect(given).toMatchObject({ vendor_name: 'acme', tag_key: 'managed-by', create_access_role: false });
  });
});

describe('the manual steps', () => {
  const steps = manualSteps(setupOf({ createAccessRole: true, path: '/vendors/' }));

  it('are numbered in an order in which they can be done', () => {
    expect(steps.map(({ number }) => number)).toEqual(steps.map((_, i) => i + 1));
    // Whatever a command attaches or adds was created before. Otherwise the parser of the commands fails.
    expect(() => entitiesOfSteps(steps, words)).not.toThrow();
  });

  it.each([
    [awsAccountId, ''],
    ['333333333333', 'Stop: these are credentials of another AWS account.\n'],
  ])('begin with the account: with credentials of %s the command prints %j', (actual, said) => {
    const script = `aws() { echo ${actual}; }\n${steps[0]!.command}`;
    expect(spawnSync('/bin/sh', ['-c', script], { env: {} }).stderr.toString()).toBe(said);
    expect(steps[0]!.instruction).toContain(awsAccountId);
  });

  it('explain what their commands do', () => {
    for (const { title, instruction, name, document, command } of steps) {
      const [[, , , ...first] = []] = words(command);
      if (name && !title.startsWith('Instance')) {
        expect(instruction).toContain(`Name it ${name}.`);
        expect(instruction).toContain('/vendors/');
      }
      if (document) expect(first.map((word) => word.replace(/\s/g, ''))).toContain(document.replace(/\s/g, ''));
      for (const attached of words(command).filter(([, , verb]) => verb!.startsWith('attach'))) {
        expect(instruction).toContain(attached.at(-1)!.split('/').at(-1));
      }
    }
  });
});

it('warns against changes of provisioned resources, in every method', () => {
  const setup = setupOf();
  const files = terraformSetup(setup);
  for (const text of [
    parseYaml(cloudFormationSetup(settings, setup).template).Description,
    files.find(({ name }) => name === 'README.md')!.content,
    files.find(({ name }) => name === 'main.tf')!.content,
    manualSteps(setup)[0]!.instruction,
  ])
    expect(text).toContain(provisionedResourcesWarning);
});
