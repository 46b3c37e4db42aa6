import { permissionManifest } from '../permission-manifest.js';
import { documentOf, fillIn, statementsOf, type PolicyDocument, type Statement } from '../policies.js';
import { exampleArn, makersOf, resourcesOf, type Ec2Kind, type Relation } from './ec2-requests.js';
import {
  createAction,
  ec2Context,
  instanceContext,
  keysIn,
  mapValues,
  otherContext,
  type CheckedPrincipal,
  type RequestContext,
} from './request-context.js';

/** Whether all these actions are allowed on all these resources, in requests with this context. */
export interface PermissionCheck {
  /** Permission group of the manifest. */
  readonly group: string;
  /** `Sid` of the statement of the manifest that allows the actions. */
  readonly statement: string;
  readonly actions: readonly string[];
  /** ARNs of the kinds in our requests, or only `*`. */
  readonly resources: readonly string[];
  readonly context: RequestContext;
}

/**
 * One call of iam:SimulatePrincipalPolicy. Its context and resources apply to all its actions, so it returns more
 * results than needed: each check uses those for its own actions and resources.
 */
export interface Simulation {
  readonly actions: readonly string[];
  /** ARNs, or only `*`. */
  readonly resources: readonly string[];
  readonly context: RequestContext;
  readonly checks: readonly PermissionCheck[];
}

/** Action that is not allowed. */
export interface MissingPermission {
  readonly check: Pick<PermissionCheck, 'statement'>;
  readonly action: string;
}

/** Checks for everything that a holder needs, by group: one check for each statement and kind of context. */
export function permissionChecks(principal: CheckedPrincipal): PermissionCheck[] {
  return grants(principal).reduce<PermissionCheck[]>((checks, { group, statement, action, resources, context }) => {
    const same = checks.findIndex(
      (check) =>
        check.statement === statement.Sid &&
        JSON.stringify([check.context, check.resources]) === JSON.stringify([context, resources]),
    );
    if (same < 0) return [...checks, { group, statement: statement.Sid!, actions: [action], resources, context }];
    return checks.with(same, { ...checks[same]!, actions: [...checks[same]!.actions, action] });
  }, []);
}

/**
 * Distributes the checks over as few calls as possible. Checks can share a call if all global condition keys (`aws:…`)
 * are equal. Condition keys of a service affect only few actions: a call has the values of all its checks. Only
 * `ec2:CreateAction` needs its own call, because it would make every request look like one that adds tags.
 */
export function simulationsFor(checks: readonly PermissionCheck[]): Simulation[] {
  const calls = Map.groupBy(checks, ({ resources, context }) =>
    JSON.stringify([resources.includes('*'), createAction in context, globalKeysOf(context)]),
  );
  return [...calls.values()].map((sharing) => ({
    actions: distinct(sharing.flatMap(({ actions }) => actions)),
    resources: distinct(sharing.flatMap(({ resources }) => resources)),
    context: sharing.reduce<RequestContext>(
      (all, { context }) => ({
        ...all,
        ...mapValues(context, (values, key) => distinct([...(all[key] ?? []), ...values])),
      }),
      {},
    ),
    checks: sharing,
  }));
}

/**
 * Policy that allows the missing actions: the statements of the manifest with these actions, and the statements that
 * restrict them.
 */
export function policyFor(principal: CheckedPrincipal, missing: readonly MissingPermission[]): PolicyDocument {
  const statements = groupsOf(principal).flatMap(({ statements }) => statements);
  const allowing = statements
    .filter(({ Effect }) => Effect === 'Allow')
    .map((statement) =>
      only(statement, (action) =>
        missing.some(({ check, action: lacking }) => check.statement === statement.Sid && lacking === action),
      ),
    );
  const granted = new Set(allowing.flatMap(({ Action }) => Action));
  const limiting = statements
    .filter(({ Effect }) => Effect === 'Deny')
    .map((statement) => only(statement, (action) => granted.has(action)));
  return documentOf([...allowing, ...limiting].filter(({ Action }) => Action.length > 0));
}

