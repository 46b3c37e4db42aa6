import { iamArnFrom } from '@cloud-account-gateway/iam-policy';
import {
  type IamSetupSettings,
  namesOf,
  partitionNames,
  partitionOf,
  permissionChecks,
  simulationsFor,
  type CheckedPrincipal,
  type MissingPermission,
  type Simulation,
} from '#libs/iam-setup';
import type { AwsAccessKey } from '../aws-access-key.js';
import { CredentialsRejected } from '../aws-credentials.errors.js';
import type { AwsIam, AwsIdentity } from '../aws-iam.js';
import { judge, type Simulated } from './permission-verdicts.js';
import { rejection } from './verification-checks.js';
import type { VerificationCheck } from '../verification.js';

/** Result of the permission checks of a principal. */
export interface PermissionFindings {
  readonly checks: readonly VerificationCheck[];
  /** Permissions that a policy of the principal can add. */
  readonly missing: readonly MissingPermission[];
  /** Number of calls to AWS. */
  readonly calls: number;
}

const rotationGroup = 'ROTATE_ACCESS_KEY';

/** User or role to simulate. @param sessionName session name in the role; null for a user */
export function checkedPrincipal(
  { arn, accountId, userId }: AwsIdentity,
  sessionName: string | null,
  region: string,
  settings: IamSetupSettings,
  { nodeRoleName, consoleRoleName }: { nodeRoleName?: string | null; consoleRoleName: string },
  at: Date,
): CheckedPrincipal {
  const { partition, kind, path, name } = iamArnFrom(arn)!;
  const usual = namesOf(settings.vendorName);
  const isRole = kind === 'role';
  return {
    holder: isRole ? 'access role' : 'user',
    options: isRole ? [] : ['allowAccessKeyRotation'],
    region,
    arn,
    userId: sessionName === null ? userId : `${userId}:${sessionName}`,
    at,
    values: {
      partition,
      urlSuffix: partitionNames[partitionOf(region) ?? 'aws'].urlSuffix,
      accountId,
      vendorAccountId: settings.vendorAccountId ?? '',
      vendorName: settings.vendorName,
      tagKey: settings.tagKey,
      path,
      userName: isRole ? usual.userName : name,
      nodeRoleName: nodeRoleName ?? usual.nodeRoleName,
      consoleRoleName,
      accessRoleName: isRole ? name : usual.accessRoleName,
      gatewayIdentityArn: '',
      externalId: '',
    },
  };
}

/** Simulates all required permissions with at most 10 calls. */
export async function verifyPermissions(
  aws: AwsIam,
  key: AwsAccessKey,
  principal: CheckedPrincipal,
  mustRotate: boolean,
): Promise<PermissionFindings> {
  const checks = permissionChecks(principal);
  const simulations = simulationsFor(checks);
  const ask = async ({ actions, resources, context, checks }: Simulation): Promise<Simulated[]> => {
    const question = { principalArn: principal.arn, actions, resources, context };
    const answer = await aws.simulate(key, principal.region, question).catch(rejection);
    return checks.map((check) => ({ check, answer }));
  };
  // When AWS refuses or does not answer the first call, the others are not made.
  const first = await ask(simulations[0]!);
  const refusal = first[0]!.answer instanceof CredentialsRejected ? first[0]!.answer : null;
  const others = refusal
    ? simulations.slice(1).flatMap(({ checks }) => checks.map((check) => ({ check, answer: refusal })))
    : (await Promise.all(simulations.slice(1).map(ask))).flat();
  const simulated = [...first, ...others];

  const groups = [...new Set(checks.map(({ group }) => group))].map((group) =>
    judge(
      group,
      simulated.filter(({ check }) => check.group === group),
      group === rotationGroup && !mustRotate,
      principal.holder === 'user' ? 'user' : 'role',
    ),
  );
  return {
    checks: groups.map(({ check }) => check),
    missing: [
      ...groups.flatMap(({ missing }) => missing),
      ...missingFor(refusal, 'iam:SimulatePrincipalPolicy', principal),
    ],
    calls: refusal ? 1 : simulations.length,
  };
}

/** Action of a real call that AWS refused because no identity-based policy allows it. */
export function missingFor(
  refusal: CredentialsRejected | null,
  action: string,
  principal: CheckedPrincipal,
): MissingPermission[] {
  if (refusal?.deniedBy !== 'IDENTITY_POLICY') return [];
  return permissionChecks(principal)
    .filter(({ actions }) => actions.includes(action))
    .map((check) => ({ check, action }));
}
