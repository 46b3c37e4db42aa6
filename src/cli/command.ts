import { SecretOutput } from './secret-output.js';
import type { Row } from './rows.js';

/** An option of a command. */
export interface Option {
  /** Name of the value in the help. If undefined, the option is a switch. */
  readonly value?: string;
  readonly means: string;
  readonly isRequired?: true;
  readonly isRepeatable?: true;
  /** The value is an integer from 1 to 999999999. */
  readonly isNumber?: true;
  /** The value is one of these, ignoring case. */
  readonly oneOf?: readonly string[];
}

/** Result of a command: rows to print as a table or JSON, or nothing if the command prints by itself. */
export type Run = (given: Given) => Promise<readonly Row[] | void>;

/** Command of the command line. Its help and problems with its options are shown before `load` is called. */
export interface Command {
  readonly means: string;
  readonly options?: Readonly<Record<string, Option>>;
  /** Additional help text. */
  readonly notes?: string;
  /** Text that is printed instead of an empty table. */
  readonly none?: string;
  readonly load: () => Promise<Run>;
}

/** The command line is invalid. The message says which help to read. */
export class Usage extends Error {
  /** @param of words of the command or group whose help describes its options; empty for the general help */
  constructor(message: string, of = '') {
    super(`${message}\nSee: cloud-account-gateway ${of ? `${of} ` : ''}--help`);
  }
}

/** Options of a command, already validated. */
export class Given {
  constructor(
    private readonly command: string,
    private readonly values: Readonly<Record<string, unknown>>,
  ) {}

  has(name: string): boolean {
    return this.values[name] !== undefined;
  }

  text(name: string): string {
    return String(this.values[name]);
  }

  optional(name: string): string | undefined {
    return this.values[name] as string | undefined;
  }

  list(name: string): string[] {
    return (this.values[name] as string[] | undefined) ?? [];
  }

  number(name: string): number {
    return Number(this.values[name]);
  }

  oneOf<T extends string>(name: string): T {
    return this.text(name).toUpperCase() as T;
  }

  /** Destination of the API key that the command creates. @throws Usage, SecretNotWritten */
  secretOutput(): SecretOutput {
    return new SecretOutput(this.optional('to') ?? null, this.has('json'), (fault) => this.usage(fault));
  }

  /** Problem that only the command itself can find. */
  usage(fault: string): Usage {
    return new Usage(fault, this.command);
  }
}
