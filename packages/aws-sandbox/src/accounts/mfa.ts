import { validationError, wrongMfaCode } from '../protocol/aws-errors.js';
import { type Caller } from '../caller.js';

/** Whether the call proves a second factor: every user has a device named after it, and 000000 is never its code. */
export function provesMfa({ user, session }: Caller, parameters: URLSearchParams): boolean {
  const serialNumber = parameters.get('SerialNumber');
  if (serialNumber === null) return session?.mfa ?? false;
  if (!user) throw validationError('Only IAM users have a device for MFA.');

  const code = parameters.get('TokenCode') ?? '';
  const isOwn = serialNumber === user.arn.replace(':user/', ':mfa/');
  if (!isOwn || !/^\d{6}$/.test(code) || code === '000000') throw wrongMfaCode();
  return true;
}
