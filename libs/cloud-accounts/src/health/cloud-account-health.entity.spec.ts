import type { VerificationCheck, VerificationReport } from '#libs/aws-credentials';
import { CloudAccountHealth, type ObservedState } from './cloud-account-health.entity.js';
import { noAnswer, type HealthFinding } from './health-finding.js';

const start = new Date('2026-03-01T12:00:00.000Z');
const minutes = 60_000;
const hours = 60 * minutes;
const at = (ms: number) => new Date(start.getTime() + ms);

function permissions(
  verdict: VerificationCheck['verdict'],
  cause: VerificationCheck['cause'] = null,
): VerificationCheck {
  const nothing = { purpose: null, message: '', remediation: null, missingActions: [], awsErrorCode: null };
  return { step: 'PERMISSIONS', group: 'NETWORKS', verdict, cause, ...nothing };
}

const report: VerificationReport = {
  verdict: 'PASSED',
  checkedAt: at(hours),
  manifestVersion: 1,
  checks: [permissions('PASSED')],
  suggestedPolicy: null,
  awsCallCount: 5,
  roleSessionName: null,
};
const open = { ...report, checks: [permissions('INCONCLUSIVE', 'IDENTITY_POLICY')] };
const certain = { isUnverified: false, isPassing: false };
const findings = {
  full: { ...certain, verdict: 'HEALTHY', isFull: true, codes: [], report },
  light: { ...certain, verdict: 'HEALTHY', isFull: false, codes: [], report: { ...report, manifestVersion: null } },
  degraded: { ...certain, verdict: 'DEGRADED', isFull: true, codes: ['MISSING_PERMISSIONS'], report },
  broken: { ...certain, verdict: 'BROKEN', isFull: true, codes: ['AWS_ROLE_NOT_FOUND'], report },
  unknown: { ...certain, verdict: 'UNKNOWN', isFull: false, codes: ['AWS_THROTTLED'], report },
  // No answer of AWS: permanent, as far as known, or temporary.
  denied: {
    verdict: 'HEALTHY',
    isFull: false,
    isUnverified: true,
    isPassing: false,
    codes: ['PERMISSIONS_UNVERIFIED'],
    report: open,
  },
  throttled: {
    verdict: 'HEALTHY',
    isFull: false,
    isUnverified: true,
    isPassing: true,
    codes: ['PERMISSIONS_UNVERIFIED', 'AWS_THROTTLED'],
    report: open,
  },
} satisfies Record<string, HealthFinding>;
type Finding = keyof typeof findings;

type Opinion = `${ObservedState}` | `${ObservedState}, suspected ${ObservedState}`;

/** Health in the given state, last checked at `start`. */
function healthIn(opinion: Opinion, more: Partial<CloudAccountHealth> = {}): CloudAccountHealth {
  const [observed, suspected = null] = opinion.split(', suspected ');
  const health = CloudAccountHealth.begin({ id: 1001, tenantId: 2 }, start);
  const reportJson = JSON.stringify(report);
  return Object.assign(health, { observed, suspected, reportJson, nextFullAt: at(20 * hours), ...more });
}

const opinionOf = ({ observed, suspected }: CloudAccountHealth): Opinion =>
  suspected ? `${observed}, suspected ${suspected}` : observed;

/** Verification of credentials without permissions. */
const provenOnly: HealthFinding = { ...certain, verdict: 'HEALTHY', isFull: false, codes: [], report: null };

