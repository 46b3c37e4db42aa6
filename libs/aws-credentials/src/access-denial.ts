import type { VerificationCause } from './verification.js';

/** The kind of policy that denied a request; EXPLICIT_DENY and IDENTITY_POLICY are both of identity-based policies. */
export type AwsDenier =
  | 'IDENTITY_POLICY'
  | 'EXPLICIT_DENY'
  | 'PERMISSIONS_BOUNDARY'
  | 'SCP'
  | 'RCP'
  | 'SESSION_POLICY'
  | 'VPC_ENDPOINT_POLICY'
  | 'RESOURCE_POLICY'
  | 'TRUST_POLICY'
  | 'UNSPECIFIED';

/** The requester: the IAM user or access role of the customer, or the identity of the gateway when it assumes a role. */
type Requester = 'customer' | 'gateway';

interface Denial {
  readonly cause: VerificationCause;
  /** Ends the sentence "AWS denies the action: …". */
  readonly because: string;
  readonly remediation: (requester: Requester) => string;
}

const policiesOf = (requester: Requester) =>
  requester === 'gateway' ? 'the identity of the gateway' : 'the IAM user or the access role';
const operator = (requester: Requester) => (requester === 'gateway' ? 'The operator of the gateway must: ' : '');

const denials: Readonly<Record<AwsDenier, Denial>> = {
  IDENTITY_POLICY: {
    cause: 'IDENTITY_POLICY',
    because: 'no identity-based policy allows it',
    remediation: (requester) =>
      requester === 'gateway'
        ? 'The operator of the gateway must allow sts:AssumeRole on the role in a policy of the identity of the gateway.'
        : 'Attach a policy that allows the action to the IAM user or the access role. `iamSetup` returns the policies.',
  },
  EXPLICIT_DENY: {
    cause: 'EXPLICIT_DENY',
    because: 'an identity-based policy denies it explicitly',
    remediation: (requester) =>
      `${operator(requester)}Remove the Deny statement for the action from the policies of ${policiesOf(requester)}. No other policy can override it.`,
  },
  PERMISSIONS_BOUNDARY: {
    cause: 'PERMISSIONS_BOUNDARY',
    because: 'the permissions boundary does not allow it',
    remediation: (requester) =>
      `${operator(requester)}Allow the action in the permissions boundary of ${policiesOf(requester)}. No other policy can override the boundary.`,
  },
  SCP: {
    cause: 'SCP',
    because: 'a service control policy of the AWS organization does not allow it',
    remediation: () =>
      'Ask the administrator of the AWS organization to allow the action in its service control policies. No policy in the account can override them.',
  },
  RCP: {
    cause: 'RCP',
    because: 'a resource control policy of the AWS organization does not allow it',
    remediation: () =>
      'Ask the administrator of the AWS organization to allow the action in its resource control policies. No policy in the account can override them.',
  },
  SESSION_POLICY: {
    cause: 'SESSION_POLICY',
    because: 'the session policy does not allow it',
    remediation: () =>
      'Allow the action in the session policy with which the session was created, or use credentials without a session policy.',
  },
  VPC_ENDPOINT_POLICY: {
    cause: 'VPC_ENDPOINT_POLICY',
    because: 'the policy of the VPC endpoint through which the gateway calls AWS does not allow it',
    remediation: () =>
      'The operator of the gateway must allow the action, for any account, in the policy of the VPC endpoint. No policy in the AWS account of the customer can override it.',
  },
  RESOURCE_POLICY: {
    cause: 'RESOURCE_POLICY',
    because: 'the policy of the resource does not allow it',
    remediation: () => 'Allow the action in the resource-based policy of the resource.',
  },
  TRUST_POLICY: {
    cause: 'NOT_TRUSTED',
    because: 'the trust policy of the role does not allow it',
    remediation: () => 'Allow sts:AssumeRole for the identity of the gateway in the trust policy of the role.',
  },
  UNSPECIFIED: {
    cause: 'ACCESS_DENIED',
    because: 'AWS does not say which policy denies it',
    remediation: (requester) =>
      `${operator(requester)}Check the policies of ${policiesOf(requester)}, its permissions boundary and the policies of the AWS organization, in this order.`,
  },
};

export const causeOfDenial = (denier: AwsDenier): VerificationCause => denials[denier].cause;
export const becauseOf = (denier: AwsDenier): string => denials[denier].because;
export const remediationOf = (denier: AwsDenier, requester: Requester): string =>
  denials[denier].remediation(requester);

const names: Readonly<Record<string, AwsDenier>> = {
  'service control policy': 'SCP',
  'resource control policy': 'RCP',
  'permissions boundary': 'PERMISSIONS_BOUNDARY',
  'session policy': 'SESSION_POLICY',
  'vpc endpoint policy': 'VPC_ENDPOINT_POLICY',
  'resource-based policy': 'RESOURCE_POLICY',
  'role trust policy': 'TRUST_POLICY',
  'identity-based policy': 'IDENTITY_POLICY',
};

const reason = new RegExp(`(with an explicit deny in (?:an?|the)|because no) (${Object.keys(names).join('|')})`, 'i');

/**
 * The kind of policy that denied a request, from the end of AWS's message (IAM user guide, "Troubleshoot access denied
 * error messages"). UNSPECIFIED when the message does not name one.
 */
export function denierIn(message: string): AwsDenier {
  const [, how, name] = reason.exec(message) ?? [];
  const denier = names[name?.toLowerCase() ?? ''];
  if (!denier) return 'UNSPECIFIED';
  return denier === 'IDENTITY_POLICY' && how?.startsWith('with') ? 'EXPLICIT_DENY' : denier;
}
