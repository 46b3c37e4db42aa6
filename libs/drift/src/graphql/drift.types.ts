import { mostRules } from '#libs/ledger';
import { atMost, connectionOf, DateTimeScalar, Faultless, isTyped, NodeType, PayloadType } from '#libs/graphql';
import { faultInText } from '#libs/kernel';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { DriftKind } from '../difference.js';
import { DriftFinding, DriftResolution } from '../drift-finding.entity.js';
import { DriftVerdict } from '../drift.service.js';

registerEnumType(DriftKind, {
  name: 'DriftKind',
  description: 'In what something is not as it is to be.',
  valuesMap: {
    RESOURCE_GONE: { description: 'It is not there any more.' },
    TAG_REMOVED: { description: 'The tag is gone by which it is known as ours.' },
    STATE_CHANGED: { description: 'An instance was stopped, or started.' },
    INSTANCE_TYPE_CHANGED: { description: 'An instance has another type.' },
    VOLUME_TYPE_CHANGED: { description: 'A volume has another type.' },
    SIZE_CHANGED: { description: 'A volume has another size.' },
    CIDR_CHANGED: { description: 'A network has other addresses.' },
    RULES_CHANGED: { description: 'Rules of a security group were added, removed or changed.' },
  },
});

registerEnumType(DriftResolution, {
  name: 'DriftResolution',
  description: 'Why a finding is closed.',
  valuesMap: {
    REPAIRED: { description: 'A check found it as it is to be.' },
    SUPERSEDED: { description: 'The resource is gone altogether.' },
    NOT_EXPECTED: { description: 'The resource was taken down, and is not to be there any more.' },
    BY_HAND: { description: 'Somebody closed it with `resolveDriftFinding`.' },
  },
});

registerEnumType(DriftVerdict, {
  name: 'DriftVerdict',
  description: 'Whether what stands in an account is as it is to be.',
  valuesMap: {
    NOT_CHECKED: { description: 'It was not looked at yet.' },
    IN_SYNC: { description: 'Everything was looked at, and is as it is to be.' },
    DRIFTED: { description: 'There are open findings.' },
    INCONCLUSIVE: { description: 'Not everything could be looked at, and what could is as it is to be.' },
  },
});

@ObjectType('CloudAccountDrift', {
  description:
    'How what stands in an account compares with what was built there, looked at every hour and by `checkDrift`.',
})
export class CloudAccountDriftType {
  @Field(() => DriftVerdict, { description: 'What is known.' })
  readonly verdict!: DriftVerdict;

  @Field(() => Int, { description: 'How many findings are open: `driftFindings` lists them.' })
  readonly openFindings!: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the last check ended; null before the first.' })
  readonly lastCheckedAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When a check last ended that could look at everything; null before the first.',
  })
  readonly lastCompleteAt!: Date | null;

  @Field(() => [String], {
    description: atMost(
      20,
      'Why the last check could not look at everything, as codes such as AWS_THROTTLED; empty when it could.',
    ),
  })
  readonly codes!: readonly string[];

  @Field({ description: 'Whether a check is under way.' })
  readonly isBeingChecked!: boolean;
}

@ObjectType('DriftFinding', {
  implements: () => [NodeType],
  description: 'Something in an account that is not as it was built. Of each resource one of a kind is open at a time.',
})
export class DriftFindingType extends NodeType {
  @Field(() => DriftKind, { description: 'In what it is not as it is to be.' })
  readonly kind!: DriftKind;

  @Field(() => [String], {
    description: atMost(
      mostRules,
      'What is to be there and is not: of rules those that are missing. Empty for what is gone or has lost its tag.',
    ),
  })
  readonly expected!: readonly string[];

  @Field(() => [String], {
    description: atMost(mostRules, 'What is there in its place: of rules those that were added.'),
  })
  readonly found!: readonly string[];

  @Field(() => DateTimeScalar, { description: 'When a check met it first.' })
  readonly since!: Date;

  @Field(() => DateTimeScalar, { description: 'When a check last met it otherwise than before.' })
  readonly changedAt!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When somebody took note of it; null while nobody has, and once it has changed since.',
  })
  readonly acknowledgedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'The name of the API key that took note of it.' })
  readonly acknowledgedBy!: string | null;

  @Field(() => String, { nullable: true, description: 'What whoever acknowledged or resolved it last had to say.' })
  readonly note!: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was closed; null while it is open.' })
  readonly resolvedAt!: Date | null;

  @Field(() => DriftResolution, { nullable: true, description: 'Why it is closed; null while it is open.' })
  readonly resolution!: DriftResolution | null;
}

isTyped(DriftFinding, 'DriftFinding');

@ObjectType('DriftRepair', { description: 'How something can be made again as it is to be.' })
export class DriftRepairType {
  @Field({ description: 'What to do, for people.' })
  readonly advice!: string;

  @Field(() => [String], {
    description: atMost(10, 'For the AWS CLI, in their order; empty when no command can do it.'),
  })
  readonly commands!: readonly string[];
}

@ObjectType('DriftFindingConnection', { description: 'A page of a list of findings.' })
export class DriftFindingConnectionType extends connectionOf(DriftFindingType, 'DriftFinding') {}

@InputType('DriftFindingFilter', { description: 'Which findings; all that is said has to fit.' })
export class DriftFindingFilterInput {
  @Field(() => ID, { nullable: true, description: 'In this cloud account.' })
  readonly cloudAccountId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Of this subscription.' })
  readonly subscriptionId?: string | null;

  @Field(() => DriftKind, { nullable: true, description: 'Of this kind.' })
  readonly kind?: DriftKind | null;

  @Field(() => Boolean, { nullable: true, description: 'Those that are open, or those that are not.' })
  readonly isOpen?: boolean | null;
}

const faultInNote = (text: string) => faultInText(text, 500);

@InputType('CheckDriftInput', { description: 'Which account to look at.' })
export class CheckDriftInput {
  @Field(() => ID, { description: 'The cloud account.' })
  readonly cloudAccountId!: string;
}

@InputType({ isAbstract: true })
abstract class FindingInput {
  @Field(() => ID, { description: 'The finding.' })
  readonly id!: string;

  @Field(() => String, { nullable: true, description: 'For whoever reads it: up to 500 characters.' })
  @Faultless('The note', faultInNote)
  readonly note?: string | null;
}

@InputType('AcknowledgeDriftFindingInput', { description: 'Of which finding somebody knows.' })
export class AcknowledgeDriftFindingInput extends FindingInput {}

@InputType('ResolveDriftFindingInput', { description: 'Which finding to close.' })
export class ResolveDriftFindingInput extends FindingInput {}

@ObjectType('AcknowledgeDriftFindingPayload', { description: 'The answer of `acknowledgeDriftFinding`.' })
export class AcknowledgeDriftFindingPayload extends PayloadType {
  @Field(() => DriftFindingType, { nullable: true, description: 'The finding, still open.' })
  readonly finding!: unknown;
}

@ObjectType('ResolveDriftFindingPayload', { description: 'The answer of `resolveDriftFinding`.' })
export class ResolveDriftFindingPayload extends PayloadType {
  @Field(() => DriftFindingType, { nullable: true, description: 'The finding, closed.' })
  readonly finding!: unknown;
}

@ObjectType('CheckDriftPayload', { description: 'The answer of `checkDrift`.' })
export class CheckDriftPayload extends PayloadType {
  @Field(() => CloudAccountDriftType, {
    nullable: true,
    description: 'What is known of the account now; `isBeingChecked` when the check takes longer than a request may.',
  })
  readonly drift!: unknown;
}