describe('the state of an account', () => {
  const none = 'no event';
  const table: [Opinion, Finding, Opinion, string][] = [
    ['HEALTHY', 'full', 'HEALTHY', none],
    ['HEALTHY', 'light', 'HEALTHY', none],
    ['HEALTHY', 'degraded', 'HEALTHY, suspected DEGRADED', none],
    ['HEALTHY', 'broken', 'HEALTHY, suspected BROKEN', none],
    ['HEALTHY', 'unknown', 'HEALTHY', none],

    ['HEALTHY, suspected DEGRADED', 'full', 'HEALTHY', none],
    // Permissions can still be missing: identity and role do not show that.
    ['HEALTHY, suspected DEGRADED', 'light', 'HEALTHY, suspected DEGRADED', none],
    ['HEALTHY, suspected DEGRADED', 'degraded', 'DEGRADED', 'HEALTHY to DEGRADED'],
    ['HEALTHY, suspected DEGRADED', 'broken', 'DEGRADED, suspected BROKEN', 'HEALTHY to DEGRADED'],
    ['HEALTHY, suspected DEGRADED', 'unknown', 'HEALTHY, suspected DEGRADED', none],

    ['HEALTHY, suspected BROKEN', 'full', 'HEALTHY', none],
    ['HEALTHY, suspected BROKEN', 'light', 'HEALTHY', none],
    ['HEALTHY, suspected BROKEN', 'degraded', 'DEGRADED', 'HEALTHY to DEGRADED'],
    ['HEALTHY, suspected BROKEN', 'broken', 'BROKEN', 'HEALTHY to BROKEN'],
    ['HEALTHY, suspected BROKEN', 'unknown', 'HEALTHY, suspected BROKEN', none],

    ['DEGRADED', 'full', 'HEALTHY', 'DEGRADED to HEALTHY'],
    ['DEGRADED', 'light', 'DEGRADED', none],
    ['DEGRADED', 'degraded', 'DEGRADED', none],
    ['DEGRADED', 'broken', 'DEGRADED, suspected BROKEN', none],
    ['DEGRADED', 'unknown', 'DEGRADED', none],

    ['DEGRADED, suspected BROKEN', 'full', 'HEALTHY', 'DEGRADED to HEALTHY'],
    ['DEGRADED, suspected BROKEN', 'light', 'DEGRADED', none],
    ['DEGRADED, suspected BROKEN', 'degraded', 'DEGRADED', none],
    ['DEGRADED, suspected BROKEN', 'broken', 'BROKEN', 'DEGRADED to BROKEN'],
    ['DEGRADED, suspected BROKEN', 'unknown', 'DEGRADED, suspected BROKEN', none],

    ['BROKEN', 'full', 'HEALTHY', 'BROKEN to HEALTHY'],
    ['BROKEN', 'light', 'HEALTHY', 'BROKEN to HEALTHY'],
    ['BROKEN', 'degraded', 'BROKEN, suspected DEGRADED', none],
    ['BROKEN', 'broken', 'BROKEN', none],
    ['BROKEN', 'unknown', 'BROKEN', none],

    ['BROKEN, suspected DEGRADED', 'full', 'HEALTHY', 'BROKEN to HEALTHY'],
    ['BROKEN, suspected DEGRADED', 'light', 'HEALTHY, suspected DEGRADED', 'BROKEN to HEALTHY'],
    ['BROKEN, suspected DEGRADED', 'degraded', 'DEGRADED', 'BROKEN to DEGRADED'],
    ['BROKEN, suspected DEGRADED', 'broken', 'BROKEN', none],
    ['BROKEN, suspected DEGRADED', 'unknown', 'BROKEN, suspected DEGRADED', none],
  ];

  it.each(table)('%s, then %s: %s, %s', (before, finding, after, event) => {
    const health = healthIn(before);
    const now = at(hours);

    const transition = health.observe(findings[finding], now, now);

    expect(opinionOf(health)).toBe(after);
    expect(transition ? `${transition.from} to ${transition.to}` : none).toBe(event);
    expect(health.since).toEqual(transition ? now : start);
    expect(health.lastCheckedAt).toEqual(now);
    const isSuccess = after === 'HEALTHY' && (finding === 'full' || finding === 'light');
    expect(health.lastSuccessAt).toEqual(isSuccess ? now : start);
    expect(health.consecutiveFailures).toBe(isSuccess ? 0 : 1);
    expect(health.codes).toEqual(isSuccess ? [] : findings[finding].codes);
  });

  it('is never BROKEN however often AWS does not answer', () => {
    const health = healthIn('HEALTHY');

    for (let i = 1; i <= 50; i++) expect(health.observe(findings.unknown, at(i * hours), at(i * hours))).toBeNull();

    expect(health).toMatchObject({ observed: 'HEALTHY', consecutiveFailures: 50, codes: ['AWS_THROTTLED'] });
  });

  it('needs two consecutive checks, even if AWS did not answer between them', () => {
    const health = healthIn('HEALTHY');

    const told = [findings.broken, findings.unknown, findings.broken].map((finding, i) =>
      health.observe(finding, at(i * minutes), at(i * minutes)),
    );

    expect(told).toEqual([null, null, { from: 'HEALTHY', to: 'BROKEN', codes: ['AWS_ROLE_NOT_FOUND'] }]);
  });
});

