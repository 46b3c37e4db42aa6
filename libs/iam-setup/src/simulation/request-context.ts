import { iamRegions, type AwsPartition } from '../aws-regions.js';
import { permissionManifest, type Condition, type Holder, type Option } from '../permission-manifest.js';
import type { Statement, Values } from '../policies.js';
import type { Relation } from './ec2-requests.js';

/** Condition keys and their values: what is true of a request. */
export type RequestContext = Readonly<Record<string, readonly string[]>>;

/** The user or role whose permissions are checked. */
export interface CheckedPrincipal {
  readonly holder: Holder;
  readonly options: readonly Option[];
  readonly values: Values;
  /** Where subscriptions are built. */
  readonly region: string;
  /** Of the user, or of the role and not of its session. */
  readonly arn: string;
  /** AWS's own id of the principal, and of its session after a colon: `aws:userid`. */
  readonly userId: string;
  /** When the requests would be made. */
  readonly at: Date;
}

/** The requests that one check is about. */
interface CheckedRequest {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly context: RequestContext;
}

/** Tells, in a request for tags, which action they are part of. */
export const createAction = 'ec2:CreateAction';

/**
 * Whether the gateway knows that none of the requests in question has this condition key, so that a simulation without it
 * is right. An access key, for one, proves no second factor, whatever a policy asks for.
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

/** What every instance of ours has; its type and its image are chosen for each subscription. */
export const instanceContext = ({
  values: { partition, accountId, path, nodeRoleName },
}: CheckedPrincipal): RequestContext => ({
  'ec2:InstanceProfile': [`arn:${partition}:iam::${accountId}:instance-profile${path}${nodeRoleName}`],
  'ec2:InstanceMarketType': ['on-demand'],
  'ec2:Tenancy': ['default'],
});

/** Of a request to another service, or of one to EC2 that names no resource. */
export function otherContext(action: string, { Condition }: Statement, principal: CheckedPrincipal): RequestContext {
  const { values, region } = principal;
  const [service] = action.split(':');
  const own = {
    ...(service === 'ec2' && { 'ec2:Region': [region] }),
    ...(service === 'kms' && { 'kms:CallerAccount': [values.accountId] }),
    ...mapValues(valuesIn(Condition), ([value = '']) => [value.replaceAll('*', region)]),
  };
  // EC2 passes the role and uses the key itself, in the region of the instance, when it carries out a request of ours.
  if (action === 'iam:PassRole' || service === 'kms') return { ...commonContext(principal, region), ...own };

  if (service === 'iam') return { ...iamContext(principal), ...own };
  return { ...commonContext(principal, region), ...direct(principal), ...own };
}

/** Who makes a request, and when. */
export type Requester = Pick<CheckedPrincipal, 'arn' | 'userId' | 'at'>;

/** The context of a request to IAM about the account's own users and roles. */
export function iamContext(requester: Requester): RequestContext {
  const [, partition = 'aws'] = requester.arn.split(':');
  return { ...commonContext(requester, iamRegions[partition as AwsPartition]), ...direct(requester) };
}

/** The global condition keys of every request of the principal (IAM user guide, "AWS global condition context keys"). */
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

/** Of requests that no service makes for us, about resources of the account alone. */
const direct = ({ arn }: Requester): RequestContext => ({
  'aws:ViaAWSService': ['false'],
  'aws:ResourceAccount': [accountOf(arn)],
});

/** Each condition key with the values it is compared with. */
const valuesIn = (condition: Condition = {}): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.values(condition).flatMap((test) =>
      Object.entries(test).map(([key, value]) => [key, [value].flat()] as const),
    ),
  );

export const keysIn = (condition?: Condition) => Object.keys(valuesIn(condition));

/** The service's own keys that conditions of the manifest name, in lower case. */
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

/** Keys that AWS sets in other requests only: of a console session, of a federated one, of one service for another. */
const neverSent =
  /^aws:(multifactorauth(present|age)|tokenissuetime|calledvia(first|last)?|federatedprovider|principalservicename(slist)?|referer|source(account|arn|identity|orgid|orgpaths)|ec2instancesource(vpc|privateipv4)|chatbotsourcearn|assumedroot)$|^ec2:sourceinstancearn$/;

export const mapValues = <T, U>(
  object: Readonly<Record<string, T>>,
  map: (value: T, key: string) => U,
): Record<string, U> => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
