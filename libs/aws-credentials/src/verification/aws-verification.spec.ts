import type { IamSetupSettings } from '#libs/iam-setup';
import { awsRegions, isOptInRegion, partitionOf } from '#libs/iam-setup';
import { SystemClock, Secret } from '#libs/kernel';
import { AccessRoleSessions } from './access-role-sessions.js';
import { AwsAccessKey } from '../aws-access-key.js';
import { SdkAwsIam } from '../aws/sdk-aws-iam.js';
import { AwsVerification } from './aws-verification.js';
import { GatewayIdentity } from '../gateway-identity.js';
import { identity, refusal, startFakeServer, type FakeServer } from '../testing/fake-server.js';

const key = new AwsAccessKey('AKIA2222333344445555', new Secret('a'.repeat(40)));
const settings: IamSetupSettings = {
  vendorName: 'acme',
  vendorAccountId: '111111111111',
  tagKey: 'managed-by',
  gatewayIdentityArn: null,
  templateUrl: null,
};

class NoIdentity extends GatewayIdentity {
  keyFor = (): Promise<never> => Promise.reject(new Error('No role is used here.'));
}

describe('an access key that STS does not recognize in a region', () => {
  let server: FakeServer;
  let asked: string[];
  afterEach(() => server.close());

  /** Verifies in `region`. AWS recognizes the access key only in the regions of `knownIn`. */
  const verified = async (region: string, knownIn: readonly string[], code = 'InvalidClientTokenId') => {
    asked = [];
    server = await startFakeServer((response, request) => {
      const [, signedFor = ''] = /Credential=[^/]+\/\d+\/([^/]+)\/sts/.exec(request.headers.authorization ?? '') ?? [];
      asked.push(signedFor);
      if (knownIn.includes(signedFor)) identity(response);
      else refusal(403, code, 'The security token included in the request is invalid.')(response);
    });
    const aws = new SdkAwsIam({ override: server.url, timeoutMs: 5000 });
    const sessions = new AccessRoleSessions(aws, new NoIdentity());
    const verification = new AwsVerification(aws, settings, sessions, new SystemClock());
    return verification.verify(key, region, { consoleRoleName: 'console-role', isNew: true });
  };

  it('and recognizes in the default region: the region is not enabled', async () => {
    const { refusal, report } = await verified('ap-east-1', ['us-east-1']);

    expect(refusal).toMatchObject({
      code: 'AWS_REGION_NOT_ENABLED',
      path: ['input', 'region'],
      awsErrorCode: 'InvalidClientTokenId',
      mayBePropagation: false,
    });
    expect(report.checks.find(({ step }) => step === 'IDENTITY')).toMatchObject({
      verdict: 'FAILED',
      cause: 'REGION_NOT_ENABLED',
      remediation: expect.stringContaining('Enable the region') as string,
    });
    expect(report.awsCallCount).toBe(2);
    expect(asked).toEqual(['ap-east-1', 'us-east-1']);
  });

  it('nor in the default region: it is unknown, or not recognized yet', async () => {
    const { refusal, report } = await verified('ap-east-1', []);

    expect(refusal).toMatchObject({ code: 'AWS_ACCESS_KEY_UNKNOWN', mayBePropagation: true });
    expect(report.awsCallCount).toBe(2);
  });

  it.each(['eu-west-1', 'us-east-1', 'cn-north-1', 'us-gov-east-1', 'eusc-de-east-1'])(
    'is looked up once in %s, which every account has',
    async (region) => {
      const { refusal, report } = await verified(
        region,
        ['us-east-1'].filter((other) => other !== region),
      );

      expect(refusal).toMatchObject({ code: 'AWS_ACCESS_KEY_UNKNOWN' });
      expect(report.awsCallCount).toBe(1);
      expect(asked).toEqual([region]);
    },
  );

  it.each([
    ['RegionDisabledException', 'AWS_STS_NOT_ACTIVE', 'REGION_NOT_ENABLED', 'Activate STS'],
    ['OptInRequired', 'AWS_ACCOUNT_NOT_ACTIVATED', 'ACCOUNT_NOT_ACTIVATED', 'Complete the sign-up'],
  ])('because of %s has its own remediation', async (awsErrorCode, code, cause, remediation) => {
    const { refusal, report } = await verified('eu-west-1', [], awsErrorCode);

    expect(refusal).toMatchObject({ code, awsErrorCode });
    expect(report.checks.find(({ step }) => step === 'IDENTITY')).toMatchObject({
      cause,
      remediation: expect.stringContaining(remediation) as string,
    });
  });
});

it('distinguishes the 17 regions that every account has from those that it must enable', () => {
  const ofEvery = awsRegions.filter((region) => partitionOf(region) === 'aws' && !isOptInRegion(region));

  expect(ofEvery).toHaveLength(17);
  expect(awsRegions.filter((region) => isOptInRegion(region) && partitionOf(region) !== 'aws')).toEqual([]);
});
