import { inspect } from 'node:util';

const redacted = '[redacted]';

/**
 * A text nobody may see by accident: printed, logged, serialised or inspected it reads `[redacted]`.
 * Only `reveal` gives it out, so a search for that word finds every place a secret is used.
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
