import { incompleteSignature, signatureDoesNotMatch } from '../protocol/aws-errors.js';
import { type AwsRequest } from '../protocol/request.js';

const tolerance = 15 * 60 * 1000;

/** When the client says it signed the call. Only the signature can prove it. */
export function signingTimeOf({ headers }: AwsRequest): Date {
  const text = headers['x-amz-date'];
  if (!text) {
    throw incompleteSignature("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }

  const time = new Date(text.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(time.getTime()) || basicFormat(time) !== text) {
    throw incompleteSignature("Date must be in ISO-8601 'basic format'. See http://en.wikipedia.org/wiki/ISO_8601");
  }
  return time;
}

/** A signature is taken for a quarter of an hour, so that one that was overheard is soon worth nothing. */
export function refuseUnlessCurrent(signedAt: Date, now: Date): void {
  const earliest = new Date(now.getTime() - tolerance);
  const latest = new Date(now.getTime() + tolerance);

  // Clients tell a wrong clock from a wrong secret by these sentences alone.
  if (signedAt < earliest) {
    throw signatureDoesNotMatch(
      `Signature expired: ${basicFormat(signedAt)} is now earlier than ${basicFormat(earliest)} (${basicFormat(now)} - 15 min.)`,
    );
  }
  if (signedAt > latest) {
    throw signatureDoesNotMatch(
      `Signature not yet current: ${basicFormat(signedAt)} is still later than ${basicFormat(latest)} (${basicFormat(now)} + 15 min.)`,
    );
  }
}

/** 20240131T235959Z */
function basicFormat(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d{3}/g, '');
}
