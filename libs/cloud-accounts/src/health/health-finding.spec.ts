import { CredentialsRejected, type Verification } from '#libs/aws-credentials';
import { findingOf } from './health-finding.js';

type Check = Verification['report']['checks'][number];

const group = (check: Partial<Check>): Check => ({
  step: 'PERMISSIONS',
  group: 'NETWORKS',
  purpose: null,
  verdict: 'PASSED',
  cause: null,
  message: '',
  remediation: null,
  missingActions: [],
  awsErrorCode: null,
  ...check,
});

const verification = (more: Partial<Verification> = {}, checks: Check[] = []): Verification => ({
  report: {
    verdict: 'PASSED',
    checkedAt: new Date(0),
    manifestVersion: 1,
    checks,
    suggestedPolicy: null,
    awsCallCount: 2,
    roleSessionName: null,
  },
  identity: null,
  consoleRole: null,
  refusal: null,
  permissions: 'UNVERIFIED',
  ...more,
});

describe('the health according to a verification', () => {
  const refused: readonly (readonly [ConstructorParameters<typeof CredentialsRejected>[0], string])[] = [
    ['AWS_ACCESS_KEY_UNKNOWN', 'BROKEN'],
    ['AWS_SECRET_ACCESS_KEY_WRONG', 'BROKEN'],
    ['AWS_TEMPORARY_ACCESS_KEY', 'BROKEN'],
    ['AWS_ROOT_ACCESS_KEY', 'BROKEN'],
    ['AWS_NOT_IAM_USER', 'BROKEN'],
    ['AWS_ACCESS_ROLE_DENIED', 'BROKEN'],
    ['AWS_ROLE_NOT_FOUND', 'BROKEN'],
    ['AWS_ACCESS_ROLE_WITHOUT_EXTERNAL_ID', 'DEGRADED'],
    ['AWS_ROLE_LOOKUP_DENIED', 'DEGRADED'],
    ['AWS_ROLE_TRUSTS_OTHERS', 'DEGRADED'],
    ['AWS_ROLE_REQUIRES_EXTERNAL_ID', 'DEGRADED'],
    ['AWS_ROLE_WITHOUT_MFA', 'DEGRADED'],
    ['AWS_ACTION_DENIED', 'DEGRADED'],
    ['AWS_REFUSED', 'DEGRADED'],
    ['AWS_THROTTLED', 'UNKNOWN'],
    ['AWS_UNREACHABLE', 'UNKNOWN'],
    ['AWS_CLOCK_SKEW', 'UNKNOWN'],
    ['AWS_RESPONSE_INVALID', 'UNKNOWN'],
    ['GATEWAY_IDENTITY_MISSING', 'UNKNOWN'],
    ['SANDBOX_DISABLED', 'UNKNOWN'],
  ];

  it.each(refused)('%s is %s', (code, verdict) => {
    const refusal = new CredentialsRejected(code, 'No.', null);

    expect(findingOf(verification({ refusal }))).toMatchObject({ verdict, isFull: false, codes: [code] });
  });

  it('missing permissions are DEGRADED', () => {
    expect(findingOf(verification({ permissions: 'MISSING' }))).toMatchObject({
      verdict: 'DEGRADED',
      codes: ['MISSING_PERMISSIONS'],
    });
  });

  it('missing permissions are reported together with another refusal', () => {
    const refusal = new CredentialsRejected('AWS_ROLE_LOOKUP_DENIED', 'No.', 'consoleRoleName');

    expect(findingOf(verification({ refusal, permissions: 'MISSING' })).codes).toEqual([
      'AWS_ROLE_LOOKUP_DENIED',
      'MISSING_PERMISSIONS',
    ]);
  });

  it('a refusal by the policy of a VPC endpoint of the gateway says nothing about the account', () => {
    const refusal = new CredentialsRejected('AWS_ROLE_LOOKUP_DENIED', 'No.', 'consoleRoleName', 'AccessDenied', {}, 'VPC_ENDPOINT_POLICY'); // prettier-ignore

    expect(findingOf(verification({ refusal })).verdict).toBe('UNKNOWN');
  });

  it('a complete answer is HEALTHY and full, and one without permissions is not full', () => {
    const healthy = { verdict: 'HEALTHY', codes: [], isUnverified: false };
    expect(findingOf(verification({ permissions: 'COMPLETE' }, [group({})]))).toMatchObject({
      ...healthy,
      isFull: true,
    });
    expect(findingOf(verification())).toMatchObject({ ...healthy, isFull: false });
  });

  it.each([
    ['THROTTLED', false, true, ['AWS_THROTTLED']],
    ['UNREACHABLE', false, true, ['AWS_UNREACHABLE']],
    // AWS answered, but the result is inconclusive.
    ['SCP', true, false, []],
    ['CONDITION_UNKNOWN', true, false, []],
    // AWS did not allow the call.
    ['IDENTITY_POLICY', false, false, []],
    ['PERMISSIONS_BOUNDARY', false, false, []],
  ] as const)(
    'permissions that are inconclusive because of %s are unverified; answered: %s',
    (cause, isFull, isPassing, codes) => {
      const checks = [group({}), group({ verdict: 'INCONCLUSIVE', cause })];

      expect(findingOf(verification({}, checks))).toMatchObject({
        verdict: 'HEALTHY',
        isUnverified: true,
        isFull,
        isPassing,
        codes: ['PERMISSIONS_UNVERIFIED', ...codes],
      });
    },
  );
});
