/** Encodings in which a text can be hidden. */
const encodings: Record<string, (text: string) => Buffer[]> = {
  clear: (text) => [Buffer.from(text)],
  base64: (text) => alignments.map((skipped) => Buffer.from(base64Inside(text, skipped))),
  base64url: (text) =>
    alignments.map((skipped) => Buffer.from(base64Inside(text, skipped).replaceAll('+', '-').replaceAll('/', '_'))),
  hex: (text) => [Buffer.from(Buffer.from(text).toString('hex'))],
  HEX: (text) => [Buffer.from(Buffer.from(text).toString('hex').toUpperCase())],
  url: (text) => [Buffer.from(encodeURIComponent(text))],
  json: (text) => [Buffer.from(text.replaceAll('/', '\\/'))],
  utf16: (text) => [Buffer.from(text, 'utf16le')],
};

/** Number of bytes before the text in the group of three that base64 encodes together. */
const alignments = [0, 1, 2] as const;

/** Letters of base64 that depend on `text` only, after `skipped` unknown bytes. */
function base64Inside(text: string, skipped: 0 | 1 | 2): string {
  const encoded = Buffer.concat([Buffer.alloc(skipped), Buffer.from(text)]).toString('base64');
  return encoded.slice(Math.ceil((skipped * 8) / 6), Math.floor(((skipped + text.length) * 8) / 6));
}

export const encodingNames = Object.keys(encodings);

export function encoded(text: string, encoding: string): Buffer[] {
  return encodings[encoding]!(text);
}

export interface Hit {
  readonly text: string;
  readonly encoding: string;
}

interface Pattern extends Hit {
  readonly bytes: Buffer;
}

/** Looks for many texts in many encodings at once. Half of a text counts, so that truncated ones are found as well. */
export class Sweeper {
  private readonly byStart = new Map<number, Pattern[]>();
  /** Whether a pattern starts with these three bytes. Avoids most lookups in the map. */
  private readonly starts = new Uint8Array(1 << 24);

  constructor(texts: readonly string[]) {
    for (const text of texts) {
      const middle = text.length / 2;
      for (const half of [text.slice(0, middle), text.slice(middle)]) {
        for (const encoding of encodingNames) {
          for (const bytes of encoded(half, encoding)) this.add({ text, encoding, bytes });
        }
      }
    }
  }

  hitsIn(contents: Buffer): Hit[] {
    const hits: Hit[] = [];
    for (let i = 2, key = contents.length > 1 ? (contents[0]! << 8) | contents[1]! : 0; i < contents.length; i++) {
      key = ((key << 8) | contents[i]!) & 0xffffff;
      if (this.starts[key] === 0) continue;
      for (const { text, encoding, bytes } of this.byStart.get(key)!) {
        if (contents.subarray(i - 2, i - 2 + bytes.length).equals(bytes)) hits.push({ text, encoding });
      }
    }
    return hits;
  }

  private add(pattern: Pattern): void {
    const key = pattern.bytes.readUIntBE(0, 3);
    this.starts[key] = 1;
    this.byStart.set(key, [...(this.byStart.get(key) ?? []), pattern]);
  }
}
