import { evaluate, type Decision, type Evaluation, type PolicyRequest } from './evaluate.js';
import { type PolicyDocument } from './policy-document.js';

/** All that has a say in what a principal may do. What is absent restricts nothing. */
export interface Permissions {
  readonly identity: readonly PolicyDocument[];
  readonly boundary?: PolicyDocument | undefined;
  /** The service control policies of its organization. */
  readonly organization?: readonly PolicyDocument[] | undefined;
  /** What a session was restricted to when it began. */
  readonly session?: PolicyDocument | undefined;
}

export interface Verdict {
  readonly decision: Decision;
  /** Why it was refused, in AWS's words for the end of its message; empty when it was allowed. */
  readonly because: string;
  readonly identity: Evaluation;
  readonly boundary: Evaluation | undefined;
  readonly organization: Evaluation | undefined;
}

/** A Deny of any type wins; else every type that is there has to allow. */
export function decide({ identity, boundary, organization, session }: Permissions, request: PolicyRequest): Verdict {
  const byIdentity = evaluate(identity, request);
  const byBoundary = boundary && evaluate([boundary], request);
  const byOrganization = organization && evaluate(organization, request);
  const bySession = session && evaluate([session], request);
  const verdict = { identity: byIdentity, boundary: byBoundary, organization: byOrganization };

  // In the order in which AWS asks them, and so names them.
  const types: [string, string, Evaluation | undefined][] = [
    ['a', 'service control policy', byOrganization],
    ['an', 'identity-based policy', byIdentity],
    ['a', 'permissions boundary', byBoundary],
    ['a', 'session policy', bySession],
  ];
  const denying = types.find(([, , evaluation]) => evaluation?.decision === 'explicitDeny');
  if (denying) {
    const [article, type] = denying;
    return { ...verdict, decision: 'explicitDeny', because: `with an explicit deny in ${article} ${type}` };
  }

  const silent = types.find(([, , evaluation]) => evaluation?.decision === 'implicitDeny');
  if (silent) {
    return {
      ...verdict,
      decision: 'implicitDeny',
      because: `because no ${silent[1]} allows the ${request.action} action`,
    };
  }
  return { ...verdict, decision: 'allowed', because: '' };
}
