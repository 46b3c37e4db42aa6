import { evaluate, type Decision, type Evaluation, type PolicyRequest } from './evaluate.js';
import { type PolicyDocument } from './policy-document.js';

/** All policies that restrict a principal. Undefined ones restrict nothing. */
export interface Permissions {
  readonly identity: readonly PolicyDocument[];
  readonly boundary?: PolicyDocument | undefined;
  /** Service control policies of the organization. */
  readonly organization?: readonly PolicyDocument[] | undefined;
  /** Session policy. */
  readonly session?: PolicyDocument | undefined;
}

export interface Verdict extends Pick<Evaluation, 'decision' | 'isExplicit'> {
  /** Reason for the denial, in the words of AWS, as the end of its message. Empty when allowed. */
  readonly because: string;
  readonly identity: Evaluation;
  readonly boundary: Evaluation | undefined;
  readonly organization: Evaluation | undefined;
}

/** A Deny of any type denies; otherwise every present type has to allow. */
export function decide({ identity, boundary, organization, session }: Permissions, request: PolicyRequest): Verdict {
  const byIdentity = evaluate(identity, request);
  const byBoundary = boundary && evaluate([boundary], request);
  const byOrganization = organization && evaluate(organization, request);
  const bySession = session && evaluate([session], request);
  const parts = { identity: byIdentity, boundary: byBoundary, organization: byOrganization };

  // In the order in which AWS evaluates and names them.
  const types: [article: string, type: string, evaluation: Evaluation | undefined][] = [
    ['a', 'service control policy', byOrganization],
    ['an', 'identity-based policy', byIdentity],
    ['a', 'permissions boundary', byBoundary],
    ['a', 'session policy', bySession],
  ];
  const verdict = (decision: Decision, isExplicit: boolean, because: string): Verdict => ({
    ...{ ...parts, decision, isExplicit, because },
  });
  const denying = types.find(([, , evaluation]) => evaluation?.isExplicit);
  if (denying) return verdict('DENIED', true, `with an explicit deny in ${denying[0]} ${denying[1]}`);

  const silent = types.find(([, , evaluation]) => evaluation?.decision === 'DENIED');
  if (silent) return verdict('DENIED', false, `because no ${silent[1]} allows the ${request.action} action`);

  const isOpen = types.some(([, , evaluation]) => evaluation?.decision === 'DEPENDS');
  return verdict(isOpen ? 'DEPENDS' : 'ALLOWED', false, '');
}
