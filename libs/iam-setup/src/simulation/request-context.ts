import { iamRegions, type AwsPartition } from '../aws-regions.js';
import { permissionManifest, type Condition, type Holder, type Option } from '../permission-manifest.js';
import type { Statement, Values } from '../policies.js';
import type { Relation } from './ec2-requests.js';

/** Condition keys of a request with their values. */
export type RequestContext = Readonly<Record<string, readonly string[]>>;

/** User or role whose permissions are checked. */
export interface CheckedPrincipal {
  readonly holder: Holder;
  readonly options: readonly Option[];
  readonly values: Values;
  /** Region in which subscriptions are built. */
  readonly region: string;
  /** ARN of the user, or of the role, not of its session. */
  readonly arn: string;
  /** Unique ID of the principal, followed by the session name for a role: `aws:userid`. */
  readonly userId: string;
  /** Time of the requests. */
  readonly at: Date;
}

/** Requests of one check. */
interface CheckedRequest {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly context: RequestContext;
}

/** In requests that add tags, the action that they are part of. */
export const createAction = 'ec2:CreateAction';

/**
 * Whether none of the requests has this condition key, so that a simulation without it is correct. For example, an
 * access key never has an MFA context.
 */
export function isNeverSent(key: string, { actions, resources, context }: CheckedRequest): boolean {
  const name = key.toLowerCase();
  const isMaking = 'aws:TagKeys' in context;
  if (/^aws:(requesttag\/|tagkeys$)/.test(name)) return !isMaking && !actions.some((action) => /Tags$/.test(action));
  if (/^(aws|ec2):resourcetag\//.test(name)) return isMaking || resources.includes('*');
  return neverSent.test(name) || manifestKeys.has(name);
}

export function ec2Context(relation: Relation, principal: CheckedPrincipal): RequestContext {
  const { tagKey, vendorName } = principal.values;
  const context = { ...commonContext(principal, principal.region), 'ec2:Region': [principal.region] };
  switch (relation) {
    case 'made':
      return { ...context, ...direct(principal), [`aws:RequestTag/${tagKey}`]: [vendorName], 'aws:TagKeys': [tagKey] };
    case 'ours':
      return {
        ...context,
        ...direct(principal),
        [`aws:ResourceTag/${tagKey}`]: [vendorName],
        [`ec2:ResourceTag/${tagKey}`]: [vendorName],
      };
    case 'any':
      return context;
  }
}

/** Properties of every instance. Type and image are chosen for each subscription. */
export const instanceContext = ({
  values: { partition, accountId, path, nodeRoleName },
}: CheckedPrincipal): RequestContext => ({
  'ec2:InstanceProfile': [`arn:${partition}:iam::${accountId}:instance-profile${path}${nodeRoleName}`],
  'ec2:InstanceMarketType': ['on-demand'],
  'ec2:Tenancy': ['default'],
});

/** Context of a request to another service, or of a request to EC2 without resources. */
export function otherContext(action: string, { Condition }: Statement, principal: CheckedPrincipal): RequestContext {
  const { values, region } = principal;
  const [service] = action.split(':');
  const own = {
    ...(service === 'ec2' && { 'ec2:Region': [region] }),
    ...(service === 'kms' && { 'kms:CallerAccount': [values.accountId] }),
    ...mapValues(valuesIn(Condition), ([value = '']) => [value.replaceAll('*', region)]),
  };
  // EC2 itself passes the role and uses the KMS key, in the region of the instance, when it executes our request.
  if (action === 'iam:PassRole' || service === 'kms') return { ...commonContext(principal, region), ...own };

  if (service === 'iam') return { ...iamContext(principal), ...own };
  return { ...commonContext(principal, region), ...direct(principal), ...own };
}

/** Requester and time of a request. */
export type Requester = Pick<CheckedPrincipal, 'arn' | 'userId' | 'at'>;

/** Context of a request to IAM about users and roles of the account. */
export function iamContext(requester: Requester): RequestContext {
  const [, partition = 'aws'] = requester.arn.split(':');
  return { ...commonContext(requester, iamRegions[partition as AwsPartition]), ...direct(requester) };
}

/** Global condition keys of every request of the principal (IAM user guide, "AWS global condition context keys"). */
function commonContext({ arn, userId, at }: Requester, region: string): RequestContext {
  const [, userName] = /:user\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  const time = `${at.toISOString().slice(0, 19)}Z`;
  return {
    'aws:RequestedRegion': [region],
    'aws:SecureTransport': ['true'],
    'aws:CurrentTime': [time],
    'aws:EpochTime': [String(Math.floor(at.getTime() / 1000))],
    'aws:PrincipalArn': [arn],
    'aws:PrincipalAccount': [accountOf(arn)],
    'aws:PrincipalType': [userName ? 'User' : 'AssumedRole'],
    'aws:PrincipalIsAWSService': ['false'],
    'aws:userid': [userId],
    ...(userName
      ? { 'aws:username': [userName] }
      : { 'aws:MultiFactorAuthPresent': ['false'], 'aws:TokenIssueTime': [time] }),
  };
}

const accountOf = (arn: string) => arn.split(':')[4]!;

/** Requests that no AWS service makes for us, about resources of the account only. */
const direct = ({ arn }: Requester): RequestContext => ({
  'aws:ViaAWSService': ['false'],
  'aws:ResourceAccount': [accountOf(arn)],
});

/** Condition keys with the values they are compared with. */
const valuesIn = (condition: Condition = {}): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.values(condition).flatMap((test) =>
      Object.entries(test).map(([key, value]) => [key, [value].flat()] as const),
    ),
  );

export const keysIn = (condition?: Condition) => Object.keys(valuesIn(condition));

/** Condition keys of services that the manifest uses, in lower case. */
const manifestKeys = new Set(
  permissionManifest.policies.flatMap(({ groups }) =>
    groups.flatMap(({ rules }) =>
      rules.flatMap(({ condition }) =>
        keysIn(condition)
          .filter((key) => !key.startsWith('aws:'))
          .map((key) => key.toLowerCase()),
      ),
    ),
  ),
);

/**
 * Condition keys that AWS sets only in other requests: console sessions, federated sessions, and calls between
 * services.
 */
const neverSent =
  /^aws:(multifactorauth(present|age)|tokenissuetime|calledvia(first|last)?|federatedprovider|principalservicename(slist)?|referer|source(account|arn|identity|orgid|orgpaths)|ec2instancesource(vpc|privateipv4)|chatbotsourcearn|assumedroot)$|^ec2:sourceinstancearn$/;

export const mapValues = <T, U>(
  object: Readonly<Record<string, T>>,
  map: (value: T, key: string) => U,
): Record<string, U> => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
