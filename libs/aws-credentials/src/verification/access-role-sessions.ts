import { newExternalId } from '#libs/iam-setup';
import { Injectable } from '@nestjs/common';
import { becauseOf } from '../access-denial.js';
import type { AwsAccessRole } from '../aws-access-role.js';
import { CredentialsRejected } from '../aws-credentials.errors.js';
import { AwsIam, type AwsSession } from '../aws-iam.js';
import { GatewayIdentity } from '../gateway-identity.js';
import { failed, inconclusive, passed, causeOf, rejection } from './verification-checks.js';
import type { VerificationCheck } from '../verification.js';

/** Result of the external ID check of a role. */
export interface ExternalIdFinding {
  readonly check: VerificationCheck;
  /** Reason why the role cannot be used. Null when it requires its external ID. */
  readonly refusal: CredentialsRejected | null;
}

/** Assumes access roles with the identity of the gateway and the external ID that was issued for the role. */
@Injectable()
export class AccessRoleSessions {
  constructor(
    private readonly aws: AwsIam,
    private readonly identity: GatewayIdentity,
  ) {}

  /**
   * Starts a session in the role with one call to AWS. Never call it in a unit of work.
   *
   * @param name identifies the operation in the customer's CloudTrail: a UUID
   * @param policy session policy that restricts the permissions of the role, as JSON
   * @throws CredentialsRejected
   */
  begin(role: AwsAccessRole, region: string, name: string, policy?: string): Promise<AwsSession> {
    return this.assume(role, region, name, role.externalId, policy);
  }

  /**
   * Checks with two calls to AWS that the role cannot be assumed with another external ID or without one. Otherwise any
   * caller who knows the role's ARN could use it through the gateway (confused deputy, IAM user guide). Both calls must
   * end with AccessDenied. With any other result, or none, the role is not accepted.
   */
  async checkExternalIdRequired(role: AwsAccessRole, region: string, name: string): Promise<ExternalIdFinding> {
    const step = 'ACCESS_ROLE_EXTERNAL_ID';
    const answers = await Promise.all(
      [newExternalId(), null].map((other) => this.assume(role, region, name, other).then(() => 'assumed', rejection)),
    );
    if (answers.includes('assumed')) {
      const refusal = new CredentialsRejected(
        'AWS_ACCESS_ROLE_WITHOUT_EXTERNAL_ID',
        'The gateway can assume the access role without the external ID that was issued for it.',
        'roleArn',
      );
      return { check: failed(step, 'EXTERNAL_ID_NOT_REQUIRED', refusal), refusal };
    }
    const refusal = (answers as CredentialsRejected[]).find(({ code }) => code !== 'AWS_ACCESS_ROLE_DENIED');
    if (refusal) {
      const check = inconclusive(
        step,
        causeOf(refusal),
        'AWS did not confirm that the access role requires its external ID.',
        refusal.remediation,
      );
      return { check: { ...check, awsErrorCode: refusal.awsErrorCode }, refusal };
    }
    return { check: passed(step, 'The gateway can assume the access role only with its external ID.'), refusal: null };
  }

  private async assume(
    role: AwsAccessRole,
    region: string,
    sessionName: string,
    externalId: string | null,
    policy?: string,
  ): Promise<AwsSession> {
    const key = await this.identity.keyFor(role);
    const request = {
      ...{ roleArn: role.arn, externalId, sessionName, durationSeconds: role.sessionSeconds },
      ...(policy !== undefined && { policy }),
    };
    try {
      return await this.aws.assumeRole(key, region, request);
    } catch (error) {
      throw ofRole(rejection(error));
    }
  }
}

/**
 * Attributes a refusal of AssumeRole to the role, or to the credentials of the gateway, which are not the customer's.
 */
function ofRole(refusal: CredentialsRejected): CredentialsRejected {
  const { code, awsErrorCode, deniedBy, cause } = refusal;
  if (code === 'AWS_ACTION_DENIED')
    return new CredentialsRejected(
      'AWS_ACCESS_ROLE_DENIED',
      `AWS does not allow the gateway to assume the access role${deniedBy && deniedBy !== 'UNSPECIFIED' ? `: ${becauseOf(deniedBy)}` : ''}.`,
      'roleArn',
      awsErrorCode,
      { cause },
      deniedBy,
    );
  if (code === 'AWS_REGION_NOT_ENABLED')
    return new CredentialsRejected(
      'GATEWAY_IDENTITY_MISSING',
      'The region is not enabled in the AWS account of the gateway itself.',
      null,
      awsErrorCode,
      { cause },
    );
  const isOfGateway =
    code === 'AWS_ACCESS_KEY_UNKNOWN' ||
    code === 'AWS_SECRET_ACCESS_KEY_WRONG' ||
    /^ExpiredToken/.test(awsErrorCode ?? '');
  if (isOfGateway)
    return new CredentialsRejected(
      'GATEWAY_IDENTITY_MISSING',
      'AWS does not accept the credentials of the gateway itself.',
      null,
      awsErrorCode,
      { cause },
    );
  return refusal.ofSession;
}
