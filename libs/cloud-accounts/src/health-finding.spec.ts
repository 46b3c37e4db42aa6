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
  remedy: null,
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
    awsCalls: 2,
    roleSessionName: null,
  },
  identity: null,
  consoleRole: null,
  refusal: null,
  isMissingPermissions: false,
  ...more,
});

describe('what a verification says of health', () => {
  const refused: readonly (readonly [ConstructorParameters<typeof CredentialsRejected>[0], string])[] = [
    ['AWS_ACCESS_KEY_UNKNOWN', 'BROKEN'],
    ['AWS_SECRET_WRONG', 'BROKEN'],
    ['AWS_TEMPORARY_KEY', 'BROKEN'],
    ['AWS_ROOT_KEY', 'BROKEN'],
    ['AWS_NOT_A_USER', 'BROKEN'],
    ['AWS_ACCESS_ROLE_DENIED', 'BROKEN'],
    ['AWS_ROLE_NOT_FOUND', 'BROKEN'],
    ['AWS_ACCESS_ROLE_OPEN', 'DEGRADED'],
    ['AWS_ROLE_LOOKUP_DENIED', 'DEGRADED'],
    ['AWS_ROLE_TRUSTS_OTHERS', 'DEGRADED'],
    ['AWS_ROLE_ASKS_EXTERNAL_ID', 'DEGRADED'],
    ['AWS_ROLE_WITHOUT_MFA', 'DEGRADED'],
    ['AWS_ACTION_DENIED', 'DEGRADED'],
    ['AWS_REFUSED', 'DEGRADED'],
    ['AWS_THROTTLED', 'UNKNOWN'],
    ['AWS_UNREACHABLE', 'UNKNOWN'],
    ['AWS_CLOCK_SKEW', 'UNKNOWN'],
    ['AWS_ANSWER_UNUSABLE', 'UNKNOWN'],
    ['GATEWAY_HAS_NO_IDENTITY', 'UNKNOWN'],
    ['SANDBOX_OFF', 'UNKNOWN'],
  ];

  it.each(refused)('%s is %s', (code, verdict) => {
    const refusal = new CredentialsRejected(code, 'No.', null);

    expect(findingOf(verification({ refusal }))).toMatchObject({ verdict, isFull: false, codes: [code] });
  });

  it('missing permissions are DEGRADED', () => {
    expect(findingOf(verification({ isMissingPermissions: true }))).toMatchObject({
      verdict: 'DEGRADED',
      codes: ['MISSING_PERMISSIONS'],
    });
  });

  it('an answer to everything is HEALTHY and full, and one without permissions is not full', () => {
    expect(findingOf(verification({}, [group({})]))).toMatchObject({ verdict: 'HEALTHY', isFull: true, codes: [] });
    expect(findingOf(verification())).toMatchObject({ verdict: 'HEALTHY', isFull: false, codes: [] });
  });

  it.each([
    ['THROTTLED', false, ['AWS_THROTTLED']],
    ['UNREACHABLE', false, ['AWS_UNREACHABLE']],
    // These last: waiting for an answer would be waiting for ever.
    ['KEY_POLICY', true, []],
    ['SCP', true, []],
    ['IDENTITY_POLICY', true, []],
  ] as const)('permissions that are open because of %s leave it HEALTHY, and full: %s', (cause, isFull, codes) => {
    const checks = [group({}), group({ verdict: 'INCONCLUSIVE', cause })];

    expect(findingOf(verification({}, checks))).toMatchObject({ verdict: 'HEALTHY', isFull, codes });
  });
});