describe('the health', () => {
  it('is STALE when the last success is more than three hours ago, unless it is bad', () => {
    expect(healthIn('HEALTHY').stateAt(at(3 * hours))).toBe('HEALTHY');
    expect(healthIn('HEALTHY').stateAt(at(3 * hours + 1))).toBe('STALE');
    expect(healthIn('DEGRADED').stateAt(at(30 * hours))).toBe('DEGRADED');
    expect(healthIn('BROKEN').stateAt(at(30 * hours))).toBe('BROKEN');
  });

  it('is UNVERIFIED while permissions are unknown: before the first report, and when AWS does not report them', () => {
    const health = healthIn('HEALTHY', { reportJson: null });
    expect(health.snapshotAt(start)).toMatchObject({ state: 'UNVERIFIED', permissionsStatus: 'UNVERIFIED' });

    health.observe(findings.throttled, at(hours), at(hours));
    expect(health.snapshotAt(at(hours))).toMatchObject({
      state: 'UNVERIFIED',
      codes: ['PERMISSIONS_UNVERIFIED', 'AWS_THROTTLED'],
    });

    health.observe(findings.full, at(2 * hours), at(2 * hours));
    expect(health.snapshotAt(at(2 * hours))).toMatchObject({
      state: 'HEALTHY',
      permissionsStatus: 'COMPLETE',
      codes: [],
    });
    // A single check without an answer does not contradict earlier ones.
    health.observe(findings.throttled, at(3 * hours), at(3 * hours));
    expect(health.snapshotAt(at(3 * hours))).toMatchObject({ state: 'HEALTHY', permissionsStatus: 'COMPLETE' });

    health.observe(findings.denied, at(4 * hours), at(4 * hours));
    expect(health.snapshotAt(at(9 * hours))).toMatchObject({ state: 'UNVERIFIED', permissionsStatus: 'UNVERIFIED' });
  });

  it('stays DEGRADED when AWS does not report whether the permissions are still missing', () => {
    const health = healthIn('DEGRADED');
    health.observe(findings.denied, at(hours), at(hours));
    expect(health.stateAt(at(hours))).toBe('DEGRADED');
  });

  it('is STALE since it was last known to be HEALTHY', () => {
    const health = healthIn('HEALTHY', { since: at(-90 * hours) });

    expect(health.snapshotAt(at(hours))).toMatchObject({ state: 'HEALTHY', since: at(-90 * hours) });
    expect(health.snapshotAt(at(5 * hours))).toMatchObject({ state: 'STALE', since: start });
  });

  it('keeps the last report that AWS answered', () => {
    const health = healthIn('HEALTHY');
    health.observe(findings.full, at(hours), at(hours));
    health.observe(findings.light, at(2 * hours), at(2 * hours));
    health.observe(findings.unknown, at(3 * hours), at(3 * hours));

    expect(health.report).toEqual(report);
    expect(health.reportedAt).toEqual(report.checkedAt);
  });

  it('shows problems that a partial check found', () => {
    const health = healthIn('HEALTHY');
    const light = { ...report, manifestVersion: null };
    health.observe({ ...findings.broken, isFull: false, report: light }, at(hours), at(hours));

    expect(health.report).toEqual(light);
  });
});

