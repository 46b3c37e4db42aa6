import {
  decide,
  iamArnFrom,
  type DecidingStatement,
  type Evaluation,
  type Permissions,
  type PolicyDocument,
  type Verdict,
} from '@cloud-account-gateway/iam-policy';
import { findUser, type Account } from '../accounts/account.js';
import { invalidInput, missingValue, noSuchEntity } from '../protocol/aws-errors.js';
import { authorize, type Caller } from '../caller.js';
import { pageOf, policyFrom, structuresOf, textsOf } from '../protocol/parameters.js';
import { permissionsOf, principalContext, type Principal } from '../accounts/principal.js';
import { nameIn, type SandboxState } from '../state/sandbox-state.js';
import { type XmlContent } from '../protocol/xml.js';
import { type Action } from './action.js';
import { roleSeenBy } from './get-role.js';

/**
 * One result for each action: on top the most restrictive decision of all resources, and only below it, in
 * ResourceSpecificResults, what goes for each (IAM API reference, EvaluationResult).
 */
export const simulatePrincipalPolicy: Action = (caller, parameters, state): XmlContent => {
  const source = parameters.get('PolicySourceArn');
  if (!source) throw missingValue('policySourceArn');
  const actions = textsOf(parameters, 'ActionNames');
  if (actions.length === 0) throw missingValue('actionNames');

  authorize(caller, 'iam:SimulatePrincipalPolicy', { arn: source }, state);

  const resources = textsOf(parameters, 'ResourceArns');
  refuseWhatCannotBe(actions, resources);
  const principal = principalAt(source, caller, state);
  const permissions = withInputs(permissionsOf(principal, state), parameters);
  const context = contextIn(parameters, principal);

  const { page, more } = pageOf(actions, parameters);
  return {
    EvaluationResults: page.map((action) => {
      const verdicts = (resources.length > 0 ? resources : ['*']).map((resource) => ({
        resource,
        verdict: decide(permissions, { action, resource, context }),
      }));
      return resultOf(action, verdicts, permissions, principal);
    }),
    ...more,
  };
};

/** As EvalDecision spells them, from the least to the most restrictive. */
const decisions = ['allowed', 'implicitDeny', 'explicitDeny'] as const;

const decisionOf = ({ decision, isExplicit }: Pick<Evaluation, 'decision' | 'isExplicit'>) =>
  decision === 'ALLOWED' ? 'allowed' : isExplicit ? 'explicitDeny' : 'implicitDeny';

interface OnResource {
  readonly resource: string;
  readonly verdict: Verdict;
}

function resultOf(
  action: string,
  on: readonly OnResource[],
  permissions: Permissions,
  principal: Principal,
): XmlContent {
  const decision = decisions.findLast((one) => on.some(({ verdict }) => decisionOf(verdict) === one))!;
  const deciding = on.filter(({ verdict }) => decisionOf(verdict) === decision);
  const isOnEverything = on.every(({ resource }) => resource === '*');
  return {
    EvalActionName: action,
    EvalResourceName: isOnEverything ? '*' : templateOf(on.find(({ resource }) => resource !== '*')!.resource),
    EvalDecision: decision,
    MatchedStatements: distinct(deciding.flatMap(({ verdict }) => matchedIn(verdict, permissions, principal))),
    MissingContextValues: [...new Set(on.flatMap(({ verdict }) => missingIn(verdict)))],
    ...detailsOf(on.map(({ verdict }) => verdict)),
    ResourceSpecificResults: isOnEverything
      ? undefined
      : on.map(({ resource, verdict }) => ({
          EvalResourceName: resource,
          EvalResourceDecision: decisionOf(verdict),
          MatchedStatements: matchedIn(verdict, permissions, principal),
          MissingContextValues: missingIn(verdict),
          // IAM tells an organization's part on top only.
          PermissionsBoundaryDecisionDetail: detailsOf([verdict]).PermissionsBoundaryDecisionDetail,
        })),
  };
}

/** Whether the organization and the boundary allow it everywhere; nothing of what does not apply. */
function detailsOf(verdicts: readonly Verdict[]) {
  const allowed = (part: 'organization' | 'boundary') =>
    verdicts[0]![part] && String(verdicts.every((verdict) => verdict[part]!.decision === 'ALLOWED'));
  const [byOrganization, byBoundary] = [allowed('organization'), allowed('boundary')];
  return {
    OrganizationsDecisionDetail: byOrganization && { AllowedByOrganizations: byOrganization },
    PermissionsBoundaryDecisionDetail: byBoundary && { AllowedByPermissionsBoundary: byBoundary },
  };
}

