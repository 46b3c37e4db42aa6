import { mostRules } from '#libs/ledger';
import {
  atMost,
  connectionOf,
  DateTimeScalar,
  Faultless,
  isTyped,
  NodeType,
  PayloadType,
  registerEnum,
} from '#libs/graphql';
import { faultInText } from '#libs/kernel';
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { DriftKind } from './difference.js';
import { DriftFinding, DriftResolution } from './drift-finding.entity.js';
import { DriftVerdict } from './drift.service.js';

registerEnum(DriftKind, {
  name: 'DriftKind',
  description: 'Kind of difference between a resource and its expected state.',
  valuesMap: {
    RESOURCE_DELETED: { description: 'The resource no longer exists.' },
    TAG_REMOVED: { description: 'The identifier tag was removed from the resource.' },
    STATE_CHANGED: { description: 'An instance was stopped or started.' },
    INSTANCE_TYPE_CHANGED: { description: 'An instance has another type than expected.' },
    VOLUME_TYPE_CHANGED: { description: 'A volume has another type than expected.' },
    SIZE_CHANGED: { description: 'A volume has another size than expected.' },
    CIDR_CHANGED: { description: 'A network has other IP addresses than expected.' },
    RULES_CHANGED: { description: 'Rules of a security group were added, removed or changed.' },
  },
});

registerEnum(DriftResolution, {
  name: 'DriftResolution',
  description: 'Reason why a finding is resolved.',
  valuesMap: {
    REPAIRED: { description: 'A check found the resource in its expected state.' },
    SUPERSEDED: { description: 'The resource no longer exists. The finding RESOURCE_DELETED replaces this one.' },
    RESOURCE_REMOVED: { description: 'The resource was removed by its provisioner and is no longer expected.' },
    MANUAL: { description: 'A user resolved it with `resolveDriftFinding`.' },
  },
});

registerEnum(DriftVerdict, {
  name: 'DriftVerdict',
  description: 'Result of the drift checks of an account.',
  valuesMap: {
    NOT_CHECKED: { description: 'No check has run yet.' },
    IN_SYNC: { description: 'All resources were checked and are as expected.' },
    DRIFTED: { description: 'There are open findings.' },
    INCONCLUSIVE: { description: 'Some resources could not be checked. All checked resources are as expected.' },
  },
});

@ObjectType('CloudAccountDrift', {
  description:
    'Drift of a cloud account: differences between its resources and their expected state. The gateway checks every hour and on `checkDrift`.',
})
export class CloudAccountDriftType {
  @Field(() => DriftVerdict, { description: 'Result of the checks.' })
  readonly verdict!: DriftVerdict;

  @Field(() => Int, { description: 'Number of open findings. `driftFindings` lists them.' })
  readonly openFindingCount!: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Time when the last check ended. Null before the first check.',
  })
  readonly lastCheckedAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Time when the last complete check ended. Null before the first complete check.',
  })
  readonly lastCompleteAt!: Date | null;

  @Field(() => [String], {
    description: atMost(
      20,
      'Error codes that explain why the last check was incomplete, such as AWS_THROTTLED. Empty when it was complete.',
    ),
  })
  readonly codes!: readonly string[];

  @Field({ description: 'Whether a check is in progress.' })
  readonly isBeingChecked!: boolean;
}

@ObjectType('DriftFinding', {
  implements: () => [NodeType],
  description:
    'A difference between a resource and its expected state. A resource has at most one open finding of each kind.',
})
export class DriftFindingType extends NodeType {
  @Field(() => DriftKind, { description: 'Kind of difference.' })
  readonly kind!: DriftKind;

  @Field(() => [String], {
    description: atMost(
      mostRules,
      'Expected values. For rules, the missing rules. Empty for RESOURCE_DELETED and TAG_REMOVED.',
    ),
  })
  readonly expected!: readonly string[];

  @Field(() => [String], {
    description: atMost(mostRules, 'Actual values. For rules, the added rules.'),
  })
  readonly actual!: readonly string[];

