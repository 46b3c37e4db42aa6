/** Changed record, and how it was changed. */
export interface Alteration {
  readonly how: string;
  readonly record: Buffer;
}

/** Inverts every single bit, truncates the record to every length from both ends, and extends it. */
export function alterationsOf(record: Buffer): Alteration[] {
  const all: Alteration[] = [];
  const add = (how: string, ...parts: Uint8Array[]) => all.push({ how, record: Buffer.concat(parts) });

  for (let bit = 0; bit < record.length * 8; bit++) {
    const flipped = Buffer.from(record);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    add(`bit ${bit} turned over`, flipped);
  }
  for (let length = 0; length < record.length; length++) {
    add(`cut to its first ${length} bytes`, record.subarray(0, length));
    add(`cut to its last ${length} bytes`, record.subarray(record.length - length));
  }
  for (let more = 1; more <= 16; more++) {
    add(`${more} zero bytes behind it`, record, Buffer.alloc(more));
    add(`${more} zero bytes before it`, Buffer.alloc(more), record);
  }
  add('twice', record, record);
  // From 4 bytes on, node:crypto accepts shorter tags. The rest of the record is unchanged.
  for (let tag = 0; tag < 16; tag++) {
    add(`its tag cut to the last ${tag} bytes`, record.subarray(0, -16), record.subarray(record.length - tag));
    add(`all but ${tag} bytes of its tag zero`, record.subarray(0, record.length - 16 + tag), Buffer.alloc(16 - tag));
  }
  return all.filter((one) => !one.record.equals(record));
}
