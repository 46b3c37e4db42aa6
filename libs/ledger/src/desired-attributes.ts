import { faultInCidr, InvalidField } from '#libs/kernel';
import { faultInRule, normalisedRules, type SecurityGroupRule } from './security-group-rules.js';

/**
 * Expected attributes of a resource, as reported by a provisioner. Attributes that its kind does not have are refused.
 */
export interface GivenAttributes {
  /** Only for instances. */
  readonly state?: InstanceState | null;
  /** Only for instances. */
  readonly instanceType?: string | null;
  /** Only for volumes. */
  readonly volumeType?: string | null;
  /** Only for volumes. */
  readonly sizeGiB?: number | null;
  /** Only for subnets and VPCs. */
  readonly cidr?: string | null;
  /** Only for security groups: all rules. */
  readonly rules?: readonly SecurityGroupRule[] | null;
}

export const InstanceState = { RUNNING: 'RUNNING', STOPPED: 'STOPPED' } as const;
export type InstanceState = keyof typeof InstanceState;

/** Expected attributes by name. Rules have the format of `normalisedRules`. */
export type DesiredAttributes = Readonly<Record<string, string | number | readonly string[]>>;

type AttributeName = keyof GivenAttributes;

/** Attributes of each kind. Other kinds have none that are checked. */
const attributesOf: Readonly<Record<string, readonly AttributeName[]>> = {
  INSTANCE: ['state', 'instanceType'],
  VOLUME: ['volumeType', 'sizeGiB'],
  SUBNET: ['cidr'],
  VPC: ['cidr'],
  SECURITY_GROUP: ['rules'],
};

/** Maximum number of rules of a security group in EC2, with all quotas raised (VPC user guide, quotas). */
export const mostRules = 1000;
const faultInWord = (text: string) =>
  /^[a-z0-9][a-z0-9.-]{0,31}$/.test(text) ? null : 'must be the name of an EC2 type, such as m7g.large or gp3';

const faultIn: { readonly [Name in AttributeName]: (value: NonNullable<GivenAttributes[Name]>) => string | null } = {
  state: () => null,
  instanceType: faultInWord,
  volumeType: faultInWord,
  sizeGiB: (size) => (size >= 1 && size <= 65_536 ? null : 'must be from 1 to 65536'),
  cidr: faultInCidr,
  rules: (rules) => (rules.length > mostRules ? `must have at most ${mostRules} items` : firstFaultIn(rules)),
};

function firstFaultIn(rules: readonly SecurityGroupRule[]): string | null {
  for (const rule of rules) {
    const fault = faultInRule(rule);
    if (fault) return fault;
  }
  return null;
}

/** Names of the attributes of a kind. */
export const attributeNamesOf = (kind: string): readonly string[] => attributesOf[kind] ?? [];

/** All problems with the expected attributes for a kind. */
export function faultsInAttributes(kind: string, given: GivenAttributes, path: readonly string[]): InvalidField[] {
  const own = attributeNamesOf(kind);
  return namesIn(given).flatMap((name) => {
    const fault = own.includes(name)
      ? (faultIn[name] as (value: unknown) => string | null)(given[name])
      : 'does not apply to this kind of resource';
    return fault ? [new InvalidField([...path, name], `\`${name}\` ${fault}.`)] : [];
  });
}

/** Expected attributes without problems, in stored form. */
export function desiredAttributes(given: GivenAttributes): DesiredAttributes {
  const { rules, ...others } = given;
  const entries = namesIn(others).map((name) => [name, given[name]]);
  return { ...Object.fromEntries(entries), ...(rules && { rules: normalisedRules(rules) }) } as DesiredAttributes;
}

function namesIn(given: GivenAttributes): AttributeName[] {
  return (Object.keys(faultIn) as AttributeName[]).filter((name) => given[name] != null);
}
