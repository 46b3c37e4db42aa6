import type { DesiredAttributes } from '#libs/ledger';
import type { SeenResource } from './cloud-inventory.js';

/** In what a resource is not as the ledger wants it. */
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

/** One thing that is not as it is to be; of rules only those that differ. */
export interface Difference {
  readonly kind: DriftKind;
  readonly expected: readonly string[];
  readonly actual: readonly string[];
}

/** What was met of a resource, in a look at AWS that was complete for it. */
export interface Met {
  /** Null for one that is not there. */
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

/** All differences between what is wanted of a resource and what was met. Of what is gone nothing else is told. */
export function differencesOf(desired: DesiredAttributes, { seen, isTagged }: Met): Difference[] {
  if (!seen || seen.isGone) return [{ kind: 'RESOURCE_DELETED', expected: [], actual: [] }];
  const changed = Object.entries(desired).flatMap(([name, wanted]) => {
    // Of what AWS does not say nothing is known.
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