/** Of identity-based policies and the boundary; what service control policies say is not told statement by statement. */
function matchedIn({ isExplicit, identity, boundary }: Verdict, permissions: Permissions, principal: Principal) {
  const fits = (part: typeof boundary) => part && (!isExplicit || part.isExplicit);
  return [
    ...(fits(identity) ? identity.matched : []).map((matched) =>
      statementOf(matched, permissions.identity, `${principal.role ? 'role' : 'user'}_${nameOf(principal)}_policy-`),
    ),
    ...(fits(boundary) ? boundary!.matched : []).map((matched) =>
      statementOf(matched, [permissions.boundary!], `boundary_${nameOf(principal)}-`),
    ),
  ];
}

const nameOf = ({ user, role }: Principal) => (user ?? role)!.name;

/** Positions are counted as if the policy stood on one line, as JSON without white space. */
function statementOf({ policy, statement }: DecidingStatement, documents: readonly PolicyDocument[], name: string) {
  const text = JSON.stringify(statement);
  const column = JSON.stringify(documents[policy]).indexOf(text) + 1;
  return {
    SourcePolicyId: `${name}${policy + 1}`,
    SourcePolicyType: 'IAM Policy',
    StartPosition: { Line: '1', Column: String(column) },
    EndPosition: { Line: '1', Column: String(column + text.length) },
  };
}

const distinct = <T>(items: readonly T[]) => [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];

const missingIn = ({ identity, boundary }: Verdict) => [
  ...new Set([...identity.missing, ...(boundary?.missing ?? [])]),
];

/** `arn:aws:ec2:us-east-1:900000000361:vpc/vpc-1` is a `arn:${Partition}:ec2:${Region}:${Account}:vpc/${Name}`. */
function templateOf(arn: string): string {
  const [, , service, region, account, ...rest] = arn.split(':');
  const [type, ...name] = rest.join(':').split('/');
  const resource = name.length > 0 ? `${type}/\${Name}` : '${Name}';
  return `arn:\${Partition}:${service}:${region && '${Region}'}:${account && '${Account}'}:${resource}`;
}

function refuseWhatCannotBe(actions: readonly string[], resources: readonly string[]): void {
  const action = actions.find((name) => !/^[\w-]+:[\w*-]+$/.test(name));
  if (action !== undefined) throw invalidInput(`Invalid Action: ${action}`);

  const resource = resources.find((arn) => arn !== '*' && !/^arn:[\w-]+:[\w-]+:[\w-]*:(\d{12}|aws)?:.+$/.test(arn));
  if (resource !== undefined) throw invalidInput(`Invalid Resource Arn: ${resource}`);
}

/** The user or role of the caller's account that the ARN names. */
function principalAt(source: string, caller: Caller, state: SandboxState): Principal {
  const { kind, name } = iamArnFrom(source) ?? { kind: undefined, name: '' };
  if (kind !== 'user' && kind !== 'role')
    throw invalidInput(`Invalid Entity Arn: ${source} does not clearly define entity type and name.`);

  const principal = kind === 'user' ? userNamed(name, caller, state) : roleNamed(name, caller.account, caller, state);
  if (principal?.arn !== source) throw noSuchEntity(kind, name);
  return principal;
}

function userNamed(name: string, { account, family, user: self }: Caller, state: SandboxState): Principal | undefined {
  const user = findUser(account, name);
  const itsFamily = name === self?.name ? family : state.families.get(nameIn(account, name));
  return user && { account, family: itsFamily, user, role: undefined, arn: user.arn, userId: user.id };
}

function roleNamed(name: string, account: Account, caller: Caller, state: SandboxState): Principal | undefined {
  const role = roleSeenBy(caller, account, name, state);
  return role && { account, family: caller.family, user: undefined, role, arn: role.arn, userId: role.id };
}

/** With the policies the call brings along: they come on top, but a boundary replaces the one there is. */
function withInputs(permissions: Permissions, parameters: URLSearchParams): Permissions {
  if (parameters.has('ResourcePolicy')) throw invalidInput('The sandbox does not simulate ResourcePolicy.');

  const identity = textsOf(parameters, 'PolicyInputList').map(policyFrom);
  const [boundary, ...others] = textsOf(parameters, 'PermissionsBoundaryPolicyInputList').map(policyFrom);
  if (others.length > 0) throw invalidInput('Only one permissions boundary can be simulated.');
  return {
    ...permissions,
    identity: [...permissions.identity, ...identity],
    boundary: boundary ?? permissions.boundary,
  };
}

/** What follows from the principal, and what the call says is true. */
function contextIn(parameters: URLSearchParams, principal: Principal): Map<string, readonly string[]> {
  const context = principalContext(principal);
  for (const entry of structuresOf(parameters, 'ContextEntries')) {
    const key = parameters.get(`${entry}.ContextKeyName`);
    if (!key) throw missingValue('contextKeyName');
    context.set(key.toLowerCase(), textsOf(parameters, `${entry}.ContextKeyValues`));
  }
  return context;
}
