import {
  CreateAccessKeyCommand,
  CreateServiceLinkedRoleCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  GetRoleCommand,
  IAMClient,
  ListAccessKeysCommand,
  SimulatePrincipalPolicyCommand,
  UpdateAccessKeyCommand,
  type ContextKeyTypeEnum,
  type EvaluationResult,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
  type Credentials,
} from '@aws-sdk/client-sts';
import { Secret } from '#libs/kernel';
import { AwsAccessKey } from '../aws-access-key.js';
import { CredentialsRejected } from '../aws-credentials.errors.js';
import {
  AwsIam,
  type AwsDecision,
  type AwsIdentity,
  type AwsKeyOfUser,
  type AwsKeysOfUser,
  type AwsRoleRequest,
  type AwsSession,
  type AwsSimulation,
  type AwsTrustedRole,
  type AwsVerdict,
} from '../aws-iam.js';
import { askAws, type AwsClientConfig, type AwsQuestion } from './ask-aws.js';
import { type AwsEndpoints } from './aws-endpoints.js';
import { unusable, type AwsAction } from './aws-failure.js';

/** Implementation with the AWS SDK. */
export class SdkAwsIam extends AwsIam {
  constructor(private readonly endpoints: AwsEndpoints) {
    super();
  }

  async identityOf(key: AwsAccessKey, region: string): Promise<AwsIdentity> {
    const { Account, UserId, Arn } = await this.sts('sts:GetCallerIdentity', key, region, (sts, deadline) =>
      sts.send(new GetCallerIdentityCommand({}), deadline),
    );
    if (!Account || !UserId || !Arn || !/^\d{12}$/.test(Account)) throw unusable();
    return { accountId: Account, userId: UserId, arn: Arn };
  }

  async role(key: AwsAccessKey, region: string, name: string): Promise<AwsTrustedRole> {
    const { Role } = await this.iam('iam:GetRole', key, region, (iam, deadline) =>
      iam.send(new GetRoleCommand({ RoleName: name }), deadline),
    );
    if (!Role?.Arn || !Role.RoleName) throw unusable();
    return { name: Role.RoleName, arn: Role.Arn, trustPolicy: decoded(Role.AssumeRolePolicyDocument) };
  }

  async simulate(
    key: AwsAccessKey,
    region: string,
    { principalArn, actions, resources, context }: AwsSimulation,
  ): Promise<AwsVerdict[]> {
    const results: EvaluationResult[] = [];
    let marker: string | undefined;
    do {
      const page = await this.iam('iam:SimulatePrincipalPolicy', key, region, (iam, deadline) =>
        iam.send(
          new SimulatePrincipalPolicyCommand({
            PolicySourceArn: principalArn,
            ActionNames: [...actions],
            ResourceArns: [...resources],
            ContextEntries: Object.entries(context).map(([name, values]) => ({
              ContextKeyName: name,
              ContextKeyValues: [...values],
              ContextKeyType: contextKeyTypes[name] ?? (values.length > 1 ? 'stringList' : 'string'),
            })),
            MaxItems: 1000,
            Marker: marker,
          }),
          deadline,
        ),
      );
      if (!page.EvaluationResults) throw unusable();
      results.push(...page.EvaluationResults);
      marker = page.IsTruncated ? page.Marker : undefined;
    } while (marker);
    return actions.flatMap((action) => resources.map((resource) => verdictIn(results, action, resource)));
  }

  async accessKeys(key: AwsAccessKey, region: string): Promise<AwsKeysOfUser> {
    const keys: AwsKeyOfUser[] = [];
    let at: Date | undefined;
    let marker: string | undefined;
    do {
      const command = new ListAccessKeysCommand({ Marker: marker });
      command.middlewareStack.add(
        (next) => async (args) => {
          const result = await next(args);
          at = dateOf(result.response) ?? at;
          return result;
        },
        { step: 'deserialize' },
      );
      const page = await this.iam('iam:ListAccessKeys', key, region, (iam, deadline) => iam.send(command, deadline));
      if (!page.AccessKeyMetadata) throw unusable();
      for (const { AccessKeyId, Status, CreateDate } of page.AccessKeyMetadata) {
        if (!AccessKeyId || !CreateDate) throw unusable();
        keys.push({ accessKeyId: AccessKeyId, isActive: Status === 'Active', createdAt: CreateDate });
      }
      marker = page.IsTruncated ? page.Marker : undefined;
    } while (marker);
    return { keys, at: at ?? new Date() };
  }

