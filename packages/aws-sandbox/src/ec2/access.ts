import { AwsError } from '../protocol/aws-errors.js';
import { authorize, type Caller } from '../caller.js';
import { type SandboxState } from '../state/sandbox-state.js';
import { type XmlContent } from '../protocol/xml.js';
import { tagsFor } from './parameters.js';
import { kindOfId, kinds, type Ec2Kind, type Ec2Of, type Ec2Resource } from './resource.js';
import { type Place } from './store.js';

/** Where a call looks: in the caller's account, in the region it was signed for. */
export const placeOf = ({ account, region }: Caller): Place => ({ accountId: account.id, region });

/** A kind that a call makes. The sandbox keeps no network interfaces. */
type MadeKind = Ec2Kind | 'network-interface';

export function arnOf({ account, region }: Caller, kind: MadeKind, id: string): string {
  return `arn:${account.partition}:ec2:${region}:${account.id}:${kind}/${id}`;
}

/** EC2 asks what is looked at of nothing in particular. */
export function authorizeLook(caller: Caller, action: string, state: SandboxState): void {
  authorize(caller, `ec2:${action}`, { arn: '*' }, state);
}

/**
 * Whether the caller may make something of that kind, with the tags that the call gives it, which it must be allowed to
 * give. EC2 asks about each kind that the action makes.
 *
 * @returns the tags
 */
export function authorizeMaking(
  caller: Caller,
  action: string,
  kind: MadeKind,
  parameters: URLSearchParams,
  state: SandboxState,
): Record<string, string> {
  const tags = tagsFor(parameters, kind);
  const context = new Map(Object.entries(tags).map(([key, value]) => [`aws:requesttag/${key.toLowerCase()}`, [value]]));
  if (context.size > 0) context.set('aws:tagkeys', Object.keys(tags));
  authorize(caller, `ec2:${action}`, { arn: arnOf(caller, kind, '*'), context }, state);
  if (Object.keys(tags).length > 0) {
    const whenMade = new Map([...context, ['ec2:createaction', [action]] as const]);
    authorize(caller, 'ec2:CreateTags', { arn: arnOf(caller, kind, '*'), context: whenMade }, state);
  }
  return tags;
}

/** What is to be changed, when the caller may. EC2 says whether it is there before it says whether one may. */
export function authorizeChange<Kind extends Ec2Kind>(
  caller: Caller,
  action: string,
  kind: Kind,
  id: string,
  state: SandboxState,
): Ec2Of<Kind> {
  const found = foundOf(caller, kind, id, state);
  const context = new Map(
    Object.entries(found.tags).map(([key, value]) => [`aws:resourcetag/${key.toLowerCase()}`, [value]]),
  );
  authorize(caller, `ec2:${action}`, { arn: arnOf(caller, kind, id), context }, state);
  return found;
}

export function foundOf<Kind extends Ec2Kind>(
  caller: Caller,
  kind: Kind,
  id: string,
  state: SandboxState,
): Ec2Of<Kind> {
  const found = state.ec2.find(placeOf(caller), id);
  if (found?.kind !== kind) throw notFound(kind, [id]);
  return found as Ec2Of<Kind>;
}

/** What any id stands for. */
export function foundAny(caller: Caller, id: string, state: SandboxState): Ec2Resource {
  const kind = kindOfId(id);
  if (!kind) throw new AwsError(400, 'InvalidID', `The ID '${id}' is not valid`);
  return foundOf(caller, kind, id, state);
}

export function notFound(kind: Ec2Kind, ids: readonly string[]): AwsError {
  const [word, verb] = ids.length > 1 ? ['IDs', 'do'] : ['ID', 'does'];
  return new AwsError(400, kinds[kind].notFound, `The ${kind} ${word} '${ids.join(', ')}' ${verb} not exist`);
}

export const inUse = (id: string) =>
  new AwsError(400, 'DependencyViolation', `The resource '${id}' has a dependent object and cannot be deleted.`);

/** How EC2 shows tags; left out when there are none. */
export function tagSet({ tags }: Ec2Resource): { tagSet?: XmlContent } {
  const entries = Object.entries(tags);
  return entries.length > 0 ? { tagSet: entries.map(([key, value]) => ({ key, value })) } : {};
}
