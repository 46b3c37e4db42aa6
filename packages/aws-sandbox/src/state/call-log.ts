import { type SandboxFault } from '../accounts/misfortunes.js';

/** A call as it arrived, and what became of it. */
export interface SandboxCall {
  /** `CreateAccessKey`; null when the call named none. */
  readonly action: string | null;
  /** Null when the call was not signed, or with something that is no access key id. */
  readonly accessKeyId: string | null;
  readonly at: Date;
  /** The code of a refusal, whether or not it reached the client. Null when the action was done, and before it ended. */
  readonly awsErrorCode: string | null;
  /** The fault that a test asked for and the call met. */
  readonly fault: SandboxFault | null;
  /** All parameters but Action, Version, and what is secret. */
  readonly requestParameters: Readonly<Record<string, string>>;
}

type NotedCall = { -readonly [field in keyof SandboxCall]: SandboxCall[field] };

const limit = 1000;

/** The newest calls, the oldest first. */
export class CallLog {
  private calls: NotedCall[] = [];

  list(): SandboxCall[] {
    return this.calls.map((call) => ({ ...call }));
  }

  forget(): void {
    this.calls = [];
  }

  /** Returns the entry, for what becomes of the call. */
  note(parameters: URLSearchParams, accessKeyId: string | undefined): NotedCall {
    const call: NotedCall = {
      action: parameters.get('Action'),
      // A secret may have been put in its place, by mistake.
      accessKeyId: accessKeyId && /^[A-Z0-9]{16,32}$/.test(accessKeyId) ? accessKeyId : null,
      at: new Date(),
      awsErrorCode: null,
      fault: null,
      requestParameters: Object.fromEntries(
        [...parameters].filter(([name]) => !/^(Action|Version)$|secret|password|token/i.test(name)),
      ),
    };
    this.calls.push(call);
    if (this.calls.length > limit) this.calls.shift();
    return call;
  }
}
