import { faultInEnds, iamArnFrom, iamPatterns, longestIamArn, withoutSpecial } from '@cloud-account-gateway/iam-policy';
import { InvalidField, InvalidInput, type DomainError } from '#libs/kernel';
import { faultInRegion, partitionOf, type AwsPartition } from './aws-regions.js';
import { ExternalIdRequired } from './external-ids/external-id.errors.js';
import { longestValues, type Option, type Placeholder } from './permission-manifest.js';
import type { Values } from './policies.js';
import { UnknownRegion } from './region.errors.js';
import { faultInTags, faultInVendorsTags, type Tag } from './tags.js';

/** Settings of the operator for all customers. */
export abstract class IamSetupSettings {
  /** Prefix of the names of created entities, and value of the identifier tag. */
  abstract readonly vendorName: string;
  /** AWS account whose users can switch to the console role. */
  abstract readonly vendorAccountId: string | null;
  /** Key of the identifier tag. */
  abstract readonly tagKey: string;
  /** Role or user that the gateway runs as. Without it, access roles cannot be created. */
  abstract readonly gatewayIdentityArn: string | null;
  /** Address of the published CloudFormation template, for quick-create links. */
  abstract readonly templateUrl: string | null;
}

/** Choices of a customer. All have defaults. */
export interface IamSetupRequest {
  readonly region?: string | null;
  readonly awsAccountId?: string | null;
  /** All three methods refuse to create anything in another AWS account. */
  readonly expectedAwsAccountId?: string | null;
  readonly vendorAccountId?: string | null;
  readonly path?: string | null;
  readonly permissionsBoundaryArn?: string | null;
  readonly userName?: string | null;
  readonly nodeRoleName?: string | null;
  readonly consoleRoleName?: string | null;
  readonly accessRoleName?: string | null;
  /** Tags for everything that IAM can tag. */
  readonly tags?: readonly Tag[] | null;
  readonly createAccessKey?: boolean | null;
  readonly allowAccessKeyRotation?: boolean | null;
  readonly createAccessRole?: boolean | null;
}

/** Complete and validated request. No value can break out of the document that it is written to. */
export interface IamSetup {
  readonly region: string;
  readonly partition: AwsPartition;
  /** `accountId` is empty if the customer did not give it: only the manual method needs it. */
  readonly values: Values;
  /** Null: any account. */
  readonly expectedAwsAccountId: string | null;
  readonly permissionsBoundaryArn: string | null;
  readonly tags: readonly Tag[];
  readonly options: readonly Option[];
}

type Parameter =
  Exclude<Placeholder, 'partition' | 'urlSuffix' | 'accountId'> | 'permissionsBoundaryArn' | 'expectedAwsAccountId';

interface ParameterRule {
  readonly title: string;
  readonly means: string;
  /**
   * Has the same meaning in JavaScript, CloudFormation (Java) and Terraform (RE2). Allows no double quote, backslash,
   * `$` or whitespace, so that a value can be inserted into a JSON document.
   */
  readonly pattern: string;
  readonly fault: string;
  readonly longest: number;
  readonly mayBeEmpty?: true;
}

const name = { pattern: iamPatterns.name, fault: 'must contain only letters, digits and + = , . @ _ -, and must not begin with -', longest: 64 }; // prettier-ignore
const accountId = { pattern: '[0-9]{12}', fault: 'must have 12 digits', longest: 12 };

