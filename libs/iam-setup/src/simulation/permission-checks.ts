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

/** Must all these actions be allowed on all these resources, in requests with this context? */
export interface PermissionCheck {
  /** The group of the manifest that the actions serve. */
  readonly group: string;
  /** The `Sid` of the statement of the manifest that allows them. */
  readonly statement: string;
  readonly actions: readonly string[];
  /** ARNs of the kinds that our requests name, or `*` alone. */
  readonly resources: readonly string[];
  readonly context: RequestContext;
}

/**
 * One call of iam:SimulatePrincipalPolicy. Its context and its resources apply to all of its actions, so the answer holds
 * more than was asked: what counts is, for each check, its own actions on its own resources.
 */
export interface Simulation {
  readonly actions: readonly string[];
  /** ARNs, or `*` alone. */
  readonly resources: readonly string[];
  readonly context: RequestContext;
  readonly checks: readonly PermissionCheck[];
}

/** An action that a check found missing. */
export interface MissingPermission {
  readonly check: Pick<PermissionCheck, 'statement'>;
  readonly action: string;
}

/** All that a holder must be allowed, group by group: one check for each statement and each kind of context. */
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
 * The checks in as few calls as they take. Checks share a call when all global condition keys (`aws:…`) are the same. The
 * keys of one service mean something to a few actions only: of those a call has the values of all its checks. Only
 * `ec2:CreateAction` has a call of its own, because it would make every request look like one that tags.
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

/** The policy that allows what is missing: the manifest's statements with the missing actions, and what limits those. */
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

/** One action that one statement of the manifest allows, on resources of which the same context is true. */
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

/** The requests in which the action needs the statement. */
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

/** How a request must relate to a resource for the statement's condition to hold; null when the condition names no tag. */
function conditionOf({ Condition }: Statement): Relation | null {
  const keys = keysIn(Condition);
  if (keys.some((key) => key.startsWith('aws:ResourceTag/'))) return 'ours';
  return keys.some((key) => key.startsWith('aws:RequestTag/') || key === createAction) ? 'made' : null;
}

/** Resources as real ones are called: a simulation takes ARNs, and what of a pattern is open is filled with an example. */
function otherResources(patterns: readonly string[] = [], { holder, values, region }: CheckedPrincipal): string[] {
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
        rest.join(':').replaceAll('*', service === 'kms' ? exampleKeyId : 'example'),
      ].join(':'),
    ];
  });
}

const exampleKeyId = '1234abcd-12ab-34cd-56ef-1234567890ab';

const globalKeysOf = (context: RequestContext) => Object.entries(context).filter(([key]) => key.startsWith('aws:'));

const distinct = <T>(list: readonly T[]): T[] => [...new Set(list)];
