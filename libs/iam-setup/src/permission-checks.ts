import { permissionManifest, type Condition, type Holder, type Option } from './permission-manifest.js';
import { documentOf, fillIn, statementsOf, type PolicyDocument, type Statement, type Values } from './policies.js';

/** Are all these actions allowed on all these resources, in a request of which the context is true? */
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

/**
 * One call of iam:SimulatePrincipalPolicy. Its context and its resources apply to all of its actions, so the answer holds
 * more than was asked: what counts is, for each check, its own actions on its own resources.
 */
export interface Simulation {
  readonly actions: readonly string[];
  /** ARNs, or `*` alone. */
  readonly resources: readonly string[];
  readonly context: Readonly<Record<string, string>>;
  readonly checks: readonly PermissionCheck[];
}

/** An action that a check found missing. */
export interface MissingPermission {
  readonly check: PermissionCheck;
  readonly action: string;
}

/** All that a holder must be allowed, in as few checks as its distinct contexts and resources take, group by group. */
export function permissionChecks(principal: CheckedPrincipal): PermissionCheck[] {
  return allowances(principal).reduce<PermissionCheck[]>((checks, { group, action, resources, context }) => {
    const same = checks.findIndex((check) => check.group === group && isSame(check, { resources, context }));
    if (same < 0) return [...checks, { group, actions: [action], resources, context }];
    return checks.with(same, { ...checks[same]!, actions: [...checks[same]!.actions, action] });
  }, []);
}

/**
 * The checks in as few calls as they take. A tag in the context changes what general conditions say, so no check shares a
 * call with another that has other tags. Condition keys of a service (`iam:PassedToService`) mean something to the few
 * actions that know them and nothing to the others: checks with such keys share a call, unless their values differ.
 */
export function simulationsFor(checks: readonly PermissionCheck[]): Simulation[] {
  return checks.reduce<Simulation[]>((simulations, check) => {
    const isForAll = check.resources.includes('*');
    const fitting = simulations.findIndex(
      ({ resources, context }) => resources.includes('*') === isForAll && mayShare(context, check.context),
    );
    if (fitting < 0) return [...simulations, { ...check, checks: [check] }];
    const { actions, resources, context, checks: others } = simulations[fitting]!;
    return simulations.with(fitting, {
      actions: [...new Set([...actions, ...check.actions])],
      resources: [...new Set([...resources, ...check.resources])],
      context: { ...context, ...check.context },
      checks: [...others, check],
    });
  }, []);
}

function mayShare(one: PermissionCheck['context'], other: PermissionCheck['context']): boolean {
  const isGeneral = (context: object) => Object.keys(context).some((key) => key.startsWith('aws:'));
  if (isGeneral(one) || isGeneral(other) || Object.keys(one).length === 0 || Object.keys(other).length === 0)
    return JSON.stringify(one) === JSON.stringify(other);
  return Object.entries(other).every(([key, value]) => one[key] === undefined || one[key] === value);
}

/** The smallest policy that allows what is missing: the manifest's statements, with nothing but the missing actions. */
export function policyFor(principal: CheckedPrincipal, missing: readonly MissingPermission[]): PolicyDocument {
  const statements = allowances(principal)
    .filter((allowance) =>
      missing.some(
        ({ check, action }) =>
          check.group === allowance.group && action === allowance.action && isSame(check, allowance),
      ),
    )
    .reduce<Statement[]>((all, { statement, action }) => {
      const same = all.findIndex(({ Sid }) => Sid === statement.Sid);
      if (same < 0) return [...all, { ...statement, Action: [action] }];
      return all.with(same, { ...all[same]!, Action: [...all[same]!.Action, action] });
    }, []);
  return documentOf(statements);
}

const isSame = (
  one: Pick<PermissionCheck, 'resources' | 'context'>,
  other: Pick<PermissionCheck, 'resources' | 'context'>,
) => JSON.stringify([one.context, one.resources]) === JSON.stringify([other.context, other.resources]);

/** One action that one statement of the manifest allows. */
interface Allowance {
  readonly group: string;
  readonly statement: Statement;
  readonly action: string;
  readonly resources: readonly string[];
  readonly context: Readonly<Record<string, string>>;
}

function allowances(principal: CheckedPrincipal): Allowance[] {
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

  return groups.flatMap(({ id: group, statements }) =>
    statements
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap((statement) => {
        const resources = resourcesFor(statement.Resource, principal);
        return statement.Action.map((action) => {
          const denying = denials.filter((denial) => denial.Action.includes(action));
          // What a condition of Allow compares with satisfies it; what one of Deny compares with, by NotEquals, avoids it.
          const conditions = [statement.Condition, ...denying.map((denial) => denial.Condition)];
          const context = Object.assign({}, ...conditions.map((condition) => valuesIn(condition, region))) as Record<
            string,
            string
          >;
          return { group, statement, action, resources, context };
        });
      }),
  );
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
