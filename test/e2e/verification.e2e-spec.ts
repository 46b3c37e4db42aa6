import type { PolicyDocument } from '@cloud-account-gateway/aws-sandbox';
import { sandboxVendorAccountId, type VerificationReport } from '#libs/aws-credentials';
import { namesOf, permissionManifest } from '#libs/iam-setup';
import { documentOf, fillIn, statementsOf, type Values } from '../../libs/iam-setup/src/policies.js';
import { Gateway } from '../support/gateway.js';
import { hostedAccount, newAccount, sandboxKey, stepsWith } from '../support/steps.js';

const report = `verdict checkedAt manifestVersion suggestedPolicy awsCallCount
  checks { step group purpose verdict cause message remediation missingActions awsErrorCode }`;
const testAwsCredentials = `mutation ($input: TestAwsCredentialsInput!) {
  testAwsCredentials(input: $input) { report { ${report} } userErrors { code message path } }
}`;
const verifyCloudAccount = `mutation ($input: VerifyCloudAccountInput!) {
  verifyCloudAccount(input: $input) { cloudAccount { id status version } report { ${report} } userErrors { code path } }
}`;

const groups = permissionManifest.policies
  .filter(({ holders }) => holders.includes('user'))
  .flatMap((policy) => policy.groups.map((group) => ({ policy, group })));
const granting = groups.filter(({ group }) => group.rules.some(({ effect }) => effect !== 'Deny'));

