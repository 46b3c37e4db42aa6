import { faultInName, nameKey, normalizeName } from './name.js';

describe('a name', () => {
  it('is stored trimmed and composed', () => {
    expect(normalizeName('  Cafe\u0301 \t')).toBe('Caf\u00e9');
  });

  it.each([
    ['blank', ' \t '],
    ['65 characters long', 'x'.repeat(65)],
    ['with a control character', 'a\u0000b'],
    ['with a line break', 'a\nb'],
    ['with a right-to-left override', 'a\u202eb'],
    ['with an isolate', 'a\u2066b'],
    ['with half a surrogate pair', 'a\ud800b'],
    ['with a zero-width space', 'a\u200bb'],
    ['with a soft hyphen', 'a\u00adb'],
    ['with a byte-order mark inside', 'a\ufeffb'],
    ['with letters for tags', 'a\u{e0041}b'],
    ['only a zero-width space', '\u200b'],
    ['only joiners', '\u200c\u200d'],
    ['only a Hangul filler', '\u3164'],
    ['only a blank of Braille', '\u2800'],
    ['only a variation selector', '\ufe0f'],
    ['only a combining mark', '\u0301'],
  ])('is refused when it is %s', (_, name) => {
    expect(faultInName(name)).not.toBeNull();
  });

  it.each([
    ['one letter', 'a'],
    ['64 emoji', '😀'.repeat(64)],
    ['Hebrew', 'חשבון'],
    ['Chinese', '生产账户'],
    ['Persian with a non-joiner', 'می\u200cخواهم'],
    ['Hindi with a joiner', 'क्\u200dष'],
    ['a family of emoji', '👩\u200d👩\u200d👧'],
    ['a sign', '#'],
  ])('can be %s', (_, name) => {
    expect(faultInName(name)).toBeNull();
  });

  it.each([
    ['Production', 'PRODUCTION'],
    ['straße', 'STRASSE'],
    ['Σίσυφος', 'ΣΊΣΥΦΟΣ'],
    ['Cafe\u0301', 'CAF\u00c9'],
  ])('%s and %s are the same name', (one, other) => {
    expect(nameKey(one)).toBe(nameKey(other));
  });
});
