import {
  blockersInWords,
  explanations,
  UsageAuditService,
  type UsageAudit,
  type UsageFinding,
} from '#libs/cloud-accounts';
import { accountOf } from '../account.js';
import type { Run } from '../command.js';
import type { Row } from '../rows.js';
import { withServices } from '../services.js';

export const doctor: Run = async (given) => {
  const id = given.has('account') ? accountOf(given) : null;
  return withServices(async (service) => {
    const audits = service(UsageAuditService);
    const audit = id === null ? null : await audits.auditInAllTenants(id);
    const findings = audit?.findings ?? (await audits.findings());
    if (findings.length > 0) process.exitCode = 1;
    return audit ? [auditRow(audit)] : findings.map(findingRow);
  });
};

const findingRow = ({ kind, tenantId, cloudAccountId, subject }: UsageFinding): Row => ({
  finding: kind,
  tenant: tenantId,
  account: cloudAccountId,
  subject,
  means: explanations[kind].means,
  remediation: explanations[kind].remediation,
});

/** One account in one line: its usage, and whether it can be deleted. */
function auditRow({ account, usage, blockerCounts, findings, hasMoreFindings }: UsageAudit): Row {
  const { id, tenantId, name, status } = account;
  const blockers = blockersInWords(blockerCounts);
  return {
    account: id,
    tenant: tenantId,
    name,
    status,
    deletable: blockers.length === 0,
    blockers: blockers.join(', ') || null,
    used: usage.map(({ tenantId, status, count }) => `tenant ${tenantId}: ${count} ${status}`).join(', ') || null,
    findings: findings.map(({ kind, subject }) => `${kind} (${subject})`).join(', ') || null,
    'more findings': hasMoreFindings,
  };
}
