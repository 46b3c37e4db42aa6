import {
  longestValues,
  permissionManifest,
  type Condition,
  type Holder,
  type Option,
  type PermissionPolicy,
  type Placeholder,
} from './permission-manifest.js';

/** Statement of an IAM policy. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: Readonly<Record<string, string>>;
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly Condition?: Condition;
}

/** IAM policy. Variable parts are `${placeholder}`. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** Values of the placeholders in one setup. */
export type Values = Readonly<Record<Placeholder, string>>;

/** Policy to create in the account. */
export interface ManagedPolicy {
  /** ID of the policy in the manifest, numbered if limits of AWS split it: `provisioning-2`. */
  readonly id: string;
  readonly description: string;
  readonly holders: readonly Holder[];
  readonly option?: Option;
  readonly document: PolicyDocument;
}

/** Limits of AWS, in characters without whitespace, and in policies per principal (IAM and STS quotas). */
export const iamLimits = { managedPolicy: 6144, trustPolicy: 2048, policiesPerPrincipal: 10 } as const;

/** Size as AWS counts it. */
export const sizeOf = (document: PolicyDocument) => JSON.stringify(document).replace(/\s/g, '').length;

/** Replaces every placeholder. Policy variables of IAM are unchanged. */
export const fillInText = (text: string, values: Values) =>
  text.replace(/\$\{(\w+)\}/g, (_, name: Placeholder) => values[name]);

/** Replaces every placeholder, also in keys. */
export const fillIn = (document: PolicyDocument, values: Values) =>
  mapTexts(document, (text) => fillInText(text, values)) as PolicyDocument;

/** Managed policies of the manifest, each within the limits of AWS for all valid values. */
export function managedPolicies(
  policies: readonly PermissionPolicy[] = permissionManifest.policies,
  limit: number = iamLimits.managedPolicy,
): ManagedPolicy[] {
  return policies.flatMap((policy) => {
    const documents = split(statementsOf(policy), limit);
    return documents.map((document, i) => ({
      id: documents.length === 1 ? policy.id : `${policy.id}-${i + 1}`,
      description: documents.length === 1 ? policy.description : `${policy.description} Part ${i + 1}.`,
      holders: policy.holders,
      ...(policy.option && { option: policy.option }),
      document,
    }));
  });
}

/** Statements of a policy, named after their group: the second rule of `PEERING` is `Peering2`. */
export function statementsOf({ groups }: PermissionPolicy): Statement[] {
  return groups.flatMap(({ id, rules }) =>
    rules.map(({ effect, actions, resources, condition }, i): Statement => ({
      Sid: sidOf(id) + (rules.length > 1 ? String(i + 1) : ''),
      Effect: effect ?? 'Allow',
      Action: actions,
      Resource: resources,
      ...(condition && { Condition: condition }),
    })),
  );
}

const sidOf = (group: string) =>
  group.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Splits into as few documents as possible, with the statements in their order. */
function split(statements: readonly Statement[], limit: number): PolicyDocument[] {
  const parts: Statement[][] = [];
  for (const statement of statements) {
    const last = parts.at(-1);
    if (last && fits([...last, statement], limit)) last.push(statement);
    else if (fits([statement], limit)) parts.push([statement]);
    else throw new Error(`The statement ${statement.Sid} alone exceeds the maximum length of a policy.`);
  }
  return parts.map(documentOf);
}

const fits = (statements: readonly Statement[], limit: number) =>
  sizeOf(fillIn(documentOf(statements), longestValues)) <= limit;

export const documentOf = (statements: readonly Statement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [map(key), mapTexts(item, map)]));
}
