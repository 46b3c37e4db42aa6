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

const mostRules = 1000;
const faultInWord = (text: string) =>
  /^[a-z0-9][a-z0-9.-]{0,31}$/.test(text) ? null : 'must be a name of EC2, such as m7g.large or gp3';

const faultIn: { readonly [Name in AttributeName]: (value: NonNullable<GivenAttributes[Name]>) => string | null } = {
  state: () => null,
  instanceType: faultInWord,
  volumeType: faultInWord,
  sizeGiB: (size) => (size >= 1 && size <= 65_536 ? null : 'must be from 1 to 65536'),
  cidr: faultInCidr,
  // The most that EC2 lets a group have, with every quota raised (VPC user guide, quotas).
  rules: (rules) => (rules.length > mostRules ? `must be ${mostRules} rules at most` : firstFaultIn(rules)),
};

function firstFaultIn(rules: readonly SecurityGroupRule[]): string | null {
  for (const rule of rules) {
    const fault = faultInRule(rule);
    if (fault) return fault;
  }
  return null;
}

/**
 * What is wanted of a resource of that kind.
 *
 * @returns the attributes, or all that is wrong with them
 */
export function desiredAttributes(
  kind: string,
  given: GivenAttributes,
  path: readonly string[],
): { attributes: DesiredAttributes; faults: InvalidField[] } {
  const own = attributesOf[kind] ?? [];
  const faults: InvalidField[] = [];
  const attributes: Record<string, string | number | readonly string[]> = {};
  for (const name of Object.keys(faultIn) as AttributeName[]) {
    const value = given[name];
    if (value == null) continue;
    const fault = own.includes(name)
      ? (faultIn[name] as (value: unknown) => string | null)(value)
      : 'does not fit this kind of resource';
    if (fault) faults.push(new InvalidField([...path, name], `\`${name}\` ${fault}.`));
    else
      attributes[name] = name === 'rules' ? normalisedRules(value as SecurityGroupRule[]) : (value as string | number);
  }
  return { attributes, faults };
}
