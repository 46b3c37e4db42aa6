import type { DesiredAttributes } from '#libs/ledger';
import type { SeenResource } from './cloud-inventory.js';

/** Kind of difference between a resource and the ledger. */
export const DriftKind = {
  RESOURCE_DELETED: 'RESOURCE_DELETED',
  TAG_REMOVED: 'TAG_REMOVED',
  STATE_CHANGED: 'STATE_CHANGED',
  INSTANCE_TYPE_CHANGED: 'INSTANCE_TYPE_CHANGED',
  VOLUME_TYPE_CHANGED: 'VOLUME_TYPE_CHANGED',
  SIZE_CHANGED: 'SIZE_CHANGED',
  CIDR_CHANGED: 'CIDR_CHANGED',
  RULES_CHANGED: 'RULES_CHANGED',
} as const;
export type DriftKind = keyof typeof DriftKind;

/** Difference from the expected state. For rules, only those that differ. */
export interface Difference {
  readonly kind: DriftKind;
  readonly expected: readonly string[];
  readonly actual: readonly string[];
}

/** Result of reading a resource in AWS. */
export interface Met {
  /** Null when the resource does not exist. */
  readonly seen: SeenResource | null;
  readonly isTagged: boolean;
}

const kindOf: Readonly<Record<string, DriftKind>> = {
  state: 'STATE_CHANGED',
  instanceType: 'INSTANCE_TYPE_CHANGED',
  volumeType: 'VOLUME_TYPE_CHANGED',
  sizeGiB: 'SIZE_CHANGED',
  cidr: 'CIDR_CHANGED',
  rules: 'RULES_CHANGED',
};

/** All differences between the expected and the observed state. A deleted resource has only one. */
export function differencesOf(desired: DesiredAttributes, { seen, isTagged }: Met): Difference[] {
  if (!seen || seen.isGone) return [{ kind: 'RESOURCE_DELETED', expected: [], actual: [] }];
  const changed = Object.entries(desired).flatMap(([name, wanted]) => {
    // Nothing is known about attributes that AWS does not report.
    if (seen.attributes[name] === undefined) return [];
    const [expected, actual] = [lines(wanted), lines(seen.attributes[name])];
    const missing = expected.filter((line) => !actual.includes(line));
    const added = actual.filter((line) => !expected.includes(line));
    const kind = kindOf[name];
    return kind && missing.length + added.length > 0 ? [{ kind, expected: missing, actual: added }] : [];
  });
  return isTagged ? changed : [{ kind: 'TAG_REMOVED', expected: [], actual: [] }, ...changed];
}

function lines(value: DesiredAttributes[string] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'object' ? value : [String(value)];
}
