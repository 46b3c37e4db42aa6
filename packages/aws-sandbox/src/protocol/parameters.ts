import { faultInPolicy, type PolicyDocument } from '@cloud-account-gateway/iam-policy';
import { malformedPolicy, validationError } from './aws-errors.js';
import { type XmlContent } from './xml.js';

/** `ActionNames.member.1`, `ActionNames.member.2`, … : a list of the query protocol, in its order. */
export function textsOf(parameters: URLSearchParams, list: string): string[] {
  const prefix = `${list}.member.`;
  return [...parameters]
    .filter(([name]) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .sort(([one], [other]) => Number(one.slice(prefix.length)) - Number(other.slice(prefix.length)))
    .map(([, text]) => text);
}

/** How many structures a list holds: `ContextEntries.member.2.…` is there, and 3 is not. */
export function structuresOf(parameters: URLSearchParams, list: string): string[] {
  const numbers = [...parameters.keys()].map((name) => new RegExp(`^${list}\\.member\\.(\\d+)\\.`).exec(name)?.[1]);
  const distinct = [...new Set(numbers.filter((number) => number !== undefined))];
  return distinct.sort((one, other) => Number(one) - Number(other)).map((number) => `${list}.member.${number}`);
}

/** A whole number within bounds; what stands for it when the call does not say. */
export function numberIn(
  parameters: URLSearchParams,
  name: string,
  { least, most, otherwise }: { least: number; most: number; otherwise: number },
): number {
  const text = parameters.get(name);
  if (text === null) return otherwise;

  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  if (!(number >= least)) throw constraintFailed(text, member, `have value greater than or equal to ${least}`);
  if (number > most) throw constraintFailed(text, member, `have value less than or equal to ${most}`);
  return number;
}

export const constraintFailed = (value: string, member: string, constraint: string) =>
  validationError(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must ${constraint}`,
  );

/** A policy that a call brings along, as JSON. */
export function policyFrom(text: string): PolicyDocument {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw malformedPolicy('Syntax errors in policy.');
  }
  const fault = faultInPolicy(document);
  if (fault) throw malformedPolicy(fault);
  return document as PolicyDocument;
}

/** The page of a list that MaxItems and Marker ask for, and how IAM says that there is more. */
export function pageOf<T>(
  items: readonly T[],
  parameters: URLSearchParams,
): { page: T[]; more: { [e: string]: XmlContent } } {
  const size = numberIn(parameters, 'MaxItems', { least: 1, most: 1000, otherwise: 100 });
  const marker = parameters.get('Marker');
  const start = marker === null ? 0 : placeOf(marker);

  const end = start + size;
  const more: { [e: string]: XmlContent } =
    end < items.length ? { IsTruncated: 'true', Marker: markerAt(end) } : { IsTruncated: 'false' };
  return { page: items.slice(start, end), more };
}

const markerAt = (place: number) => Buffer.from(`from ${place}`).toString('base64');

function placeOf(marker: string): number {
  const place = /^from (\d{1,6})$/.exec(Buffer.from(marker, 'base64').toString())?.[1];
  if (place === undefined) throw validationError('Invalid Marker.');
  return Number(place);
}
