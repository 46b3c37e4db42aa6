import { Secret } from '#libs/kernel';
import { GraphQLScalarType, Kind } from 'graphql';

const neverAnInput = (name: string) => () => {
  throw new TypeError(`${name} cannot be used as an input.`);
};

/** Scalar for outputs only. */
const output = (name: string, description: string, specifiedByURL: string, serialize: (value: unknown) => string) =>
  new GraphQLScalarType({
    name,
    description,
    specifiedByURL,
    serialize,
    parseValue: neverAnInput(name),
    parseLiteral: neverAnInput(name),
  });

export const DateTimeScalar = output(
  'DateTime',
  'Date and time in UTC with milliseconds: `2026-11-23T20:49:00.000Z`.',
  'https://scalars.graphql.org/andimarek/date-time.html',
  (value) => (value as Date).toISOString(),
);

export const UrlScalar = output('URL', 'Absolute URL.', 'https://url.spec.whatwg.org/', String);

export const AwsAccountIdScalar = output(
  'AwsAccountId',
  'AWS account ID: 12 digits.',
  'https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html',
  String,
);

export const ArnScalar = output(
  'Arn',
  'Amazon Resource Name (ARN): `arn:aws:iam::123456789012:user/gateway`.',
  'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html',
  String,
);

const takeSecret = (value: unknown): Secret => {
  if (typeof value !== 'string') throw new TypeError('A secret must be a string.');
  return new Secret(value);
};

/** A secret is a `Secret` as soon as it is parsed, so it cannot be printed accidentally. */
export const SecretStringScalar = new GraphQLScalarType({
  name: 'SecretString',
  description:
    'Secret string. The gateway accepts it as an input and never returns it: no response, error or log contains it.',
  serialize: () => {
    throw new TypeError('A secret cannot be returned.');
  },
  parseValue: takeSecret,
  parseLiteral: (node) => takeSecret(node.kind === Kind.STRING ? node.value : undefined),
});

/** Text in both directions. The domain checks each field. */
export const CidrBlockScalar = new GraphQLScalarType({
  name: 'CidrBlock',
  description: 'Block of IP addresses in CIDR notation: `203.0.113.0/24`, `2001:db8::/32`.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc4632',
  serialize: String,
  parseValue: takeText,
  parseLiteral: (node) => takeText(node.kind === Kind.STRING ? node.value : undefined),
});

function takeText(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('A CIDR block must be a string.');
  return value;
}
