import { explanations, UsageAuditService, type UsageAudit, type UsageFinding } from '#libs/cloud-accounts';
import { accountOf } from '../account.js';
import type { Run } from '../command.js';
import type { Row } from '../rows.js';
import { withServices } from '../services.js';

export const doctor: Run = async (given) => {
  const id = given.has('account') ? accountOf(given) : null;
  return withServices(async (service) => {
    const audits = service(UsageAuditService);
    const audit = id === null ? null : await audits.auditAny(id);
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
  remedy: explanations[kind].remedy,
});

/** One account on one line: who uses it, and whether it could go. */
function auditRow({ account, usage, inTheWay, findings, hasMoreFindings }: UsageAudit): Row {
  const { id, tenantId, name, status } = account;
  const { subscriptions, isRotating } = inTheWay;
  return {
    account: id,
    tenant: tenantId,
    name,
    status,
    'active subscriptions': subscriptions,
    'key is being rotated': isRotating,
    deletable: subscriptions === 0 && !isRotating,
    used: usage.map(({ tenantId, status, count }) => `tenant ${tenantId}: ${count} ${status}`).join(', ') || null,
    findings: findings.map(({ kind, subject }) => `${kind} (${subject})`).join(', ') || null,
    'more findings': hasMoreFindings,
  };
}