/** Parameters of all three methods. They share one rule, so that no method accepts what another refuses. */
export const parameters: Readonly<Record<Parameter, ParameterRule>> = {
  vendorName: {
    title: 'The vendor',
    means: 'Prefix of the policy names, and value of the identifier tag.',
    pattern: '[A-Za-z][A-Za-z0-9-]*',
    fault: 'must begin with a letter and contain only letters, digits and -',
    longest: longestValues.vendorName.length,
  },
  vendorAccountId: {
    title: 'AWS account of the vendor',
    means: 'AWS account whose users can switch to the console role, with MFA.',
    ...accountId,
  },
  tagKey: {
    title: 'Identifier tag',
    means:
      'Key of the tag that identifies the resources of the vendor. Resources without it cannot be changed or deleted by the vendor.',
    pattern: '[A-Za-z0-9_.:/=+@-]+',
    fault: 'must contain only letters, digits and _ . : / = + @ -',
    longest: longestValues.tagKey.length,
  },
  path: {
    title: 'Path',
    means: 'IAM path of all entities.',
    pattern: iamPatterns.path,
    fault: `must begin and end with /, and contain only printable ASCII characters ${withoutSpecial}`,
    longest: longestValues.path.length,
  },
  expectedAwsAccountId: {
    title: 'Expected AWS account',
    means: 'The only AWS account in which the setup can create entities. Empty: any account.',
    ...accountId,
    mayBeEmpty: true,
  },
  permissionsBoundaryArn: {
    title: 'Permissions boundary',
    means: 'Policy that limits the permissions of the user and the roles. Empty: no permissions boundary.',
    pattern: iamPatterns.arnOf('policy'),
    fault: `must be the ARN of an IAM policy: arn:aws:iam::123456789012:policy/name, ${withoutSpecial}`,
    longest: longestIamArn('policy'),
    mayBeEmpty: true,
  },
  userName: { title: 'User', means: 'Programmatic user, whose access key the gateway uses.', ...name },
  nodeRoleName: { title: 'Node role', means: 'Role and instance profile of the instances.', ...name },
  consoleRoleName: { title: 'Console role', means: "Role that the vendor's staff use in the AWS console (IAM Role Name).", ...name }, // prettier-ignore
  accessRoleName: {
    title: 'Access role',
    means: 'Role that the gateway assumes, if it is created.',
    ...name,
  },
  gatewayIdentityArn: {
    title: 'Identity of the gateway',
    means: 'IAM role or user of the gateway. Only this identity can assume the access role. Empty: none.',
    pattern: iamPatterns.arnOf('role', 'user'),
    fault: `must be the ARN of an IAM role or an IAM user: arn:aws:iam::123456789012:role/name, ${withoutSpecial}`,
    longest: longestValues.gatewayIdentityArn.length,
    mayBeEmpty: true,
  },
  externalId: {
    title: 'External ID',
    means:
      'External ID that the gateway sends when it assumes the access role. It is different for each cloud account. Empty: none.',
    pattern: '[A-Za-z0-9+=,.@:/_-]{2,}',
    fault: 'must have at least 2 characters and contain only letters, digits and + = , . @ : / _ -',
    longest: longestValues.externalId.length,
    mayBeEmpty: true,
  },
};

/** Titles and meanings of the switches in all methods. */
export const switches: Readonly<Record<Option, { title: string; means: string; unset: boolean }>> = {
  createAccessKey: {
    title: 'Create the access key',
    means:
      'Creates the access key of the user. If disabled, create it yourself. Disable it when the gateway rotates access keys: otherwise the next update restores the old access key.',
    unset: true,
  },
  allowAccessKeyRotation: {
    title: 'Allow access key rotation by the gateway',
    means: 'Allows the user to create and delete its own access keys, but not those of others.',
    unset: false,
  },
  createAccessRole: {
    title: 'Create the access role',
    means: 'Creates a role that the gateway assumes with an external ID, instead of using an access key.',
    unset: false,
  },
};

/** Describes the problem with a value of a parameter, as the end of a sentence. Null when it is valid. */
export function faultInParameter(parameter: Parameter, value: string): string | null {
  const { pattern, fault, longest } = parameters[parameter];
  // Checked only here: the patterns of Terraform have no negative lookahead.
  if (parameter === 'tagKey' && /^aws:/i.test(value)) return 'must not begin with aws:, which is reserved for AWS';
  const faultAtEnds = faultInEnds(value);
  if (faultAtEnds) return faultAtEnds;
  if (value.length > longest) return `must have at most ${longest} characters, but has ${value.length}`;
  const isArn = parameter === 'permissionsBoundaryArn' || parameter === 'gatewayIdentityArn';
  if (isArn && !iamArnFrom(value)) return fault;
  return new RegExp(`^(?:${pattern})$`).test(value) ? null : fault;
}

/** Describes the problem with an AWS account ID, as the end of a sentence. Null when it is valid. */
export const faultInAwsAccountId = (text: string) => faultInParameter('expectedAwsAccountId', text);

/** Default names. */
export const namesOf = (vendorName: string) => ({
  userName: `${vendorName}-user`,
  nodeRoleName: `${vendorName}-cluster-node-role`,
  consoleRoleName: `${vendorName}-console-role`,
  accessRoleName: `${vendorName}-access-role`,
});

/** Host names of AWS, which differ by partition. */
export const partitionNames: Readonly<Record<AwsPartition, { urlSuffix: string; console: string }>> = {
  aws: { urlSuffix: 'amazonaws.com', console: 'console.aws.amazon.com' },
  'aws-cn': { urlSuffix: 'amazonaws.com.cn', console: 'console.amazonaws.cn' },
  'aws-us-gov': { urlSuffix: 'amazonaws.com', console: 'console.amazonaws-us-gov.com' },
  'aws-eusc': { urlSuffix: 'amazonaws.eu', console: 'console.amazonaws-eusc.eu' },
};

/**
 * Combines settings and request.
 *
 * @param externalId external ID that the access role requires; null for none
 * @throws InvalidInput with all problems of the request
 */
