export interface Tenant {
  readonly id: number;
  readonly key: string;
}

export type Row = Readonly<Record<string, string | number | null>>;
export type Insert = (table: string, rows: readonly Row[]) => Promise<void>;

/** Greater than the IDs that the gateway has assigned. */
export const firstAccountId = 2001;
const firstSubscriptionId = 1001;

const begin = Date.UTC(2026, 0, 2);
const farFuture = '2100-01-01 00:00:00.000';

const moment = (seconds: number) => new Date(begin + seconds * 1000).toISOString().slice(0, 23).replace('T', ' ');
const tenantOf = (number: number, tenants: readonly Tenant[]) => tenants[number % tenants.length]!.id;

/** Rows of the accounts with these numbers, starting at 0. The tenants have them in turn. */
export function accountsOf(numbers: readonly number[], tenants: readonly Tenant[]): Row[] {
  return numbers.map((number) => {
    const name = nameOf(number);
    const awsAccountId = `${100_000_000_000 + number}`;
    const user = number.toString(36).toUpperCase().padStart(8, '0');
    return {
      id: firstAccountId + number,
      tenant_id: tenantOf(number, tenants),
      name,
      name_key: name.toLowerCase(),
      provider: 'AWS',
      region: 'us-east-1',
      ownership: 'CUSTOMER',
      status: 'ACTIVE',
      aws_account_id: awsAccountId,
      aws_user_id: `AIDAEXAMPLE${user}`,
      aws_user_arn: `arn:aws:iam::${awsAccountId}:user/gateway-${user}`,
      console_role_name: 'console-role',
      console_role_arn: `arn:aws:iam::${awsAccountId}:role/console-role`,
      is_sandbox: 1,
      version: 1,
      created_at: moment(number),
      updated_at: moment(number),
    };
  });
}

/** Not in the order of the IDs: each number below a million once. */
const nameOf = (number: number) => `Account ${String((number * 7919) % 1_000_003).padStart(7, '0')}`;

/** Rows of their health. No check is due during the benchmark. */
export function healthOf(
  numbers: readonly number[],
  tenants: readonly Tenant[],
  reportOf: (number: number) => string | null,
): Row[] {
  return numbers.map((number) => ({
    cloud_account_id: firstAccountId + number,
    tenant_id: tenantOf(number, tenants),
    state: 'HEALTHY',
    since: moment(number),
    last_checked_at: moment(number),
    last_success_at: moment(number),
    consecutive_failures: 0,
    codes: '[]',
    report: reportOf(number),
    reported_at: moment(number),
    next_full_at: farFuture,
    next_attempt_at: farFuture,
  }));
}

/** Rows of their subscriptions: 11 or 12 of each account, three tenths of them ended. */
export function subscriptionsOf(numbers: readonly number[], tenants: readonly Tenant[]): Row[] {
  return numbers.flatMap((number) =>
    Array.from({ length: 11 + (number % 2) }, (_, i) => {
      const at = moment(100_000 + number * 10 + i);
      const hasEnded = (number * 7 + i * 3) % 10 < 3;
      return {
        // 23 of two accounts.
        id: firstSubscriptionId + Math.floor(number / 2) * 23 + (number % 2) * 11 + i,
        tenant_id: tenantOf(number, tenants),
        cloud_account_id: firstAccountId + number,
        name: `Orders ${number}-${i}`,
        region: 'us-east-1',
        status: hasEnded ? 'DELETED' : 'ACTIVE',
        version: 1,
        created_at: at,
        updated_at: at,
        ended_at: hasEnded ? at : null,
        end_reason: hasEnded ? 'DELETED' : null,
        tags: '[]',
      };
    }),
  );
}
