import { permissionManifest, type Condition, type Holder, type Option } from './permission-manifest.js';
import { documentOf, fillIn, statementsOf, type Values } from './policies.js';

/**
 * One question to iam:SimulatePrincipalPolicy, which applies its context and its resources to the whole call: are all
 * these actions allowed on all these resources?
 */
export interface PermissionCheck {
  /** The group of the manifest that the actions serve. */
  readonly group: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Condition keys and their values: what is true of a request that must be allowed. */
  readonly context: Readonly<Record<string, string>>;
}

/** Whose permissions are in question. */
export interface CheckedPrincipal {
  readonly holder: Holder;
  readonly options: readonly Option[];
  readonly values: Values;
  /** Where things would be built. */
  readonly region: string;
}

/** All that a holder must be allowed, in as few questions as its distinct contexts and resources take, group by group. */
export function permissionChecks(principal: CheckedPrincipal): PermissionCheck[] {
  const { holder, options, values, region } = principal;
  const policies = permissionManifest.policies.filter(
    ({ holders, option }) => holders.includes(holder) && (!option || options.includes(option)),
  );
  const groups = policies.flatMap((policy) =>
    policy.groups.map((group) => ({
      id: group.id,
      statements: fillIn(documentOf(statementsOf({ ...policy, groups: [group] })), values).Statement,
    })),
  );
  const denials = groups.flatMap(({ statements }) => statements.filter(({ Effect }) => Effect === 'Deny'));

  return groups.flatMap(({ id, statements }) => {
    const checks = new Map<string, PermissionCheck>();
    for (const { Action, Resource, Condition } of statements.filter(({ Effect }) => Effect === 'Allow')) {
      const resources = resourcesFor(Resource, principal);
      for (const action of Action) {
        const denying = denials.filter((denial) => denial.Action.includes(action));
        // What a condition of Allow compares with satisfies it; what one of Deny compares with, by NotEquals, avoids it.
        const context = Object.assign(
          {},
          ...[Condition, ...denying.map((denial) => denial.Condition)].map((condition) => valuesIn(condition, region)),
        ) as Record<string, string>;
        const key = JSON.stringify([context, resources]);
        checks.set(key, { group: id, actions: [...(checks.get(key)?.actions ?? []), action], resources, context });
      }
    }
    return [...checks.values()];
  });
}

/** Each condition key with the first value it is compared with. */
function valuesIn(condition: Condition = {}, region: string): Record<string, string> {
  const tests = Object.values(condition).flatMap((test) => Object.entries(test));
  return Object.fromEntries(tests.map(([key, value]) => [key, [value].flat()[0]!.replaceAll('*', region)]));
}

/** Resources as real ones are called: a simulation takes ARNs, and what of a pattern is open is filled with an example. */
function resourcesFor(patterns: readonly string[] = [], { holder, values, region }: CheckedPrincipal): string[] {
  return patterns.flatMap((pattern) => {
    if (pattern === '*') return [pattern];
    // In the session of a role the variable stands for nothing, so nothing is granted by it.
    if (pattern.includes('${aws:username}') && holder !== 'user') return [];
    const [arn, partition, service, anyRegion, account, ...rest] = pattern
      .replace('${aws:username}', values.userName)
      .split(':');
    return [
      [
        arn,
        partition,
        service,
        anyRegion === '*' ? region : anyRegion,
        account === '*' ? values.accountId : account,
        rest.join(':').replaceAll('*', 'example'),
      ].join(':'),
    ];
  });
}
