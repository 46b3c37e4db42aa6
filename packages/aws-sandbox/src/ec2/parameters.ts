import { AwsError } from '../protocol/aws-errors.js';
import { type Rule } from './resource.js';

/** `InstanceId.1`, `InstanceId.2`, … : a list of the EC2 protocol, in its order. */
export function listIn(parameters: URLSearchParams, list: string): string[] {
  return numbersIn(parameters, list, '$').map((number) => parameters.get(`${list}.${number}`)!);
}

/** `Filter.1`, `Filter.2`, … : what the names of the members of each structure in a list begin with. */
export function structuresIn(parameters: URLSearchParams, list: string): string[] {
  return numbersIn(parameters, list, '\\.').map((number) => `${list}.${number}`);
}

function numbersIn(parameters: URLSearchParams, list: string, end: string): string[] {
  const form = new RegExp(`^${list.replaceAll('.', '\\.')}\\.(\\d+)${end}`);
  const numbers = [...parameters.keys()].flatMap((name) => form.exec(name)?.[1] ?? []);
  return [...new Set(numbers)].sort((one, other) => Number(one) - Number(other));
}

export function required(parameters: URLSearchParams, name: string): string {
  const value = parameters.get(name);
  if (!value) throw missingParameter(name);
  return value;
}

export interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

export function filtersIn(parameters: URLSearchParams): Filter[] {
  return structuresIn(parameters, 'Filter').map((at) => ({
    name: parameters.get(`${at}.Name`) ?? '',
    values: listIn(parameters, `${at}.Value`),
  }));
}

/** The tags that a call gives to what it makes of that kind. */
export function tagsFor(parameters: URLSearchParams, kind: string): Record<string, string> {
  const specifications = structuresIn(parameters, 'TagSpecification');
  return Object.assign(
    {},
    ...specifications.filter((at) => parameters.get(`${at}.ResourceType`) === kind).map((at) => tagsIn(parameters, at)),
  ) as Record<string, string>;
}

export function tagsIn(parameters: URLSearchParams, at: string): Record<string, string> {
  const prefix = at ? `${at}.Tag` : 'Tag';
  return Object.fromEntries(
    structuresIn(parameters, prefix).map((tag) => [
      required(parameters, `${tag}.Key`),
      parameters.get(`${tag}.Value`) ?? '',
    ]),
  );
}

/** Of `IpPermissions` a rule for each peer. */
export function rulesIn(parameters: URLSearchParams, isEgress: boolean): Rule[] {
  const permissions = structuresIn(parameters, 'IpPermissions');
  if (permissions.length === 0) throw missingParameter('ipPermissions');
  return permissions.flatMap((at) => {
    const protocol = nameOf(required(parameters, `${at}.IpProtocol`));
    const [fromPort, toPort] = ['FromPort', 'ToPort'].map((name) => Number(parameters.get(`${at}.${name}`) ?? -1));
    const ports = protocol === '-1' ? {} : { fromPort: fromPort!, toPort: toPort! };
    const peers = [
      ['IpRanges', 'CidrIp'],
      ['Ipv6Ranges', 'CidrIpv6'],
      ['Groups', 'GroupId'],
      ['PrefixListIds', 'PrefixListId'],
    ].flatMap(([list, member]) =>
      structuresIn(parameters, `${at}.${list}`).map((peer) => required(parameters, `${peer}.${member}`)),
    );
    return peers.map((peer): Rule => ({ isEgress, protocol, ...ports, peer }));
  });
}

/** EC2 gives the names of four protocols, and the number of every other. */
const nameOf = (protocol: string) =>
  (({ 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6' }) as Record<string, string>)[protocol] ?? protocol.toLowerCase();

export const missingParameter = (name: string) =>
  new AwsError(400, 'MissingParameter', `The request must contain the parameter ${name}`);

export const invalidValue = (name: string, value: string) =>
  new AwsError(400, 'InvalidParameterValue', `Value (${value}) for parameter ${name} is invalid.`);

/** The page of a list that MaxResults and NextToken ask for. */
export function pageIn<T>(items: readonly T[], parameters: URLSearchParams): { page: T[]; nextToken?: string } {
  const asked = parameters.get('MaxResults');
  const size = asked === null ? items.length : Number(asked);
  if (asked !== null && !(size >= 5 && size <= 1000)) throw invalidValue('maxResults', asked);
  const token = parameters.get('NextToken');
  const start = token === null ? 0 : placeOf(token);
  const end = start + size;
  return { page: items.slice(start, end), ...(end < items.length && { nextToken: tokenAt(end) }) };
}

const tokenAt = (place: number) => Buffer.from(`from ${place}`).toString('base64');

function placeOf(token: string): number {
  const place = /^from (\d{1,7})$/.exec(Buffer.from(token, 'base64').toString())?.[1];
  if (place === undefined) throw new AwsError(400, 'InvalidNextToken', 'The token is not valid.');
  return Number(place);
}
