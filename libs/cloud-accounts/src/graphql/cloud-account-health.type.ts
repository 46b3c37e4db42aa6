import { PermissionsStatus, VerificationReportType } from '#libs/aws-credentials';
import { atMost, DateTimeScalar, ErrorCode } from '#libs/graphql';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { CloudAccountHealthState } from '../cloud-account-health.entity.js';
import './cloud-account.enums.js';

@ObjectType('CloudAccountHealth', {
  description:
    'What the gateway last saw of an account, by itself every hour and after a refusal of AWS, or told to by `verifyCloudAccount`. It never changes the status or the version of the account.',
})
export class CloudAccountHealthType {
  @Field(() => CloudAccountHealthState, { description: 'The state it is in.' })
  readonly state!: CloudAccountHealthState;

  @Field(() => DateTimeScalar, { description: 'Since when; of STALE, when AWS was last known to let the gateway in.' })
  readonly since!: Date;

  @Field(() => DateTimeScalar, { description: 'When AWS was last asked, whether or not it answered.' })
  readonly lastCheckedAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When everything that was looked at was last as it must be.' })
  readonly lastSuccessAt!: Date;

  @Field(() => Int, { description: 'Checks since the last success, those that AWS did not answer included.' })
  readonly consecutiveFailures!: number;

  @Field(() => [ErrorCode], {
    description: atMost(25, 'Why the last check was no success; empty when it was one.'),
  })
  readonly codes!: readonly string[];

  @Field(() => PermissionsStatus, {
    description:
      'What the last report says about permissions. UNVERIFIED before the first report, and while AWS does not tell: the gateway then checks again within minutes, and later at most an hour apart.',
  })
  readonly permissions!: PermissionsStatus;

  @Field(() => VerificationReportType, {
    nullable: true,
    description: 'The last report that had an answer; null until there is one, a minute after the account began.',
  })
  readonly report!: unknown;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When AWS was asked for the report: how old it is.' })
  readonly reportedAt!: Date | null;
}
