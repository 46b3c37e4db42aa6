/** What is wrong with the name of an IAM role, as the end of a sentence; null when nothing is (IAM API reference, CreateRole). */
export function faultInRoleName(name: string): string | null {
  if (name.length === 0) return 'must not be blank';
  if (/^arn:/i.test(name)) return "must be the role's name, not its ARN: give what stands after the last `/`";
  if (name.includes('/')) return "must be the role's name without its path: give what stands after the last `/`";
  if (name.length > 64) return `must be at most 64 characters, and has ${name.length}`;
  if (!/^[A-Za-z0-9+=,.@_-]+$/.test(name)) return 'must hold letters, digits and + = , . @ _ - only';
  return null;
}