describe('verification', () => {
  let gateway: Gateway;
  const { createAccount, nextUser } = stepsWith(() => gateway);
  const vendorName = 'cloud-account-gateway';

  beforeAll(async () => {
    gateway = await Gateway.start();
  });
  afterAll(() => gateway.stop());
  afterEach(() => gateway.aws.forgetFaults());

  const verify = async (credentials: object, more: object = {}): Promise<VerificationReport> => {
    const input = { credentials, consoleRoleName: 'console-role', ...more };
    const { testAwsCredentials: payload } = await gateway.ask(testAwsCredentials, { input });
    expect(payload.userErrors).toEqual([]);
    return payload.report as VerificationReport;
  };
  const open = ({ checks }: VerificationReport) =>
    checks
      .filter(({ verdict, cause }) => verdict !== 'PASSED' && cause !== 'KEY_POLICY' && cause !== 'PREVIOUS_STEP')
      .map(({ step, group, verdict, cause }) => [group ?? step, verdict, cause]);

  /** Grants every policy of the manifest for the user of an access key, except one group. */
  async function grantAllBut(which: string, left: string | null): Promise<PolicyDocument[]> {
    const { checks } = await verify(sandboxKey('WORKS', which));
    const accountId = /account (\d{12})/.exec(checks.find(({ step }) => step === 'IDENTITY')!.message)![1]!;
    const values: Values = {
      partition: 'aws',
      urlSuffix: 'amazonaws.com',
      accountId,
      vendorAccountId: sandboxVendorAccountId,
      vendorName,
      tagKey: 'managed-by',
      path: '/',
      ...namesOf(vendorName),
      userName: `gateway-${which.slice(2).toLowerCase()}`,
      consoleRoleName: 'console-role',
      gatewayIdentityArn: '',
      externalId: '',
    };
    const documents = groups
      .filter(({ group }) => group.id !== left)
      .map(({ policy, group }) => fillIn(documentOf(statementsOf({ ...policy, groups: [group] })), values));
    gateway.aws.setUserPolicies(`AKIASANDBOXWORKS${which}`, documents);
    return documents;
  }

  it('passes complete credentials with eight calls to AWS, and saves nothing', async () => {
    const which = nextUser();
    await grantAllBut(which, null);
    gateway.aws.forgetCalls();

    const found = await verify(sandboxKey('WORKS', which));

    expect(found).toMatchObject({
      verdict: 'PASSED',
      manifestVersion: permissionManifest.version,
      suggestedPolicy: null,
    });
    expect(open(found)).toEqual([]);
    expect(found.checks.map(({ step, group }) => group ?? step)).toEqual([
      ...['ACCESS_KEY_FORMAT', 'IDENTITY', 'PRINCIPAL', 'CONSOLE_ROLE', 'CONSOLE_ROLE_TRUST'],
      ...granting.map(({ group }) => group.id),
    ]);
    expect(found.awsCallCount).toBe(8);
    expect(gateway.aws.calls()).toHaveLength(8);
    expect(gateway.aws.calls().map(({ action }) => action)).toEqual([
      'GetCallerIdentity',
      'GetRole',
      ...Array.from({ length: 6 }, () => 'SimulatePrincipalPolicy'),
    ]);
    expect(await gateway.sql('SELECT * FROM cloud_account WHERE id > 1')).toEqual([]);
  });

  it.each(granting.map(({ group }) => group.id))(
    'names %s and its actions when it is removed, and the suggested policy fixes it',
    async (id) => {
      const which = nextUser();
      const rest = await grantAllBut(which, id);
      const { group } = granting.find((each) => each.group.id === id)!;

      const found = await verify(sandboxKey('WORKS', which));

      if (id === 'READ_IAM') {
        // Without GetRole and SimulatePrincipalPolicy, AWS reports only these two. The policy for them makes the others
        // visible.
        expect(open(found)[0]).toEqual(['CONSOLE_ROLE', 'FAILED', 'IDENTITY_POLICY']);
        expect(
          new Set(
            open(found)
              .slice(1)
              .map(([, verdict]) => verdict),
          ),
        ).toEqual(new Set(['INCONCLUSIVE']));
        const first = JSON.parse(found.suggestedPolicy!) as PolicyDocument;
        gateway.aws.setUserPolicies(`AKIASANDBOXWORKS${which}`, [...rest, first]);
        const next = await verify(sandboxKey('WORKS', which));
        expect(open(next)).toEqual([['READ_IAM', 'FAILED', 'IDENTITY_POLICY']]);
        gateway.aws.setUserPolicies(`AKIASANDBOXWORKS${which}`, [
          ...rest,
          first,
          JSON.parse(next.suggestedPolicy!) as PolicyDocument,
        ]);
        expect(open(await verify(sandboxKey('WORKS', which)))).toEqual([]);
        return;
      }
      const isOptional = id === 'ROTATE_ACCESS_KEY';
      expect(open(found)).toEqual([[id, isOptional ? 'SKIPPED' : 'FAILED', 'IDENTITY_POLICY']]);
      const check = found.checks.find((each) => each.group === id)!;
      expect(check.purpose).toBe(group.purpose);
      expect(new Set(check.missingActions)).toEqual(new Set(group.rules.flatMap(({ actions }) => actions)));
      expect(found.verdict).toBe(isOptional ? 'PASSED' : 'FAILED');
      if (isOptional) return void expect(found.suggestedPolicy).toBeNull();

      const suggested = JSON.parse(found.suggestedPolicy!) as PolicyDocument;
      gateway.aws.setUserPolicies(`AKIASANDBOXWORKS${which}`, [...rest, suggested]);
      expect(open(await verify(sandboxKey('WORKS', which)))).toEqual([]);
    },
  );

  it('suggests no policy when one policy is too small', async () => {
    const which = nextUser();
    const [readIam] = (await grantAllBut(which, null)).filter((document) =>
      JSON.stringify(document).includes('iam:SimulatePrincipalPolicy'),
    );
    gateway.aws.setUserPolicies(`AKIASANDBOXWORKS${which}`, [readIam!]);

    const found = await verify(sandboxKey('WORKS', which));

    expect(found.verdict).toBe('FAILED');
    expect(open(found).length).toBeGreaterThan(10);
    if (found.suggestedPolicy !== null)
      expect(found.suggestedPolicy.replace(/\s/g, '').length).toBeLessThanOrEqual(6144);
  });

  describe('names what denies a permission, and suggests no policy that would not help:', () => {
    const deny = (...Action: string[]): PolicyDocument => ({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['*'], Resource: ['*'] },
        { Effect: 'Deny', Action, Resource: ['*'] },
      ],
    });

    it.each([
      [
        'a permissions boundary',
        'PERMISSIONS_BOUNDARY',
        'FAILED',
        (key: string) => gateway.aws.setBoundary(key, deny('ec2:CreateVpc')),
      ],
      [
        'a denial of its own',
        'EXPLICIT_DENY',
        'FAILED',
        (key: string) => gateway.aws.setUserPolicies(key, [deny('ec2:CreateVpc')]),
      ],
      [
        'the organisation, perhaps',
        'SCP',
        'INCONCLUSIVE',
        (key: string) => gateway.aws.setServiceControlPolicies(key, [deny('ec2:CreateVpc')]),
      ],
    ])('%s', async (_, cause, verdict, withhold) => {
      const which = nextUser();
      withhold(`AKIASANDBOXWORKS${which}`);

      const found = await verify(sandboxKey('WORKS', which));

      expect(open(found)).toEqual([['CREATE', verdict, cause]]);
      expect(found.checks.find(({ group }) => group === 'CREATE')!.missingActions).toEqual(['ec2:CreateVpc']);
      expect(found).toMatchObject({ verdict, suggestedPolicy: null });
    });
  });

  it('is inconclusive for permissions when policies cannot be simulated, and tries once', async () => {
    const which = nextUser();
    gateway.aws.setUserPolicies(`AKIASANDBOXWORKS${which}`, [
      { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['iam:GetRole'], Resource: ['*'] }] },
    ]);

    const found = await verify(sandboxKey('WORKS', which));

    expect(found).toMatchObject({ verdict: 'INCONCLUSIVE', awsCallCount: 3 });
    expect(new Set(open(found).map(([, verdict, cause]) => `${verdict} ${cause}`))).toEqual(
      new Set(['INCONCLUSIVE IDENTITY_POLICY']),
    );
  });

  it.each([
    ['no-mfa-role', 'MFA_NOT_REQUIRED'],
    ['external-id-console-role', 'EXTERNAL_ID'],
    ['foreign-role', 'NOT_TRUSTED'],
  ])('fails for the trust policy of %s: %s', async (consoleRoleName, cause) => {
    const found = await verify(sandboxKey('WORKS', nextUser()), { consoleRoleName });

    expect(open(found)).toEqual([['CONSOLE_ROLE_TRUST', 'FAILED', cause]]);
    expect(found.checks.at(-1)).toMatchObject({ step: 'PERMISSIONS', verdict: 'PASSED' });
  });

  it.each([
    ['WRONG', 'IDENTITY', 'FAILED', 'WRONG_SECRET'],
    ['LATER', 'IDENTITY', 'INCONCLUSIVE', 'PROPAGATION'],
    ['SKEWS', 'IDENTITY', 'INCONCLUSIVE', 'CLOCK_SKEW'],
    ['THROT', 'IDENTITY', 'INCONCLUSIVE', 'THROTTLED'],
    ['DOWNS', 'IDENTITY', 'INCONCLUSIVE', 'UNREACHABLE'],
    ['PAGES', 'IDENTITY', 'INCONCLUSIVE', 'UNEXPECTED_RESPONSE'],
    ['ROOTS', 'PRINCIPAL', 'FAILED', 'ROOT_USER'],
    ['NROLE', 'CONSOLE_ROLE', 'FAILED', 'NO_SUCH_ENTITY'],
  ])('of a key of %s stops at %s: %s, %s', async (family, step, verdict, cause) => {
    const found = await verify(sandboxKey(family, nextUser()));

    expect(open(found)).toEqual([[step, verdict, cause]]);
    expect(found).toMatchObject({ verdict, suggestedPolicy: null });
  });

  it('reports everything at once: the role that cannot be read, and every missing action', async () => {
    const which = nextUser();
    gateway.aws.setUserPolicies(`AKIASANDBOXWORKS${which}`, [
      {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', NotAction: ['iam:GetRole', 'cloudwatch:GetMetricData'], Resource: '*' }],
      },
    ]);

    const found = await verify(sandboxKey('WORKS', which));

    expect(open(found)).toEqual([
      ['CONSOLE_ROLE', 'FAILED', 'IDENTITY_POLICY'],
      ['READ_METRICS', 'FAILED', 'IDENTITY_POLICY'],
      ['READ_IAM', 'FAILED', 'IDENTITY_POLICY'],
    ]);
    const suggested = JSON.parse(found.suggestedPolicy!) as PolicyDocument;
    expect([suggested.Statement].flat().flatMap(({ Action }) => Action)).toEqual([
      'cloudwatch:GetMetricData',
      'iam:GetRole',
    ]);
    gateway.aws.setUserPolicies(`AKIASANDBOXWORKS${which}`, [
      {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', NotAction: ['iam:GetRole', 'cloudwatch:GetMetricData'], Resource: '*' }],
      },
      suggested,
    ]);
    expect(open(await verify(sandboxKey('WORKS', which)))).toEqual([]);
  });

  it('also reports the permissions of an account without the console role', async () => {
    const which = nextUser();
    await grantAllBut(which, 'PEERING');

    const found = await verify(sandboxKey('NROLE', which));

    expect(open(found)).toEqual([
      ['CONSOLE_ROLE', 'FAILED', 'NO_SUCH_ENTITY'],
      ['PEERING', 'FAILED', 'IDENTITY_POLICY'],
    ]);
    expect(found.suggestedPolicy).toContain('ec2:CreateVpcPeeringConnection');
  });

  it.each(['throttle', '503', 'http-500', 'html-200'] as const)(
    'is inconclusive for what AWS does not answer (%s), and reports everything else',
    async (fault) => {
      const which = nextUser();
      await grantAllBut(which, null);
      gateway.aws.inject({ action: 'SimulatePrincipalPolicy', fault, times: 100 });

      const found = await verify(sandboxKey('WORKS', which));

      expect(found.verdict).toBe('INCONCLUSIVE');
      expect(found.checks.filter(({ verdict }) => verdict === 'PASSED')).toHaveLength(5);
      expect(found.checks.filter(({ verdict }) => verdict === 'FAILED')).toEqual([]);
    },
  );

  it.each(['cn-north-1', 'us-gov-west-1'])('checks the permissions in the partition of %s', async (region) => {
    expect(open(await verify(sandboxKey('WORKS', nextUser()), { region }))).toEqual([]);
  });

  describe('of an account', () => {
    const verifyAccount = async (id: string) =>
      (await gateway.ask(verifyCloudAccount, { input: { id } })).verifyCloudAccount;

    it('finds changes since then, and changes neither its version nor its status', async () => {
      const which = nextUser();
      const account = await createAccount(newAccount(which));
      await grantAllBut(which, 'PEERING');

      const { cloudAccount, report: found, userErrors } = await verifyAccount(account.id);

      expect(userErrors).toEqual([]);
      expect(cloudAccount).toEqual({ id: account.id, status: 'ACTIVE', version: 1 });
      expect(open(found as VerificationReport)).toEqual([['PEERING', 'FAILED', 'IDENTITY_POLICY']]);
      expect(await gateway.sql("SELECT data FROM event WHERE type = 'CLOUD_ACCOUNT_VERIFIED'")).toHaveLength(1);
    });

    it('is refused for a hosted one, and for one that does not exist', async () => {
      expect((await verifyAccount(hostedAccount)).userErrors).toMatchObject([{ code: 'CLOUD_ACCOUNT_IS_HOSTED' }]);
      const other = await gateway.anotherTenant();
      const account = await createAccount({});
      const { verifyCloudAccount: answer } = await gateway.ask(
        verifyCloudAccount,
        { input: { id: account.id } },
        other,
      );
      expect(answer.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    });
  });
});