  async createAccessKey(key: AwsAccessKey, region: string): Promise<{ key: AwsAccessKey; createdAt: Date }> {
    const { AccessKey } = await this.iam(
      'iam:CreateAccessKey',
      key,
      region,
      (iam, deadline) => iam.send(new CreateAccessKeyCommand({}), deadline),
      // The SDK would retry after a lost answer and leave an access key whose secret is lost (measured, aws-sdk-js-v3).
      { maxAttempts: 1 },
    );
    if (!AccessKey?.AccessKeyId || !AccessKey.SecretAccessKey) throw unusable();
    return {
      key: new AwsAccessKey(AccessKey.AccessKeyId, new Secret(AccessKey.SecretAccessKey)),
      createdAt: AccessKey.CreateDate ?? new Date(),
    };
  }

  async setKeyActive(key: AwsAccessKey, region: string, accessKeyId: string, isActive: boolean): Promise<void> {
    await this.iam('iam:UpdateAccessKey', key, region, (iam, deadline) =>
      iam.send(
        new UpdateAccessKeyCommand({ AccessKeyId: accessKeyId, Status: isActive ? 'Active' : 'Inactive' }),
        deadline,
      ),
    );
  }

  async deleteAccessKey(key: AwsAccessKey, region: string, accessKeyId: string): Promise<void> {
    try {
      await this.iam('iam:DeleteAccessKey', key, region, (iam, deadline) =>
        iam.send(new DeleteAccessKeyCommand({ AccessKeyId: accessKeyId }), deadline),
      );
    } catch (error) {
      if (!(error instanceof CredentialsRejected && error.awsErrorCode === 'NoSuchEntity')) throw error;
    }
  }

  async keyLastUsed(key: AwsAccessKey, region: string, accessKeyId: string): Promise<Date | null> {
    const { AccessKeyLastUsed } = await this.iam('iam:GetAccessKeyLastUsed', key, region, (iam, deadline) =>
      iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId }), deadline),
    );
    if (!AccessKeyLastUsed) throw unusable();
    return AccessKeyLastUsed.LastUsedDate ?? null;
  }

  async createServiceLinkedRole(key: AwsAccessKey, region: string, service: string): Promise<void> {
    try {
      await this.iam('iam:CreateServiceLinkedRole', key, region, (iam, deadline) =>
        iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: service }), deadline),
      );
    } catch (error) {
      // Message of IAM when the role already exists (IAM API reference, CreateServiceLinkedRole).
      if (!(error instanceof CredentialsRejected && error.awsErrorCode === 'InvalidInput')) throw error;
    }
  }

  async assumeRole(
    key: AwsAccessKey,
    region: string,
    { roleArn, externalId, sessionName, durationSeconds = 3600, policy }: AwsRoleRequest,
  ): Promise<AwsSession> {
    const { Credentials, AssumedRoleUser } = await this.sts('sts:AssumeRole', key, region, (sts, deadline) =>
      sts.send(
        new AssumeRoleCommand({
          RoleArn: roleArn,
          RoleSessionName: sessionName,
          DurationSeconds: durationSeconds,
          ...(externalId !== null && { ExternalId: externalId }),
          ...(policy !== undefined && { Policy: policy }),
        }),
        deadline,
      ),
    );
    const roleId = AssumedRoleUser?.AssumedRoleId?.split(':')[0];
    if (!AssumedRoleUser?.Arn || !roleId) throw unusable();
    return { ...sessionIn(Credentials), arn: AssumedRoleUser.Arn, roleId };
  }

  async sessionOf(key: AwsAccessKey, region: string, durationSeconds: number): Promise<AwsSession> {
    const { Credentials } = await this.sts('sts:GetSessionToken', key, region, (sts, deadline) =>
      sts.send(new GetSessionTokenCommand({ DurationSeconds: durationSeconds }), deadline),
    );
    return { ...sessionIn(Credentials), arn: null, roleId: null };
  }

  private sts<T>(
    action: AwsAction,
    key: AwsAccessKey,
    region: string,
    question: AwsQuestion<STSClient, T>,
  ): Promise<T> {
    return askAws(this.endpoints, { action, key, region }, (config) => new STSClient(config), question);
  }

  private iam<T>(
    action: AwsAction,
    key: AwsAccessKey,
    region: string,
    question: AwsQuestion<IAMClient, T>,
    options: { maxAttempts?: number } = {},
  ): Promise<T> {
    const clientOf = (config: AwsClientConfig) => new IAMClient({ ...config, ...options });
    return askAws(this.endpoints, { action, key, region }, clientOf, question);
  }
}

