/**
 * Names, paths and ARNs of IAM, with the limits of IAM (IAM API reference: CreateRole, CreateUser, CreatePolicy; IAM
 * user guide: IAM identifiers). The only place with these rules.
 */

/** Characters of names. */
const nameCharacters = 'A-Za-z0-9_+=,.@-';

/** Patterns for values in documents, with the same meaning in CloudFormation, Terraform and JavaScript. */
export const iamPatterns = {
  /** Name that a command line does not treat as an option. */
  name: `[A-Za-z0-9_+=,.@][${nameCharacters}]*`,
  /** Printable characters without a special meaning in JSON, a policy or a template: not " * ? $ and the backslash. */
  path: '/([!#%-)+-.0->@-\\[\\]-~]+/)*',
  arnOf: (...kinds: IamKind[]) =>
    `arn:aws[a-z-]*:iam::${kinds.includes('policy') ? '([0-9]{12}|aws)' : '[0-9]{12}'}:(${kinds.join('|')})${iamPatterns.path}[${nameCharacters}]+`,
} as const;

/** Difference between `iamPatterns.path` and the rule of IAM. */
export const withoutSpecial = 'without " * ? $ and the backslash';

const kinds = ['user', 'role', 'policy', 'instance-profile', 'group'] as const;
export type IamKind = (typeof kinds)[number];

/** In characters. */
const longest = { path: 512, user: 64, role: 64, policy: 128, 'instance-profile': 128, group: 128 } as const;

/** Length of the longest ARN of a kind, in any partition. */
export const longestIamArn = (kind: IamKind) =>
  `arn:aws-us-gov:iam::123456789012:${kind}`.length + longest.path + longest[kind];

/** Parts of an IAM ARN. */
export interface IamArn {
  readonly partition: string;
  /** 12 digits. `aws` for policies managed by AWS. */
  readonly accountId: string;
  readonly kind: IamKind;
  /** `/`, or begins and ends with it. */
  readonly path: string;
  readonly name: string;
}

const form = new RegExp(
  `^arn:(aws[a-z-]*):iam::(\\d{12}|aws):(${kinds.join('|')})(/(?:[!-~]+/)?)([${nameCharacters}]+)$`,
);

/** Undefined unless the text is the ARN of a user, role, policy, instance profile or group. */
export function iamArnFrom(text: string): IamArn | undefined {
  const [, partition, accountId, kind, path, name] = form.exec(text) ?? [];
  if (name === undefined || path!.length > longest.path || name.length > longest[kind as IamKind]) return undefined;
  if (accountId === 'aws' && kind !== 'policy') return undefined;
  return { partition: partition!, accountId: accountId!, kind: kind as IamKind, path: path!, name };
}

/** Whether the text is the ARN of the root user of an account. */
export const isRootArn = (text: string) => /^arn:aws[a-z-]*:iam::\d{12}:root$/.test(text);

/** For example `arn:aws:iam::123456789012:role/path/name`. */
export const iamArnOf = ({ partition, accountId, kind, path, name }: IamArn) =>
  `arn:${partition}:iam::${accountId}:${kind}${path}${name}`;

/** Describes the problem with the ARN of an IAM role, as the end of a sentence. Null when it is valid. */
export function faultInRoleArn(text: string): string | null {
  const fault = faultInEnds(text);
  if (fault) return fault;
  if (text.length > longestIamArn('role'))
    return `must have at most ${longestIamArn('role')} characters, but has ${text.length}`;
  return iamArnFrom(text)?.kind === 'role'
    ? null
    : 'must be the ARN of an IAM role: arn:aws:iam::123456789012:role/name';
}

/** Describes the problem with the name of an IAM role, as the end of a sentence. Null when it is valid. */
export function faultInRoleName(name: string): string | null {
  if (name.trim().length === 0) return 'must not be blank';
  const fault = faultInEnds(name);
  if (fault) return fault;
  if (/^arn:/i.test(name)) return 'must be the name of the role, not its ARN: use the part after the last `/`';
  if (name.includes('/')) return 'must be the name of the role without its path: use the part after the last `/`';
  if (name.length > longest.role) return `must have at most ${longest.role} characters, but has ${name.length}`;
  return new RegExp(`^[${nameCharacters}]+$`).test(name) ? null : 'must contain only letters, digits and + = , . @ _ -';
}

/**
 * Describes the problem with leading or trailing characters of a pasted text, as the end of a sentence. Null when it is
 * valid.
 */
export const faultInEnds = (text: string): string | null =>
  text === text.trim() ? null : 'must not begin or end with whitespace';
