import { decide, decideTrust, iamArnFrom, type PolicyDocument } from '@cloud-account-gateway/iam-policy';
import { assumedRoleArn, findAccount, type Role } from '../accounts/account.js';
import { accessDenied, missingValue, rolesNotForRoot, validationError } from '../protocol/aws-errors.js';
import { contextOf, type Caller } from '../caller.js';
import { provesMfa } from '../accounts/mfa.js';
import { constraintFailed, numberIn, policyFrom } from '../protocol/parameters.js';
import { permissionsOf } from '../accounts/principal.js';
import { beginSession } from '../accounts/session.js';
import { type SandboxState } from '../state/sandbox-state.js';
import { type XmlContent } from '../protocol/xml.js';
import { type Action } from './action.js';

const anHour = 3600;

/** Both sides have to agree: the role trusts the caller, and the caller's own policies allow it to ask. */
export const assumeRole: Action = (caller, parameters, state): XmlContent => {
  const roleArn = parameters.get('RoleArn');
  if (!roleArn) throw missingValue('roleArn');
  const sessionName = sessionNameIn(parameters);
  const externalId = externalIdIn(parameters);
  const policy = policyIn(parameters);
  const seconds = numberIn(parameters, 'DurationSeconds', { least: 900, most: 43_200, otherwise: anHour });
  if (iamArnFrom(roleArn)?.kind !== 'role') throw validationError(`${roleArn} is invalid`);
  if (!caller.user && !caller.role) throw rolesNotForRoot();

  const hasMfa = provesMfa(caller, parameters);
  const role = roleWithTrust(caller, roleArn, { externalId, sessionName, hasMfa }, state);
  if (seconds > role.maxSessionDuration) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }

  return {
    Credentials: beginSession(
      { accountId: iamArnFrom(roleArn)!.accountId, roleName: role.name, sessionName, ...(policy && { policy }) },
      { mfa: hasMfa, seconds },
    ),
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${sessionName}`,
      Arn: assumedRoleArn(iamArnFrom(role.arn)!, sessionName),
    },
    PackedPolicySize: policy && String(Math.ceil(JSON.stringify(policy).length / 20.48)),
  };
};

/** The role, if it trusts the caller. A role that does not exist is told from no other. */
function roleWithTrust(
  caller: Caller,
  roleArn: string,
  { externalId, sessionName, hasMfa }: { externalId: string | null; sessionName: string; hasMfa: boolean },
  state: SandboxState,
): Role {
  const { accountId, name } = iamArnFrom(roleArn)!;
  const account = findAccount(accountId, '');
  const found = account && state.findRole({ ...account, partition: caller.account.partition }, name);
  const role = found?.arn === roleArn ? found : undefined;

  const context = contextOf(caller);
  context.set('sts:rolesessionname', [sessionName]);
  if (externalId !== null) context.set('sts:externalid', [externalId]);
  if (hasMfa) context.set('aws:multifactorauthpresent', ['true']);
  if (hasMfa && !context.has('aws:multifactorauthage')) context.set('aws:multifactorauthage', ['0']);

  const permissions = permissionsOf(caller, state, caller.session);
  const own = decide(permissions, { action: 'sts:AssumeRole', resource: roleArn, context });
  if (own.isExplicit) throw accessDenied(caller.arn, 'sts:AssumeRole', roleArn, own.because);

  const who = {
    accountId: caller.account.id,
    partition: caller.account.partition,
    arns: caller.role ? [caller.arn, caller.role.arn] : [caller.arn],
  };
  const trust = role && decideTrust(role.trust, roleArn, who, context);
  if (trust?.decision !== 'ALLOWED') throw accessDenied(caller.arn, 'sts:AssumeRole', roleArn);

  // Within one account it is enough that the role names the caller, unless the organization has not allowed it.
  const isEnough = trust.byName && accountId === caller.account.id && own.organization?.decision !== 'DENIED';
  if (own.decision !== 'ALLOWED' && !isEnough) {
    throw accessDenied(caller.arn, 'sts:AssumeRole', roleArn, own.because);
  }
  return role!;
}

function sessionNameIn(parameters: URLSearchParams): string {
  const name = parameters.get('RoleSessionName');
  if (!name) throw missingValue('roleSessionName');
  if (!/^[\w+=,.@-]{2,64}$/.test(name)) {
    throw constraintFailed(name, 'roleSessionName', 'satisfy regular expression pattern: [\\w+=,.@-]*');
  }
  return name;
}

function externalIdIn(parameters: URLSearchParams): string | null {
  const id = parameters.get('ExternalId');
  if (id !== null && !/^[\w+=,.@:/-]{2,1224}$/.test(id)) {
    throw constraintFailed(id, 'externalId', 'satisfy regular expression pattern: [\\w+=,.@:\\/-]*');
  }
  return id;
}

function policyIn(parameters: URLSearchParams): PolicyDocument | undefined {
  const text = parameters.get('Policy');
  if (text === null) return undefined;
  if (text.length > 2048) throw constraintFailed('…', 'policy', 'have length less than or equal to 2048');

  return policyFrom(text);
}
