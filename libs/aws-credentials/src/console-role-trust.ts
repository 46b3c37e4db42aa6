import type { VerificationCause } from './verification.js';

/** What is wrong with a console role's trust policy, seen from the vendor's account. */
export type TrustFault = Extract<VerificationCause, 'NO_TRUST' | 'TRUSTS_EVERYBODY' | 'EXTERNAL_ID' | 'WITHOUT_MFA'>;

/**
 * Whether people of the vendor's account can switch to the role in the AWS console, with MFA and not without; null when
 * they can. The console sends no external id, so a role that demands one is closed to them.
 *
 * @param trustPolicy as JSON; one that cannot be read trusts nobody
 */
export function faultInTrust(trustPolicy: string, vendorAccountId: string): TrustFault | null {
  const statements = statementsIn(trustPolicy).filter((statement) =>
    isAbout(statement, 'Action', (action) => /^(sts:(AssumeRole|\*)|\*)$/i.test(action)),
  );
  const about = (effect: string, isMeant: (principal: string) => boolean) =>
    statements.filter((statement) => statement['Effect'] === effect && principalsOf(statement).some(isMeant));
  const isVendor = (principal: string) =>
    principal === vendorAccountId || new RegExp(`^arn:aws[a-z-]*:iam::${vendorAccountId}:`).test(principal);
  const isEverybody = (principal: string) => principal === '*';

  if (about('Allow', isEverybody).length > 0) return 'TRUSTS_EVERYBODY';
  const trusting = about('Allow', isVendor);
  if (trusting.length === 0) return 'NO_TRUST';
  const open = trusting.filter((statement) => !testsIn(statement).some(({ key }) => key === 'sts:externalid'));
  if (open.length === 0) return 'EXTERNAL_ID';

  const isDeniedWithoutMfa = about('Deny', (principal) => isVendor(principal) || isEverybody(principal)).some(
    (statement) =>
      testsIn(statement).some(
        ({ operator, key, values }) => key === mfa && operator === 'BoolIfExists' && values[0] === 'false',
      ),
  );
  // BoolIfExists lets in who has no MFA at all: the key is not there then.
  const asksForMfa = (statement: Statement) =>
    testsIn(statement).some(({ operator, key, values }) => key === mfa && operator === 'Bool' && values[0] === 'true');
  return isDeniedWithoutMfa || open.every(asksForMfa) ? null : 'WITHOUT_MFA';
}

const mfa = 'aws:multifactorauthpresent';

type Statement = Readonly<Record<string, unknown>>;

/** Whatever a customer wrote: a statement may stand alone, and a value may be one or many. */
function statementsIn(json: string): Statement[] {
  try {
    const { Statement } = JSON.parse(json) as { Statement?: unknown };
    return many(Statement).filter(
      (statement): statement is Statement => typeof statement === 'object' && statement !== null,
    );
  } catch {
    return [];
  }
}

const many = (value: unknown): unknown[] => (value === undefined ? [] : [value].flat());

const textsIn = (value: unknown): string[] => many(value).map(String);

const isAbout = (statement: Statement, field: string, isMeant: (text: string) => boolean) =>
  textsIn(statement[field]).some(isMeant);

function principalsOf({ Principal }: Statement): string[] {
  if (typeof Principal === 'string') return [Principal];
  return textsIn((Principal as { AWS?: unknown } | undefined)?.AWS);
}

/** Condition keys know no case; their values that matter here do not either. */
function testsIn({ Condition }: Statement): { operator: string; key: string; values: string[] }[] {
  return Object.entries((Condition ?? {}) as Record<string, Record<string, unknown>>).flatMap(([operator, test]) =>
    Object.entries(test ?? {}).map(([key, value]) => ({
      operator,
      key: key.toLowerCase(),
      values: textsIn(value).map((text) => text.toLowerCase()),
    })),
  );
}