  @Field(() => DateTimeScalar, { description: 'Time when a check first found the difference.' })
  readonly detectedAt!: Date;

  @Field(() => DateTimeScalar, { description: 'Time when a check last found that the difference had changed.' })
  readonly changedAt!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Time of the acknowledgement. Null until the finding is acknowledged, and after the difference changes.',
  })
  readonly acknowledgedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Name of the API key that acknowledged the finding.' })
  readonly acknowledgedBy!: string | null;

  @Field(() => String, { nullable: true, description: 'Note of the last acknowledgement or resolution.' })
  readonly note!: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Time when the finding was resolved. Null while it is open.',
  })
  readonly resolvedAt!: Date | null;

  @Field(() => DriftResolution, {
    nullable: true,
    description: 'Reason why the finding is resolved. Null while it is open.',
  })
  readonly resolution!: DriftResolution | null;
}

isTyped(DriftFinding, 'DriftFinding');

@ObjectType('DriftRepair', { description: 'Instructions to restore the expected state of a resource.' })
export class DriftRepairType {
  @Field({ description: 'Human-readable instructions.' })
  readonly advice!: string;

  @Field(() => [String], {
    description: atMost(10, 'AWS CLI commands, in order. Empty when no command can restore the state.'),
  })
  readonly commands!: readonly string[];
}

@ObjectType('DriftFindingConnection', { description: 'A page of a list of drift findings.' })
export class DriftFindingConnectionType extends connectionOf(DriftFindingType, 'DriftFinding') {}

@InputType('DriftFindingFilter', { description: 'Filter for drift findings. A finding must match every given field.' })
export class DriftFindingFilterInput {
  @Field(() => ID, { nullable: true, description: 'Only findings in this cloud account.' })
  readonly cloudAccountId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only findings of this subscription.' })
  readonly subscriptionId?: string | null;

  @Field(() => DriftKind, { nullable: true, description: 'Only findings of this kind.' })
  readonly kind?: DriftKind | null;

  @Field(() => Boolean, { nullable: true, description: 'True: only open findings. False: only resolved ones.' })
  readonly isOpen?: boolean | null;
}

const faultInNote = (text: string) => faultInText(text, 500);

@InputType('CheckDriftInput', { description: 'Input of `checkDrift`.' })
export class CheckDriftInput {
  @Field(() => ID, { description: 'ID of the cloud account.' })
  readonly cloudAccountId!: string;
}

@InputType({ isAbstract: true })
abstract class FindingInput {
  @Field(() => ID, { description: 'ID of the finding.' })
  readonly id!: string;

  @Field(() => String, { nullable: true, description: 'Note for readers of the finding. Up to 500 characters.' })
  @Faultless('The note', faultInNote)
  readonly note?: string | null;
}

@InputType('AcknowledgeDriftFindingInput', { description: 'Input of `acknowledgeDriftFinding`.' })
export class AcknowledgeDriftFindingInput extends FindingInput {}

@InputType('ResolveDriftFindingInput', { description: 'Input of `resolveDriftFinding`.' })
export class ResolveDriftFindingInput extends FindingInput {}

@ObjectType('AcknowledgeDriftFindingPayload', { description: 'Payload of `acknowledgeDriftFinding`.' })
export class AcknowledgeDriftFindingPayload extends PayloadType {
  @Field(() => DriftFindingType, { nullable: true, description: 'Acknowledged finding. It is still open.' })
  readonly finding!: unknown;
}

@ObjectType('ResolveDriftFindingPayload', { description: 'Payload of `resolveDriftFinding`.' })
export class ResolveDriftFindingPayload extends PayloadType {
  @Field(() => DriftFindingType, { nullable: true, description: 'Resolved finding.' })
  readonly finding!: unknown;
}

@ObjectType('CheckDriftPayload', { description: 'Payload of `checkDrift`.' })
export class CheckDriftPayload extends PayloadType {
  @Field(() => CloudAccountDriftType, {
    nullable: true,
    description:
      'Drift of the account. `isBeingChecked` is true when the check takes longer than the request can wait.',
  })
  readonly drift!: unknown;
}
