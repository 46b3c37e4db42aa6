import { PermissionsStatus, VerificationReportType } from '#libs/aws-credentials';
import { atMost, DateTimeScalar, ErrorCode, registerEnum } from '#libs/graphql';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { CloudAccountHealthState } from './cloud-account-health.entity.js';

registerEnum(CloudAccountHealthState, {
  name: 'CloudAccountHealthState',
  description:
    'Health of a cloud account, as last observed. A change for the worse is reported when two consecutive checks confirm it.',
  valuesMap: {
    HEALTHY: { description: 'AWS accepts the credentials, and the last check found no problem.' },
    DEGRADED: {
      description:
        'AWS accepts the credentials, but permissions are missing, or the trust policy of the console role is not as required.',
    },
    BROKEN: {
      description: 'The credentials do not work, or the console role does not exist. New subscriptions are refused.',
    },
    STALE: { description: 'The account was HEALTHY, but AWS has not answered for three hours.' },
    UNVERIFIED: {
      description:
        'AWS accepts the credentials, but the gateway could not determine whether all permissions are granted. `report` explains why.',
    },
  },
});

@ObjectType('CloudAccountHealth', {
  description:
    'Health of a cloud account, as last observed. The gateway checks it every hour, after AWS refuses a call, and on `verifyCloudAccount`. A check never changes the status or the version of the account.',
})
export class CloudAccountHealthType {
  @Field(() => CloudAccountHealthState, { description: 'Health state.' })
  readonly state!: CloudAccountHealthState;

  @Field(() => DateTimeScalar, {
    description: 'Time when the account entered this state. For STALE, the time of the last successful check.',
  })
  readonly since!: Date;

  @Field(() => DateTimeScalar, { description: 'Time of the last check, whether or not AWS answered.' })
  readonly lastCheckedAt!: Date;

  @Field(() => DateTimeScalar, { description: 'Time of the last check that found no problem.' })
  readonly lastSuccessAt!: Date;

  @Field(() => Int, {
    description: 'Number of checks since the last success, including checks that AWS did not answer.',
  })
  readonly consecutiveFailures!: number;

  @Field(() => [ErrorCode], {
    description: atMost(25, 'Error codes of the last check. Empty when it was successful.'),
  })
  readonly codes!: readonly string[];

  @Field(() => PermissionsStatus, {
    description:
      'Permissions according to the last report. UNVERIFIED before the first report, and while AWS returns no result. The gateway then checks again within minutes, later at intervals of at most one hour.',
  })
  readonly permissionsStatus!: PermissionsStatus;

  @Field(() => VerificationReportType, {
    nullable: true,
    description:
      'Last report with a result. Null until the first report, about one minute after the account became ACTIVE.',
  })
  readonly report!: unknown;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Time when AWS was asked for the report. Null while `report` is null.',
  })
  readonly reportedAt!: Date | null;
}
