/**
 * The names, paths and ARNs of IAM, as IAM itself limits them (IAM API reference: CreateRole, CreateUser, CreatePolicy;
 * IAM user guide: IAM identifiers). The only place with these rules.
 */

/** The characters of names. */
const nameCharacters = 'A-Za-z0-9_+=,.@-';

/** Patterns for documents that are filled in, of which CloudFormation, Terraform and JavaScript read the same. */
export const iamPatterns = {
  /** A name that no command line takes for an option. */
  name: `[A-Za-z0-9_+=,.@][${nameCharacters}]*`,
  /** Everything printable that means nothing within a JSON text, a policy or a template: not " * ? $ and the backslash. */
  path: '/([!#%-)+-.0->@-\\[\\]-~]+/)*',
  arnOf: (...kinds: IamKind[]) =>
    `arn:aws[a-z-]*:iam::${kinds.includes('policy') ? '([0-9]{12}|aws)' : '[0-9]{12}'}:(${kinds.join('|')})${iamPatterns.path}[${nameCharacters}]+`,
} as const;

/** How `iamPatterns.path` differs from IAM's own rule. */
export const withoutSpecial = 'without " * ? $ and the backslash';

const kinds = ['user', 'role', 'policy', 'instance-profile', 'group'] as const;
export type IamKind = (typeof kinds)[number];

/** In characters. */
const longest = { path: 512, user: 64, role: 64, policy: 128, 'instance-profile': 128, group: 128 } as const;

/** The longest ARN of a kind, in any partition. */
export const longestIamArn = (kind: IamKind) =>
  `arn:aws-us-gov:iam::123456789012:${kind}`.length + longest.path + longest[kind];

/** An ARN of IAM, taken apart. */
export interface IamArn {
  readonly partition: string;
  /** Twelve digits; `aws` for the policies that AWS manages. */
  readonly accountId: string;
  readonly kind: IamKind;
  /** `/`, or begins and ends with it. */
  readonly path: string;
  readonly name: string;
}

const form = new RegExp(
  `^arn:(aws[a-z-]*):iam::(\\d{12}|aws):(${kinds.join('|')})(/(?:[!-~]+/)?)([${nameCharacters}]+)$`,
);

/** Undefined for what is no ARN of a user, role, policy, instance profile or group. */
export function iamArnFrom(text: string): IamArn | undefined {
  const [, partition, accountId, kind, path, name] = form.exec(text) ?? [];
  if (name === undefined || path!.length > longest.path || name.length > longest[kind as IamKind]) return undefined;
  if (accountId === 'aws' && kind !== 'policy') return undefined;
  return { partition: partition!, accountId: accountId!, kind: kind as IamKind, path: path!, name };
}

/** Whether it is the ARN of the root user of an account. */
export const isRootArn = (text: string) => /^arn:aws[a-z-]*:iam::\d{12}:root$/.test(text);

/** `arn:aws:iam::123456789012:role/path/name` */
export const iamArnOf = ({ partition, accountId, kind, path, name }: IamArn) =>
  `arn:${partition}:iam::${accountId}:${kind}${path}${name}`;

/** What is wrong with the ARN of an IAM role, as the end of a sentence; null when nothing is. */
export function faultInRoleArn(text: string): string | null {
  const fault = faultInEnds(text);
  if (fault) return fault;
  if (text.length > longestIamArn('role'))
    return `must have at most ${longestIamArn('role')} characters, but has ${text.length}`;
  return iamArnFrom(text)?.kind === 'role'
    ? null
    : 'must be the ARN of an IAM role: arn:aws:iam::123456789012:role/name';
}

/** What is wrong with the name of an IAM role, as the end of a sentence; null when nothing is. */
export function faultInRoleName(name: string): string | null {
  if (name.trim().length === 0) return 'must not be blank';
  const fault = faultInEnds(name);
  if (fault) return fault;
  if (/^arn:/i.test(name)) return 'must be the name of the role, not its ARN: use the part after the last `/`';
  if (name.includes('/')) return 'must be the name of the role without its path: use the part after the last `/`';
  if (name.length > longest.role) return `must have at most ${longest.role} characters, but has ${name.length}`;
  return new RegExp(`^[${nameCharacters}]+$`).test(name) ? null : 'must contain only letters, digits and + = , . @ _ -';
}

/** What is wrong with the ends of a text that was pasted, as the end of a sentence; null when nothing is. */
export const faultInEnds = (text: string): string | null =>
  text === text.trim() ? null : 'must not begin or end with whitespace';