export function iamSetupOf(settings: IamSetupSettings, request: IamSetupRequest, externalId: string | null): IamSetup {
  const faults: DomainError[] = [];
  const refuse = (field: keyof IamSetupRequest, message: string) =>
    faults.push(new InvalidField(['input', field], message));
  const take = (field: keyof IamSetupRequest & Parameter, unset: string): string => {
    const value = request[field] ?? unset;
    const fault = value === unset ? null : faultInParameter(field, value);
    if (fault) refuse(field, `${parameters[field].title} ${fault}.`);
    return value;
  };
  const wants = (option: Option) => request[option] ?? switches[option].unset;

  const region = request.region ?? 'us-east-1';
  const regionFault = faultInRegion(region);
  if (regionFault) faults.push(new UnknownRegion(['input', 'region'], `The region ${regionFault}.`));
  const partition = partitionOf(region) ?? 'aws';
  const expectedAwsAccountId = take('expectedAwsAccountId', '') || null;
  const awsAccountId = request.awsAccountId ?? expectedAwsAccountId ?? '';
  if (expectedAwsAccountId && expectedAwsAccountId !== awsAccountId)
    refuse('expectedAwsAccountId', 'Expected AWS account must be the same as `awsAccountId`. Send only one of them.');
  if (request.awsAccountId && !new RegExp(`^${accountId.pattern}$`).test(request.awsAccountId))
    refuse('awsAccountId', `The AWS account ${accountId.fault}.`);

  const usual = namesOf(settings.vendorName);
  const vendorAccountId = take('vendorAccountId', settings.vendorAccountId ?? '');
  if (!vendorAccountId)
    refuse(
      'vendorAccountId',
      'The AWS account of the vendor is required, because the operator has not set a default (VENDOR_AWS_ACCOUNT_ID).',
    );
  const names = {
    userName: take('userName', usual.userName),
    nodeRoleName: take('nodeRoleName', usual.nodeRoleName),
    consoleRoleName: take('consoleRoleName', usual.consoleRoleName),
    accessRoleName: take('accessRoleName', usual.accessRoleName),
  };
  const roles = ['nodeRoleName', 'consoleRoleName', 'accessRoleName'] as const;
  roles.forEach((role, i) => {
    const isTaken = roles.slice(0, i).some((other) => names[other].toLowerCase() === names[role].toLowerCase());
    if (isTaken)
      refuse(role, `${parameters[role].title} must have a unique name: role names in IAM are not case-sensitive.`);
  });

  const permissionsBoundaryArn = take('permissionsBoundaryArn', '') || null;
  const liesElsewhere = (arn: string) => !regionFault && (iamArnFrom(arn)?.partition ?? partition) !== partition;
  if (permissionsBoundaryArn && liesElsewhere(permissionsBoundaryArn))
    refuse('permissionsBoundaryArn', 'Permissions boundary must be in the partition of the region.');
  const isOfAnotherAccount = (arn: string) => !['aws', awsAccountId].includes(arn.split(':')[4] ?? '');
  if (permissionsBoundaryArn?.startsWith('arn:') && awsAccountId && isOfAnotherAccount(permissionsBoundaryArn))
    refuse(
      'permissionsBoundaryArn',
      `Permissions boundary must be a policy of the AWS account \`${request.awsAccountId ? 'awsAccountId' : 'expectedAwsAccountId'}\`, or a policy managed by AWS. IAM accepts no other.`,
    );
  if (wants('createAccessRole')) {
    if (!settings.gatewayIdentityArn)
      refuse(
        'createAccessRole',
        'The gateway has no identity in AWS (GATEWAY_IDENTITY_ARN) that the access role could trust.',
      );
    else if (liesElsewhere(settings.gatewayIdentityArn))
      refuse(
        'createAccessRole',
        'The identity of the gateway is in another AWS partition than the region, where no role can trust it.',
      );
    else if (externalId === null) faults.push(new ExternalIdRequired(['input', 'externalIdHandle']));
  }
  const path = take('path', '/');
  const tags = request.tags ?? [];
  const tagsFault = faultInTags(tags) ?? faultInVendorsTags(tags, settings.tagKey);
  if (tagsFault) refuse('tags', `The tags ${tagsFault}.`);
  if (faults.length > 0) throw new InvalidInput(faults);

  return {
    region,
    partition,
    values: {
      partition,
      urlSuffix: partitionNames[partition].urlSuffix,
      accountId: awsAccountId,
      vendorAccountId,
      vendorName: settings.vendorName,
      tagKey: settings.tagKey,
      path,
      ...names,
      gatewayIdentityArn: wants('createAccessRole') ? settings.gatewayIdentityArn! : '',
      externalId: wants('createAccessRole') ? externalId! : '',
    },
    expectedAwsAccountId,
    permissionsBoundaryArn,
    tags,
    options: (Object.keys(switches) as Option[]).filter(wants),
  };
}

/** Names such as `accessRoleName` in the notations of CloudFormation and Terraform. */
export const pascalCase = (words: string) =>
  words.replace(/(?:^|-)([a-z0-9])/g, (_, first: string) => first.toUpperCase());
export const snakeCase = (words: string) => words.replace(/-|(?=[A-Z])/g, '_').toLowerCase();
