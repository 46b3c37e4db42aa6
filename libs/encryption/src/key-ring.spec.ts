import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { CiphertextRejected } from './envelope.js';
import { isKekId, KeyRing, newKekId, type KekId } from './key-ring.js';
import { alterationsOf } from './testing/alterations.js';

const older: KekId = 'kek-0000002a';
const newer: KekId = 'kek-0000002b';
const bytesOf = (from: number) => Buffer.from(Array.from({ length: 32 }, (_, i) => from + i));
const aRing = (active: KekId, ...keks: (readonly [KekId, Buffer])[]) => new KeyRing(active, new Map(keks));

const context = ['tenant', '7', '1'];

describe('a key ring', () => {
  const ring = aRing(newer, [older, bytesOf(32)], [newer, bytesOf(64)]);

  it('wraps with the active key and unwraps with all of its keys', () => {
    const plaintext = randomBytes(32);
    const before = aRing(older, [older, bytesOf(32)]).wrap(plaintext, context);
    const after = ring.wrap(plaintext, context);

    expect([before.kekId, after.kekId]).toEqual([older, newer]);
    expect(ring.unwrap(before.kekId, before.wrapped, context)).toEqual(plaintext);
    expect(ring.unwrap(after.kekId, after.wrapped, context)).toEqual(plaintext);
    expect(after.wrapped).toHaveLength(64);
  });

  it('unwraps keys that another implementation wrapped', () => {
    // pyca/cryptography 48: AESGCM(20…3f).encrypt(nonce a0…ab, 00…1f, length-prefixed binding)
    const wrapped = Buffer.from(
      '67776b01a0a1a2a3a4a5a6a7a8a9aaab7e3da637c0d286ada921a7b12a5078a9816ed31428a13035178bd1e2cf7bb1e714df35ad8de609a2e0cd2146c8e04c35',
      'hex',
    );

    expect(ring.unwrap(older, wrapped, context)).toEqual(bytesOf(0));
  });

  it('knows which keys it has', () => {
    expect(ring.ids).toEqual([older, newer]);
    expect([ring.has(older), ring.has('kek-0000002c'), ring.has('constructor')]).toEqual([true, false, false]);
  });

  it('never shows a key', () => {
    const shown = [inspect(ring, { showHidden: true, depth: null }), JSON.stringify(ring)].join();

    for (const bytes of [bytesOf(32), bytesOf(64)]) {
      expect(shown).not.toContain(bytes.toString('base64'));
      expect(shown).not.toContain(inspect(bytes).slice(8, 30));
    }
  });

  it.each<[string, KekId, KekId, number]>([
    ['an active key it does not have', newer, older, 32],
    ['a key of 31 bytes', older, older, 31],
    ['a key of 33 bytes', older, older, 33],
    ['an id of another form', 'kek-X', 'kek-X', 32],
  ])('is not made with %s', (_, active, id, length) => {
    expect(() => aRing(active, [id, Buffer.alloc(length)])).toThrow(TypeError);
  });

  it('gives each new key a unique ID', () => {
    const ids = Array.from({ length: 100 }, newKekId);

    expect(ids.every(isKekId)).toBe(true);
    expect(new Set(ids).size).toBe(100);
  });
});

describe('an altered wrapped key', () => {
  const ring = aRing(older, [older, bytesOf(32)], [newer, bytesOf(64)]);
  const { wrapped } = ring.wrap(bytesOf(0), context);
  const sameIdOtherKey = aRing(older, [older, bytesOf(33)]);
  const sameKeyOtherId = aRing(newer, [newer, bytesOf(32)]);

  const attempts: (readonly [string, KeyRing, string, Buffer, readonly string[]])[] = [
    ...alterationsOf(wrapped).map(({ how, record }) => [how, ring, older, record, context] as const),
    ['another key of the ring', ring, newer, wrapped, context],
    ['another key under the same id', sameIdOtherKey, older, wrapped, context],
    ['the same key under another id', sameKeyOtherId, newer, wrapped, context],
    ['a key the ring does not have', ring, 'kek-0000002c', wrapped, context],
    ['no key id at all', ring, '', wrapped, context],
    ['another tenant', ring, older, wrapped, ['tenant', '8', '1']],
    ['another version', ring, older, wrapped, ['tenant', '7', '2']],
    ['another purpose', ring, older, wrapped, ['gateway', '7', '1']],
    ['tenant and version cut elsewhere', ring, older, wrapped, ['tenant', '71', '']],
    ['tenant and version in one', ring, older, wrapped, ['tenant', '71']],
    ['no context', ring, older, wrapped, []],
    ['a canary', ring, older, ring.canary(older), context],
    ['a canary without context', ring, older, ring.canary(older), []],
  ];

  it('is refused for each of more than 700 changes', () => {
    expect(attempts.length).toBeGreaterThan(700);
    expect(ring.unwrap(older, wrapped, context)).toEqual(bytesOf(0));

    const outcomes = attempts.map(([how, ring, kekId, record, context]) => {
      try {
        ring.unwrap(kekId, record, context);
        return `${how}: accepted`;
      } catch (error) {
        return error instanceof CiphertextRejected ? 'refused' : `${how}: ${inspect(error)}`;
      }
    });
    expect(outcomes.filter((outcome) => outcome !== 'refused')).toEqual([]);
  });
});

describe('a canary', () => {
  const ring = aRing(newer, [older, bytesOf(32)], [newer, bytesOf(64)]);

  it.each([older, newer])('opens with its key', (kekId) => {
    expect(ring.canaryOpens(kekId, ring.canary(kekId))).toBe(true);
  });

  it('does not open with a ring that has another key with the same ID', () => {
    expect(aRing(older, [older, bytesOf(33)]).canaryOpens(older, ring.canary(older))).toBe(false);
  });

  it('does not open with a ring that has the same key with another ID', () => {
    expect(aRing(newer, [newer, bytesOf(32)]).canaryOpens(newer, ring.canary(older))).toBe(false);
  });

  it('does not open when the ring does not have its key', () => {
    expect(aRing(newer, [newer, bytesOf(64)]).canaryOpens(older, ring.canary(older))).toBe(false);
  });

  it('is not a wrapped key', () => {
    expect(ring.canaryOpens(newer, ring.wrap(Buffer.alloc(32), []).wrapped)).toBe(false);
  });

  it('does not open when changed', () => {
    const canary = ring.canary(older);

    expect(alterationsOf(canary).filter(({ record }) => ring.canaryOpens(older, record))).toEqual([]);
  });

  it('cannot be created for a missing key', () => {
    expect(() => ring.canary('kek-0000002c')).toThrow(CiphertextRejected);
  });
});