describe('the next check', () => {
  const after = (opinion: Opinion, finding: HealthFinding, more: Partial<CloudAccountHealth> = {}) => {
    const health = healthIn(opinion, more);
    health.observe(finding, at(hours), at(hours));
    return {
      health,
      attempt: health.nextAttemptAt.getTime() - at(hours).getTime(),
      full: health.nextFullAt.getTime() - at(hours).getTime(),
    };
  };
  const expectBetween = (value: number, least: number, most: number) => {
    expect(value).toBeGreaterThanOrEqual(least);
    expect(value).toBeLessThanOrEqual(most);
  };
  const often = (look: () => void) => {
    for (let i = 0; i < 200; i++) look();
  };

  it('is due about an hour after a success, and is full after about a day', () =>
    often(() => {
      const { attempt, full, health } = after('HEALTHY', findings.full);
      expectBetween(attempt, 48 * minutes, 72 * minutes);
      expectBetween(full, 19.2 * hours, 28.8 * hours);
      expect(health.needsFullAt(health.nextAttemptAt)).toBe(false);
      expect(health.needsFullAt(health.nextFullAt)).toBe(true);
    }));

  it('is due when the full one is due, if that is sooner', () => {
    const { attempt, full } = after('HEALTHY', findings.light, { nextFullAt: at(hours + 10 * minutes) });

    expect([attempt, full]).toEqual([10 * minutes, 10 * minutes]);
  });

  it('is due after about a minute and is full after a change for the worse, and hourly when it is confirmed', () =>
    often(() => {
      const first = after('HEALTHY', { ...findings.broken, isFull: false });
      expectBetween(first.attempt, 48_000, 72_000);
      expect(first.health.needsFullAt(first.health.nextAttemptAt)).toBe(true);

      const second = after('HEALTHY, suspected BROKEN', findings.broken);
      expectBetween(second.attempt, 48 * minutes, 72 * minutes);
      expect(second.health.needsFullAt(second.health.nextAttemptAt)).toBe(true);
    }));

  it('is due later and later when AWS does not answer, up to an hour, and never immediately', () => {
    for (const [failures, most] of [
      [0, 1],
      [1, 2],
      [3, 8],
      [5, 32],
      [6, 60],
      [500, 60],
    ] as const) {
      const waits = Array.from(
        { length: 300 },
        () => after('HEALTHY', findings.unknown, { consecutiveFailures: failures }).attempt,
      );
      expectBetween(Math.min(...waits), 0.75 * most * minutes, 0.8 * most * minutes);
      expectBetween(Math.max(...waits), 0.95 * most * minutes, most * minutes);
    }
  });

  it.each(['denied', 'throttled'] as const)(
    'is full within minutes when only the permissions were not verified (%s), then later and later up to an hour',
    (finding) => {
      for (const [failures, most] of [
        [0, 1],
        [2, 4],
        [500, 60],
      ] as const)
        often(() => {
          const { attempt, health } = after('HEALTHY', findings[finding], { consecutiveFailures: failures });
          expectBetween(attempt, 5000, most * minutes);
          expect(health).toMatchObject({ consecutiveFailures: failures + 1, lastSuccessAt: start });
          expect(health.needsFullAt(health.nextAttemptAt)).toBe(true);
        });
    },
  );

  it('is full soon after a verification of credentials only', () => {
    expectBetween(after('HEALTHY', provenOnly).full, 48_000, 72_000);
  });

  it('is due immediately when AWS refused a call during this check', () => {
    const startedAt = at(hours - 1000);
    for (const finding of [findings.full, findings.light, findings.broken, noAnswer]) {
      const health = healthIn('HEALTHY', { suspectedAt: at(hours - 500) });
      health.observe(finding, startedAt, at(hours));
      expect(health.nextAttemptAt).toEqual(at(hours));
      expect(health.needsFullAt(at(hours))).toBe(true);
    }
  });
});
