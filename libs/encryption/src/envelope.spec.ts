import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import {
  CiphertextRejected,
  commitmentOf,
  decrypt,
  deriveKey,
  encrypt,
  isCommitted,
  open,
  seal,
  type EncryptionKey,
} from './envelope.js';
import { alterationsOf } from './testing/alterations.js';

const hex = (text: string) => Buffer.from(text, 'hex');
const counting = (from: number) => Buffer.from(Array.from({ length: 32 }, (_, i) => from + i));

const key: EncryptionKey = { id: 42, bytes: counting(0) };
const context = ['aws', '7', '1001', 'primary', '3'];

describe('a sealed record', () => {
  it.each([0, 1, 15, 16, 17, 40, 4096])('returns %i bytes, and is 36 bytes longer', (length) => {
    const plaintext = randomBytes(length);
    const record = seal(key, plaintext, context);

    expect(record).toHaveLength(length + 36);
    expect(open(key, record, context)).toEqual(plaintext);
  });

  it('opens for any context and key ID, and does not change its plaintext', () => {
    const strings = fc.array(fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(fc.uint8Array(), strings, fc.nat(), (bytes, parts, id) => {
        const plaintext = Buffer.from(bytes);
        const record = seal({ ...key, id }, plaintext, parts);

        expect(plaintext).toEqual(Buffer.from(bytes));
        expect(open({ ...key, id }, record, parts)).toEqual(plaintext);
      }),
    );
  });

  it('begins with its format, its algorithm and the ID of its key', () => {
    const record = seal({ ...key, id: 0xfedcba98 }, Buffer.from('x'), context);

    expect(record.subarray(0, 8)).toEqual(hex('67773101fedcba98'));
  });

  it('contains nothing of its plaintext', () => {
    const plaintext = Buffer.alloc(64, 'canary');

    expect(seal(key, plaintext, context).includes('canary')).toBe(false);
  });

  it('never has the same nonce twice', () => {
    const nonces = Array.from({ length: 2000 }, () => seal(key, Buffer.alloc(1), context).toString('hex', 8, 20));

    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it('matches another implementation of the format', () => {
    // pyca/cryptography 48: AESGCM(bytes(range(32))).encrypt(nonce a0…ab, plaintext, length-prefixed binding)
    const record = hex(
      '677731010000002aa0a1a2a3a4a5a6a7a8a9aaab856abf8528ae22dd10a63cbfc4d3a559fab0255bebe47982426c68d50caece',
    );

    expect(open(key, record, context).toString()).toBe('crème brûlée');
  });

  it.each([0, 31, 33])('is not created with a key of %i bytes', (length) => {
    expect(() => seal({ id: 1, bytes: Buffer.alloc(length) }, Buffer.alloc(1), context)).toThrow('Invalid key length');
  });

  it.each(['\ud800', 'a\udfff', '\udc00\ud800'])('is not created for a context with an unpaired surrogate', (part) => {
    expect(() => seal(key, Buffer.alloc(1), ['aws', part])).toThrow(TypeError);
  });
});

describe('an altered record', () => {
  const plaintext = Buffer.from('forty bytes, as a secret access key has.');
  const record = seal(key, plaintext, context);
  const elsewhere = (change: number, value: string) => context.map((part, i) => (i === change ? value : part));

  type Attempt = readonly [how: string, key: EncryptionKey, record: Buffer, context: readonly string[]];
  const attempts: Attempt[] = alterationsOf(record).map((one) => [one.how, key, one.record, context]);
  const attempt = (...one: Attempt) => attempts.push(one);

  for (let value = 0; value < 256; value++) {
    if (value === 1) continue;
    attempt(
      `algorithm ${value}`,
      key,
      Buffer.concat([record.subarray(0, 3), Buffer.of(value), record.subarray(4)]),
      context,
    );
  }
  for (const magic of ['gw0', 'gw2', 'GW1', 'gwk', 'wg1', '\0\0\0']) {
    attempt(`as ${JSON.stringify(magic)}`, key, Buffer.concat([Buffer.from(magic), record.subarray(3)]), context);
  }

  // Records moved to another place.
  for (const [part, values] of [
    ['AWS', 'aws ', 'redis', ''],
    ['1', '70', '07', '-7', ''],
    ['1', '100', '10011', '1002', ''],
    ['next', 'primary\0', 'prımary', ''],
    ['2', '4', '03', '3.0', ''],
  ].entries()) {
    for (const value of values)
      attempt(`part ${part} is ${JSON.stringify(value)}`, key, record, elsewhere(part, value));
  }
  for (const [one, other] of [
    [0, 1],
    [1, 2],
    [2, 4],
    [3, 4],
    [0, 4],
  ] as const) {
    attempt(
      `parts ${one} and ${other} swapped`,
      key,
      record,
      elsewhere(one, context[other]!).with(other, context[one]!),
    );
  }
  for (let part = 0; part < context.length; part++) {
    attempt(`without part ${part}`, key, record, context.toSpliced(part, 1));
    attempt(`part ${part} twice`, key, record, context.toSpliced(part, 0, context[part]!));
    attempt(`an empty part before part ${part}`, key, record, context.toSpliced(part, 0, ''));
    if (part === 0) continue;
    // Same letters in the same order, split differently.
    const [before, here] = [context[part - 1]!, context[part]!];
    attempt(`parts joined at ${part}`, key, record, context.toSpliced(part - 1, 2, before + here));
    attempt(
      `a letter moved left at ${part}`,
      key,
      record,
      context.toSpliced(part - 1, 2, before + here[0], here.slice(1)),
    );
    attempt(
      `a letter moved right at ${part}`,
      key,
      record,
      context.toSpliced(part - 1, 2, before.slice(0, -1), before.at(-1) + here),
    );
    for (const separator of [',', '|', ':', '/', '\0', '\n']) {
      attempt(
        `parts joined with ${JSON.stringify(separator)} at ${part}`,
        key,
        record,
        context.toSpliced(part - 1, 2, before + separator + here),
      );
    }
  }
  attempt('no context', key, record, []);
  attempt('the key id in the context', key, record, [...context, '42']);
  attempt('the format in the context', key, record, ['gw1', ...context]);

  // Another key: by its ID, by its bytes, by both; and with a corrected header.
  for (const id of [0, 1, 41, 43, 42 * 256, 0xffffffff]) {
    attempt(`key id ${id}`, { ...key, id }, record, context);
    const header = seal({ ...key, id }, plaintext, context).subarray(0, 8);
    attempt(
      `key id ${id}, and the header says so`,
      { ...key, id },
      Buffer.concat([header, record.subarray(8)]),
      context,
    );
  }
  for (let byte = 0; byte < 32; byte++) {
    const bytes = Buffer.from(key.bytes);
    bytes[byte]! ^= 0x80;
    attempt(`another key, different in byte ${byte}`, { ...key, bytes }, record, context);
  }

  // Nonce, ciphertext and tag combined from two valid records: an older version, another slot, the same again.
  for (const [whose, other] of [
    ['older version', seal(key, Buffer.alloc(plaintext.length, 'o'), elsewhere(4, '2'))],
    ['other slot', seal(key, plaintext, elsewhere(3, 'next'))],
    ['other sealing', seal(key, plaintext, context)],
    ['other key', seal({ id: 42, bytes: counting(32) }, plaintext, context)],
  ] as const) {
    for (let mix = 1; mix < 8; mix++) {
      if (mix === 7 && whose === 'other sealing') continue; // which is a valid record
      const from = (part: number) => ((mix >> part) & 1 ? other : record);
      const parts = [record.subarray(0, 8), from(0).subarray(8, 20), from(1).subarray(20, -16), from(2).subarray(-16)];
      attempt(`mix ${mix} with the ${whose}`, key, Buffer.concat(parts), context);
    }
  }

  // In records without a plaintext, only the tag can be changed.
  const empty = seal(key, Buffer.alloc(0), context);
  for (const { how, record } of alterationsOf(empty)) attempt(`empty, ${how}`, key, record, context);

  // The unchanged originals open. Otherwise the attempts would fail for another reason.
  it('would open without the change', () => {
    expect(open(key, record, context)).toEqual(plaintext);
    expect(open(key, empty, context)).toEqual(Buffer.alloc(0));
  });

  const distinct = new Set(
    attempts.map(([, { id, bytes }, record, context]) => JSON.stringify([id, bytes, record.toString('hex'), context])),
  ).size;

  it('is refused in the same way for each of more than 1,600 changes', () => {
    expect(distinct).toBeGreaterThan(1600);

    const outcomes = attempts.map(([how, key, record, context]) => {
      try {
        open(key, record, context);
        return `${how}: accepted`;
      } catch (error) {
        const asPromised = error instanceof CiphertextRejected && error.message === 'The ciphertext was rejected.';
        return asPromised ? 'refused' : `${how}: ${inspect(error)}`;
      }
    });
    expect(outcomes.filter((outcome) => outcome !== 'refused')).toEqual([]);
  });

  it('never opens for a context with the same letters', () => {
    const few = fc.array(fc.constantFrom('', 'a', 'b', 'ab', 'ba', 'abc', '\0', '\0\0\0\u0001a'), { maxLength: 6 });
    fc.assert(
      fc.property(few, few, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(() => open(key, seal(key, plaintext, one), other)).toThrow(CiphertextRejected);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('AES-256-GCM', () => {
  // "The Galois/Counter Mode of Operation", McGrew and Viega, submitted to NIST, appendix B, test cases 13, 14 and 16.
  const zeros = { key: Buffer.alloc(32), nonce: Buffer.alloc(12), aad: Buffer.alloc(0) };
  const vectors = [
    { ...zeros, plaintext: '', ciphertext: '', tag: '530f8afbc74536b9a963b4f1c4cb738b' },
    {
      ...zeros,
      plaintext: '00000000000000000000000000000000',
      ciphertext: 'cea7403d4d606b6e074ec5d3baf39d18',
      tag: 'd0d1c8a799996bf0265b98b5d48ab919',
    },
    {
      key: hex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308'),
      nonce: hex('cafebabefacedbaddecaf888'),
      aad: hex('feedfacedeadbeeffeedfacedeadbeefabaddad2'),
      plaintext:
        'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
        '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
      ciphertext:
        '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
        '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662',
      tag: '76fc6ece0f4e1768cddf8853bb2d551b',
    },
  ];

  it.each(vectors)('returns the published ciphertext and tag: $tag', (vector) => {
    const { ciphertext, tag } = encrypt(vector.key, vector.nonce, vector.aad, hex(vector.plaintext));

    expect([ciphertext.toString('hex'), tag.toString('hex')]).toEqual([vector.ciphertext, vector.tag]);
  });

  it.each(vectors)('decrypts published records: $tag', (vector) => {
    const plaintext = decrypt(vector.key, vector.nonce, vector.aad, hex(vector.ciphertext), hex(vector.tag));

    expect(plaintext.toString('hex')).toBe(vector.plaintext);
  });

  it.each([0, 1, 4, 8, 12, 13, 14, 15, 17])('refuses a correct tag of %i bytes', (length) => {
    const { key, nonce, aad, ciphertext, tag } = vectors[2]!;
    const shortened = Buffer.concat([hex(tag), Buffer.alloc(1)]).subarray(0, length);

    expect(() => decrypt(key, nonce, aad, hex(ciphertext), shortened)).toThrow(CiphertextRejected);
  });
});

describe('the commitment of a key', () => {
  const identity = ['tenant', '7', '1'];
  const commitment = commitmentOf(key.bytes, identity);

  it('matches another implementation', () => {
    expect(commitment.toString('hex')).toBe('1a37b572f927231ae9aa633efbfbeb2fd77a9eb846f3f052927de40625c75c8a');
  });

  it('is recognized', () => {
    expect(isCommitted(key.bytes, identity, commitment)).toBe(true);
  });

  it.each([
    ['another key', counting(1), identity, commitment],
    ['another tenant', key.bytes, ['tenant', '8', '1'], commitment],
    ['another version', key.bytes, ['tenant', '7', '2'], commitment],
    ['another cut', key.bytes, ['tenant', '71', ''], commitment],
    ['a changed bit', key.bytes, identity, Buffer.from(commitment).fill(commitment[31]! ^ 1, 31)],
    ['half of it', key.bytes, identity, commitment.subarray(0, 16)],
    ['nothing', key.bytes, identity, Buffer.alloc(0)],
  ])('is not the one of %s', (_, bytes, identity, commitment) => {
    expect(isCommitted(bytes, identity, commitment)).toBe(false);
  });
});

describe('a derived key', () => {
  it('matches RFC 5869, appendix A.3', () => {
    // The RFC shows 42 bytes of output. The first 32 of HKDF do not depend on the length.
    expect(deriveKey(Buffer.alloc(22, 0x0b), '').toString('hex')).toBe(
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d',
    );
  });

  it('depends on its purpose, as in another implementation', () => {
    expect(deriveKey(key.bytes, 'cursors').toString('hex')).toBe(
      '467ad3ace7456ff5a4c983d35e7a11e55a852bb68cdc79039af2385c2c08c315',
    );
  });

  it('differs for each purpose and each root, and is always the same for one', () => {
    const uses = ['', 'a', 'b', 'api-key-pepper', 'fingerprints', 'cursors', 'idempotency'];
    const keys = [counting(0), counting(1)].flatMap((root) => uses.map((info) => deriveKey(root, info)));

    expect(keys.every(({ length }) => length === 32)).toBe(true);
    expect(new Set(keys.map((one) => one.toString('hex'))).size).toBe(14);
    expect(deriveKey(counting(0), 'cursors')).toEqual(deriveKey(counting(0), 'cursors'));
  });
});

describe('a rejection', () => {
  it('zeroes what was decrypted before the tag was checked', () => {
    const record = seal(key, Buffer.from('plaintext'), context);
    record[record.length - 1]! ^= 1;
    const filled: string[] = [];
    const fill = jest.spyOn(Buffer.prototype, 'fill').mockImplementation(function (this: Buffer, value: unknown) {
      filled.push(this.toString());
      return Uint8Array.prototype.fill.call(this, value as number) as Buffer;
    });
    try {
      expect(() => open(key, record, context)).toThrow(CiphertextRejected);
    } finally {
      fill.mockRestore();
    }

    expect(filled).toContain('plaintext');
  });

  it('reveals nothing else, and names the check only in the log', () => {
    const reasonOf = (record: Buffer) => {
      try {
        return open(key, record, context);
      } catch (error) {
        return [String(error), (error as Error).cause];
      }
    };
    const record = seal(key, Buffer.from('plaintext'), context);

    expect(reasonOf(record.subarray(0, 35))).toEqual(['CiphertextRejected: The ciphertext was rejected.', 'length']);
    expect(reasonOf(Buffer.from(record).fill(0, 0, 1))).toEqual([
      'CiphertextRejected: The ciphertext was rejected.',
      'header',
    ]);
    expect(reasonOf(Buffer.from(record).fill(record.at(-1)! ^ 1, -1 + record.length))).toEqual([
      'CiphertextRejected: The ciphertext was rejected.',
      'tag',
    ]);
  });
});