const only = (statement: Statement, isMeant: (action: string) => boolean): Statement => ({
  ...statement,
  Action: statement.Action.filter(isMeant),
});

/** Action that a statement of the manifest allows, on resources with the same context. */
interface Grant {
  readonly group: string;
  readonly statement: Statement;
  readonly action: string;
  readonly resources: readonly string[];
  readonly context: RequestContext;
}

function grants(principal: CheckedPrincipal): Grant[] {
  return groupsOf(principal).flatMap(({ id: group, statements }) =>
    statements
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap((statement) =>
        statement.Action.flatMap((action) =>
          requestsFor(statement, action, principal).map((request) => ({ group, statement, action, ...request })),
        ),
      ),
  );
}

function groupsOf({ holder, options, values }: CheckedPrincipal) {
  return permissionManifest.policies
    .filter(({ holders, option }) => holders.includes(holder) && (!option || options.includes(option)))
    .flatMap((policy) =>
      policy.groups.map((group) => ({
        id: group.id,
        statements: fillIn(documentOf(statementsOf({ ...policy, groups: [group] })), values).Statement,
      })),
    );
}

type Request = Pick<Grant, 'resources' | 'context'>;

/** Requests in which the action needs the statement. */
function requestsFor(statement: Statement, action: string, principal: CheckedPrincipal): Request[] {
  const named = resourcesOf(action);
  if (!action.startsWith('ec2:') || named.length === 0) {
    const resources = otherResources(statement.Resource, principal);
    return resources.length > 0 ? [{ resources, context: otherContext(action, statement, principal) }] : [];
  }
  const { values, region } = principal;
  const arnOf = (kind: Ec2Kind) => exampleArn(kind, values.partition, region, values.accountId);
  const covered = named.filter(
    ({ kind, relation }) =>
      isAbout(statement, kind) && (conditionOf(statement) === null || conditionOf(statement) === relation),
  );
  if (keysIn(statement.Condition).includes(createAction))
    return covered.map(({ kind }) => ({
      resources: [arnOf(kind)],
      context: { ...ec2Context('made', principal), [createAction]: makersOf(kind) },
    }));
  return [...Map.groupBy(covered, ({ relation }) => relation)].map(([relation, list]) => ({
    resources: list.map(({ kind }) => arnOf(kind)),
    context: { ...ec2Context(relation, principal), ...(action === 'ec2:RunInstances' && instanceContext(principal)) },
  }));
}

const isAbout = ({ Resource = [] }: Statement, kind: Ec2Kind) =>
  Resource.some((pattern) => pattern === '*' || pattern.split(':').at(-1)!.startsWith(`${kind}/`));

/** Relation to a resource that the condition of the statement requires. Null when the condition names no tag. */
function conditionOf({ Condition }: Statement): Relation | null {
  const keys = keysIn(Condition);
  if (keys.some((key) => key.startsWith('aws:ResourceTag/'))) return 'ours';
  return keys.some((key) => key.startsWith('aws:RequestTag/') || key === createAction) ? 'made' : null;
}

/** Example ARNs of the resources: a simulation accepts only ARNs without wildcards. */
function otherResources(patterns: readonly string[] = [], { holder, values, region }: CheckedPrincipal): string[] {
  return patterns.flatMap((pattern) => {
    if (pattern === '*') return [pattern];
    // In a session of a role the variable has no value, so it grants nothing.
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
        rest.join(':').replaceAll('*', service === 'kms' ? exampleKeyId : 'example'),
      ].join(':'),
    ];
  });
}

const exampleKeyId = '1234abcd-12ab-34cd-56ef-1234567890ab';

const globalKeysOf = (context: RequestContext) => Object.entries(context).filter(([key]) => key.startsWith('aws:'));

const distinct = <T>(list: readonly T[]): T[] => [...new Set(list)];
