import { SecretOutput } from './secret-output.js';
import type { Row } from './rows.js';

/** An option of a command. */
export interface Option {
  /** Stands for the value in the help; without it the option is a switch. */
  readonly value?: string;
  readonly means: string;
  readonly isRequired?: true;
  readonly isRepeatable?: true;
  /** The value is a whole number from 1 to 999999999. */
  readonly isNumber?: true;
  /** The value is one of these, in any case. */
  readonly oneOf?: readonly string[];
}

/** What a command answers: rows for a table or JSON, or nothing when it prints by itself. */
export type Run = (given: Given) => Promise<readonly Row[] | void>;

/** A command of the command line. Its help, and every fault of its options, are told before `load` is called. */
export interface Command {
  readonly means: string;
  readonly options?: Readonly<Record<string, Option>>;
  /** Anything else a reader of its help must know. */
  readonly notes?: string;
  /** What a person is told in place of a table without rows. */
  readonly none?: string;
  readonly load: () => Promise<Run>;
}

/** The command was not understood. The message says which help to read. */
export class Usage extends Error {
  /** @param of the words of the command or the group whose help shows what it takes; none: the whole command line's */
  constructor(message: string, of = '') {
    super(`${message}\nSee: cloud-account-gateway ${of ? `${of} ` : ''}--help`);
  }
}

/** The options that were given with a command, each already of the form that the command demands. */
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

  /** Where the command puts the API key that it makes. @throws Usage, SecretNotWritten */
  secretOutput(): SecretOutput {
    return new SecretOutput(this.optional('to') ?? null, this.has('json'), (fault) => this.usage(fault));
  }

  /** A fault that only the command itself can find. */
  usage(fault: string): Usage {
    return new Usage(fault, this.command);
  }
}
