import { explanations, type UsageAudit, type UsageFinding } from '#libs/cloud-accounts';
import type { Row } from './rows.js';

export const findingRow = ({ kind, tenantId, cloudAccountId, subject }: UsageFinding): Row => ({
  finding: kind,
  tenant: tenantId,
  account: cloudAccountId,
  subject,
  means: explanations[kind].means,
  remedy: explanations[kind].remedy,
});

/** One account on one line: who uses it, and whether it could go. */
export function auditRow({ account, usage, inTheWay, findings }: UsageAudit): Row {
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
  };
}
