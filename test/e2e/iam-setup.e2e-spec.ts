import { strFromU8, unzipSync } from 'fflate';
import { parse } from 'yaml';
import { Gateway } from '../support/gateway.js';
import { stepsWith } from '../support/steps.js';

const iamSetup = `query ($input: IamSetupInput) { iamSetup(input: $input) {
  manifestVersion externalId provisionedResourcesWarning
  cloudFormation { template parameters { name value } quickCreateUrl quickCreateUnavailableReason command }
  terraform { files { name content } command }
  manual { steps { number title instruction name document command } unavailableReason }
} }`;

const operator = {
  VENDOR_NAME: 'acme',
  VENDOR_AWS_ACCOUNT_ID: '111111111111',
  VENDOR_TAG_KEY: 'acme-identifier',
  GATEWAY_IDENTITY_ARN: 'arn:aws:iam::111111111111:role/gateway',
  IAM_TEMPLATE_URL: 'https://acme.s3.amazonaws.com/iam-{version}.yaml',
};

describe('iamSetup', () => {
  let gateway: Gateway;
  beforeAll(async () => (gateway = await Gateway.start(operator)));
  afterAll(() => gateway.stop());

  const { issueExternalId } = stepsWith(() => gateway);
  const setup = async (input?: object, key?: string) => (await gateway.ask(iamSetup, { input }, key)).iamSetup;

  it('answers without any input, with the settings of the operator', async () => {
    const { cloudFormation, terraform, manual, externalId } = await setup();

    expect(cloudFormation.parameters).toContainEqual({ name: 'VendorAccountId', value: '111111111111' });
    expect(parse(cloudFormation.template).Parameters.TagKey.Default).toBe('acme-identifier');
    expect(cloudFormation.quickCreateUrl).toContain('templateURL=https%3A%2F%2Facme.s3.amazonaws.com%2Fiam-1.yaml');
    expect(cloudFormation.quickCreateUnavailableReason).toBeNull();
    expect(terraform.files.map(({ name }: any) => name)).toEqual(
      expect.arrayContaining(['README.md', 'main.tf', 'terraform.tfvars.json']),
    );
    expect(manual).toEqual({ steps: [], unavailableReason: expect.stringContaining('awsAccountId') });
    expect(externalId).toBeNull();
  });

  it('lists the steps for an AWS account', async () => {
    const { manual } = await setup({ awsAccountId: '222222222222', path: '/vendors/' });

    expect(manual.unavailableReason).toBeNull();
    expect(manual.steps.map(({ number }: any) => number)).toEqual(manual.steps.map((_: unknown, i: number) => i + 1));
    expect(manual.steps.at(-1)).toMatchObject({
      name: 'acme-console-role',
      document: expect.stringContaining('arn:aws:iam::111111111111:root'),
    });
  });

  it('creates nothing except in the expected account, and warns against changes of provisioned resources', async () => {
    const found = await setup({ expectedAwsAccountId: '222222222222' });

    expect(found.cloudFormation.parameters).toContainEqual({ name: 'ExpectedAwsAccountId', value: '222222222222' });
    expect(found.manual.steps[0].instruction).toContain('Sign in to the AWS account 222222222222');
    expect(found.provisionedResourcesWarning).toMatch(/Do not stop or terminate/);
    expect(found.cloudFormation.template).toContain(found.provisionedResourcesWarning);
    const input = { awsAccountId: '222222222222', permissionsBoundaryArn: 'arn:aws:iam::333333333333:policy/x' };
    const { extensions } = await gateway.error(iamSetup, { input });
    expect(extensions.faults).toMatchObject([{ code: 'INVALID_INPUT', path: ['input', 'permissionsBoundaryArn'] }]);
  });

  it('tags what is created, with each method, and refuses what IAM would refuse', async () => {
    const tags = [{ key: 'Équipe', value: 'orders and payments' }];
    const { cloudFormation, terraform, manual } = await setup({ awsAccountId: '222222222222', tags });

    expect(parse(cloudFormation.template).Resources.ConsoleRole.Properties.Tags).toEqual([
      { Key: 'Équipe', Value: 'orders and payments' },
    ]);
    expect(cloudFormation.quickCreateUnavailableReason).toContain('does not contain your tags');
    const values = terraform.files.find(({ name }: any) => name === 'terraform.tfvars.json').content;
    expect(JSON.parse(values).tags).toEqual({ Équipe: 'orders and payments' });
    for (const verb of ['create-policy', 'create-role', 'create-instance-profile', 'create-user'])
      expect(manual.steps.find(({ command }: any) => command.includes(verb)).command).toContain('--tags');

    for (const refused of [
      [{ key: 'Acme-Identifier', value: '' }],
      [{ key: '${x}', value: '' }],
      [...tags, { key: 'équipe', value: '' }],
      Array.from({ length: 41 }, (_, i) => ({ key: `k${i}`, value: '' })),
      Array.from({ length: 40 }, (_, i) => ({ key: `k${i}`, value: 'v'.repeat(256) })),
    ]) {
      const { extensions } = await gateway.error(iamSetup, { input: { tags: refused } });
      expect(extensions.faults).toMatchObject([{ code: 'INVALID_INPUT', path: ['input', 'tags'] }]);
    }
  });

  it('writes the issued external ID to template, module and steps', async () => {
    const { handle, externalId } = await issueExternalId();
    const found = await setup({ createAccessRole: true, externalIdHandle: handle, awsAccountId: '222222222222' });

    expect(found.externalId).toBe(externalId);
    expect(found.cloudFormation.parameters).toContainEqual({ name: 'ExternalId', value: externalId });
    expect(found.terraform.files.find(({ name }: any) => name === 'terraform.tfvars.json').content).toContain(
      externalId,
    );
    expect(found.manual.steps.at(-1).document).toContain(externalId);
    expect(JSON.stringify(found)).not.toContain(handle);
  });

  it('creates no access role without an external ID, and says where to get one', async () => {
    const { extensions } = await gateway.error(iamSetup, { input: { createAccessRole: true, path: 'x' } });

    expect(extensions.faults).toEqual([
      {
        code: 'EXTERNAL_ID_REQUIRED',
        path: ['input', 'externalIdHandle'],
        message: expect.stringContaining('issueExternalId'),
      },
      { code: 'INVALID_INPUT', path: ['input', 'path'], message: expect.any(String) },
    ]);
  });

  it("treats another tenant's external ID like one that does not exist", async () => {
    const { handle } = await issueExternalId(await gateway.anotherTenant());
    const answer = async (externalIdHandle: string) => {
      const { message, extensions } = await gateway.error(iamSetup, {
        input: { createAccessRole: true, externalIdHandle },
      });
      return [message, extensions.code];
    };

    expect(await answer(handle)).toEqual(['There is no such external ID.', 'NOT_FOUND']);
    expect(await answer('xid_00000000000000000000000000000000')).toEqual(await answer(handle));
  });

  it('is refused with every problem, by its field and without the value', async () => {
    const input = { region: 'nowhere', userName: '$(reboot)', path: 'x', vendorAccountId: '1' };
    const { extensions, message } = await gateway.error(iamSetup, { input });

    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(extensions.faults.map(({ path }: any) => path.join('.')).sort()).toEqual(
      ['input.path', 'input.region', 'input.userName', 'input.vendorAccountId'].sort(),
    );
    expect(JSON.stringify([message, extensions])).not.toMatch(/nowhere|reboot/);
  });

  it('needs an API key', async () => {
    expect((await gateway.send(iamSetup, {}, 'gwk_live_wrong')).status).toBe(401);
  });

  describe('as downloads', () => {
    const get = (path: string) => fetch(`${gateway.url}/iam-setup/${path}`);

    it.each([
      ['template.yaml', 'application/yaml; charset=utf-8'],
      ['template.json', 'application/json; charset=utf-8'],
      ['terraform.zip', 'application/zip'],
      ['policies/aws.zip', 'application/zip'],
      ['policies/aws-cn.zip', 'application/zip'],
    ])('returns %s without an API key, with the headers of every answer', async (path, type) => {
      const answer = await get(path);

      expect(answer.status).toBe(200);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': type,
        'content-disposition': `attachment; filename="${path.replace('/', '-')}"`,
        'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
      expect(Buffer.from(await (await get(path)).arrayBuffer())).toEqual(Buffer.from(await answer.arrayBuffer()));
    });

    it('have the same template as the query', async () => {
      const yaml = await (await get('template.yaml')).text();

      expect(yaml).toBe((await setup({ path: '/x/' })).cloudFormation.template);
      expect(await (await get('template.json')).json()).toEqual(parse(yaml));
    });

    it('have the same module as the query, without the values of a customer', async () => {
      const files = unzipSync(new Uint8Array(await (await get('terraform.zip')).arrayBuffer()));
      const expected = (await setup()).terraform.files;

      expect(Object.keys(files).sort()).toEqual(expected.map(({ name }: any) => name).sort());
      for (const { name, content } of expected) {
        if (name !== 'terraform.tfvars.json') expect(strFromU8(files[name]!)).toBe(content);
      }
      expect(JSON.parse(strFromU8(files['terraform.tfvars.json']!))).toMatchObject({
        vendor_name: 'acme',
        vendor_account_id: '111111111111',
      });
    });

    it('have the policies of the partition', async () => {
      const files = unzipSync(new Uint8Array(await (await get('policies/aws-us-gov.zip')).arrayBuffer()));

      expect(Object.keys(files)).toContain('acme-provisioning-1.json');
      for (const content of Object.values(files)) {
        const arns = strFromU8(content).match(/arn:[^"]*/g) ?? [];
        expect(arns.filter((arn) => !arn.startsWith('arn:aws-us-gov:'))).toEqual([]);
        expect(() => JSON.parse(strFromU8(content))).not.toThrow();
      }
    });

    it('accept no values from a link', async () => {
      const asked = await (await get('template.yaml?VendorAccountId=666666666666&vendorAccountId=666666666666')).text();

      expect(asked).toBe(await (await get('template.yaml')).text());
    });

    it.each(['', 'nothing', 'policies', 'policies/aws', 'policies/..%2ftemplate.yaml', '__proto__', 'template.yaml/x'])(
      'have nothing at %j',
      async (path) => {
        const answer = await get(path);

        expect(answer.status).toBe(404);
        expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
      },
    );
  });
});

describe('iamSetup without settings of the operator', () => {
  let gateway: Gateway;
  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  it('asks which account can use the console role, and says why there is no access role', async () => {
    const { extensions } = await gateway.error(iamSetup, { input: { createAccessRole: true } });

    expect(extensions.faults).toMatchObject([
      { path: ['input', 'vendorAccountId'], message: expect.stringContaining('VENDOR_AWS_ACCOUNT_ID') },
      { path: ['input', 'createAccessRole'], message: expect.stringContaining('GATEWAY_IDENTITY_ARN') },
    ]);
  });

  it('says why there is no quick-create link', async () => {
    const { cloudFormation } = (await gateway.ask(iamSetup, { input: { vendorAccountId: '111111111111' } })).iamSetup;

    expect(cloudFormation).toMatchObject({
      quickCreateUrl: null,
      quickCreateUnavailableReason: expect.stringContaining('IAM_TEMPLATE_URL'),
    });
  });
});
