import { faultInCidr, InvalidField } from '#libs/kernel';
import { faultInRule, normalisedRules, type SecurityGroupRule } from './security-group-rules.js';

/** What a resource is to be, as a provisioner says. What does not fit its kind is refused. */
export interface GivenAttributes {
  /** Of an instance. */
  readonly state?: InstanceState | null;
  /** Of an instance. */
  readonly instanceType?: string | null;
  /** Of a volume. */
  readonly volumeType?: string | null;
  /** Of a volume. */
  readonly sizeGiB?: number | null;
  /** Of a subnet or a VPC. */
  readonly cidr?: string | null;
  /** Of a security group: all of them. */
  readonly rules?: readonly SecurityGroupRule[] | null;
}

export const InstanceState = { RUNNING: 'RUNNING', STOPPED: 'STOPPED' } as const;
export type InstanceState = keyof typeof InstanceState;

/** What is wanted of a resource, by name; rules as `normalisedRules` writes them. */
export type DesiredAttributes = Readonly<Record<string, string | number | readonly string[]>>;

type AttributeName = keyof GivenAttributes;

/** Which attributes each kind has. A kind that is not named here has none that are watched. */
const attributesOf: Readonly<Record<string, readonly AttributeName[]>> = {
  INSTANCE: ['state', 'instanceType'],
  VOLUME: ['volumeType', 'sizeGiB'],
  SUBNET: ['cidr'],
  VPC: ['cidr'],
  SECURITY_GROUP: ['rules'],
};

/** The most that EC2 lets a group have, with every quota raised (VPC user guide, quotas). */
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

/** The names of the attributes that resources of a kind have. */
export const attributeNamesOf = (kind: string): readonly string[] => attributesOf[kind] ?? [];

/** All that is wrong with what is wanted of a resource of that kind. */
export function faultsInAttributes(kind: string, given: GivenAttributes, path: readonly string[]): InvalidField[] {
  const own = attributeNamesOf(kind);
  return namesIn(given).flatMap((name) => {
    const fault = own.includes(name)
      ? (faultIn[name] as (value: unknown) => string | null)(given[name])
      : 'does not apply to this kind of resource';
    return fault ? [new InvalidField([...path, name], `\`${name}\` ${fault}.`)] : [];
  });
}

/** What is wanted, of which nothing is wrong. */
export function desiredAttributes(given: GivenAttributes): DesiredAttributes {
  const { rules, ...others } = given;
  const entries = namesIn(others).map((name) => [name, given[name]]);
  return { ...Object.fromEntries(entries), ...(rules && { rules: normalisedRules(rules) }) } as DesiredAttributes;
}

function namesIn(given: GivenAttributes): AttributeName[] {
  return (Object.keys(faultIn) as AttributeName[]).filter((name) => given[name] != null);
}