/** Time of a response, by the clock of the server. Undefined when it has no date. */
function dateOf(response: unknown): Date | undefined {
  const { headers = {} } = response as { headers?: Record<string, string | undefined> };
  const date = new Date(headers['date'] ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** IAM encodes policies as in a URL. Text that cannot be decoded is returned unchanged, and is not a valid policy. */
function decoded(document = ''): string {
  try {
    return decodeURIComponent(document);
  } catch {
    return '';
  }
}

/** Types of condition keys that are not strings (IAM user guide, "AWS global condition context keys"; KMS, EC2). */
const contextKeyTypes: Readonly<Record<string, ContextKeyTypeEnum>> = {
  'aws:SecureTransport': 'boolean',
  'aws:ViaAWSService': 'boolean',
  'aws:PrincipalIsAWSService': 'boolean',
  'aws:MultiFactorAuthPresent': 'boolean',
  'kms:GrantIsForAWSResource': 'boolean',
  'aws:CurrentTime': 'date',
  'aws:TokenIssueTime': 'date',
  'aws:EpochTime': 'numeric',
  'aws:TagKeys': 'stringList',
};

/**
 * AWS returns one result for each action, with the most restrictive decision over all resources. Only
 * `ResourceSpecificResults` has the decision for each resource (client-iam 3.1169, SimulatePrincipalPolicy).
 */
function verdictIn(results: readonly EvaluationResult[], action: string, resource: string): AwsVerdict {
  const result = results.find(({ EvalActionName }) => EvalActionName?.toLowerCase() === action.toLowerCase());
  const specific = result?.ResourceSpecificResults?.find(({ EvalResourceName }) => EvalResourceName === resource);
  const decision = specific?.EvalResourceDecision ?? result?.EvalDecision;
  if (!result || !isDecision(decision)) throw unusable();
  const boundary = specific?.PermissionsBoundaryDecisionDetail ?? result.PermissionsBoundaryDecisionDetail;
  // The result of the action combines all resources, including those that the action does not use.
  const { MissingContextValues = [], MatchedStatements = [] } = specific ?? result;
  return {
    action,
    resource,
    decision,
    isAllowedByOrganization:
      decision === 'allowed' || (result.OrganizationsDecisionDetail?.AllowedByOrganizations ?? true),
    isAllowedByBoundary: boundary?.AllowedByPermissionsBoundary ?? true,
    missingContext: MissingContextValues,
    decidedBy: [...new Set(MatchedStatements.flatMap(({ SourcePolicyId }) => SourcePolicyId ?? []))],
  };
}

const isDecision = (text: string | undefined): text is AwsDecision =>
  text === 'allowed' || text === 'explicitDeny' || text === 'implicitDeny';

function sessionIn(credentials: Credentials | undefined): Pick<AwsSession, 'key' | 'expiresAt'> {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) throw unusable();
  return {
    key: new AwsAccessKey(AccessKeyId, new Secret(SecretAccessKey), new Secret(SessionToken)),
    expiresAt: Expiration,
  };
}
