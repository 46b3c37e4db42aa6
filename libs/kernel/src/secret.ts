import { inspect } from 'node:util';

const redacted = '[redacted]';

/**
 * Text that cannot be shown accidentally: printed, logged, serialized or inspected, it is `[redacted]`. Only `reveal`
 * returns it, so a search for that name finds every use of a secret.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}
