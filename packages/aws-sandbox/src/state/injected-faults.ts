import { misfortunes, type SandboxFault } from '../accounts/misfortunes.js';

/** Which calls meet a misfortune, and how many of them. */
export interface FaultInjection {
  /** `CreateAccessKey`; any when not said. */
  readonly action?: string;
  /** Any when not said. */
  readonly accessKeyId?: string;
  readonly fault: SandboxFault;
  /** How many calls; one when not said. */
  readonly times?: number;
}

/** Faults that tests asked for, each used up by the calls that meet it, in the order in which they were asked for. */
export class InjectedFaults {
  private waiting: { injection: FaultInjection; left: number }[] = [];

  add(injection: FaultInjection): void {
    if (!Object.hasOwn(misfortunes, injection.fault)) throw new Error(`The fault "${injection.fault}" does not exist.`);
    this.waiting.push({ injection, left: injection.times ?? 1 });
  }

  forget(): void {
    this.waiting = [];
  }

  /** What this call meets, which is one less from now on. */
  take(action: string | null, accessKeyId: string): SandboxFault | undefined {
    const found = this.waiting.find(
      ({ injection, left }) =>
        left > 0 && (injection.action ?? action) === action && (injection.accessKeyId ?? accessKeyId) === accessKeyId,
    );
    if (!found) return undefined;

    found.left--;
    this.waiting = this.waiting.filter(({ left }) => left > 0);
    return found.injection.fault;
  }
}
