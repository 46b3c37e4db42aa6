import fc from 'fast-check';
import { byId, byMoment, byText, decodeCursor, encodeCursor, type CursorParts, type SortValue } from './cursor.js';
import { parseGlobalId, toGlobalId } from './global-id.js';

const order = ['accounts', 'NAME', 'ASC'] as const;
const spelled = (json: string) => Buffer.from(json).toString('base64url');
const made = (value: unknown, id: unknown, [list, field, direction] = order as readonly unknown[]) =>
  spelled(JSON.stringify([list, field, direction, value, id]));

const text = byText(({ name }: { name: string }) => name, 192) as SortValue<never>;
const moment = byMoment(({ at }: { at: Date }) => at) as SortValue<never>;
const id: SortValue<never> = byId();

describe('A cursor', () => {
  it.each([
    ['a name', text, "O'Brien \\ ' OR 1=1 -- \u{1F600}", 7],
    ['the longest name', text, '\u{1F600}'.repeat(192), 0x7fffffff],
    ['a moment', moment, Date.UTC(2026, 0, 1, 0, 0, 0, 123), 1],
    ['the last moment of a DATETIME', moment, Date.UTC(9999, 11, 31, 23, 59, 59, 999), 1],
    ['an id', id, 12, 12],
    ['the first place, before every id', id, 0, 0],
  ] as const)('with %s is decoded as it was encoded', (_, sortValue, value, number) => {
    expect(decodeCursor(encodeCursor([...order, value, number]), order, sortValue)).toEqual({ value, id: number });
  });

  it.each([
    ['nothing', '', text],
    ['no JSON', spelled('a'), text],
    ['a text', spelled('"a"'), text],
    ['an object', spelled('{"0":"accounts","length":5}'), text],
    ['too few parts', spelled('["accounts","NAME","ASC","a"]'), text],
    ['too many parts', spelled('["accounts","NAME","ASC","a",1,1]'), text],
    ['another list', made('a', 1, ['others', 'NAME', 'ASC']), text],
    ['another field', made('a', 1, ['accounts', 'AGE', 'ASC']), text],
    ['another direction', made('a', 1, ['accounts', 'NAME', 'DESC']), text],
    ['a number for a text', made(1, 1), text],
    ['an object for a text', made({ toString: 'a' }, 1), text],
    ['a list for a text', made(['a'], 1), text],
    ['null for a text', made(null, 1), text],
    ['a text longer than its column', made('a'.repeat(193), 1), text],
    ['half a character', made('\ud800', 1), text],
    ['a text for a moment', made('2026-01-01', 1), moment],
    ['a moment before 1970', made(-1, 1), moment],
    ['a moment after the year 9999', made(Date.UTC(10_000, 0), 1), moment],
    ['half a millisecond', made(1.5, 1), moment],
    ['true for a moment', made(true, 1), moment],
    ['a value that is not the id', made(1, 2), id],
    ['a text for an id', made('1', '1'), id],
    ['a fraction for an id', made('a', 1.5), text],
    ['a negative id', made('a', -1), text],
    ['an id beyond its column', made('a', 2 ** 31), text],
    ['no id', made('a', null), text],
    ['a blank between its parts', spelled('["accounts","NAME","ASC", "a",1]'), text],
    ['a number in another spelling', spelled('["accounts","NAME","ASC","a",1.0]'), text],
    ['a letter in another spelling', spelled('["accounts","NAME","ASC","\\u0061",1]'), text],
    ['base64 with padding', `${made('a', 1)}=`, text],
    ['blanks around it', ` ${made('a', 1)} `, text],
    [
      'bytes that are not UTF-8',
      Buffer.from('["accounts","NAME","ASC","\xff",1]', 'latin1').toString('base64url'),
      text,
    ],
  ] as const)('with %s is refused', (_, cursor, sortValue) => {
    expect(decodeCursor(cursor, order, sortValue)).toBeNull();
  });

  it('has one encoding: every accepted text is its own encoding', () => {
    const json = fc.oneof(
      fc.json(),
      fc
        .tuple(
          fc.constantFrom('accounts', 'x'),
          fc.constant('NAME'),
          fc.constant('ASC'),
          fc.jsonValue(),
          fc.jsonValue(),
        )
        .map((parts) => JSON.stringify(parts)),
      fc.tuple(fc.string({ unit: 'binary' }), fc.integer()).map(([value, n]) => JSON.stringify([...order, value, n])),
    );
    const cursors = fc.oneof(
      json.map(spelled),
      fc.string(),
      json.map((each) => Buffer.from(each).toString('base64')),
    );
    fc.assert(
      fc.property(cursors, fc.constantFrom(text, moment, id), (cursor, sortValue) => {
        const found = decodeCursor(cursor, order, sortValue);
        if (found) expect(encodeCursor([...order, found.value, found.id] as CursorParts)).toBe(cursor);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('A global id', () => {
  it('is decoded as it was encoded, and has one encoding', () => {
    const ids = fc.oneof(
      fc
        .tuple(fc.constantFrom('CloudAccount', 'ApiKey', 'x', ''), fc.double())
        .map(([type, n]) => spelled(`${type}:${n}`)),
      fc.tuple(fc.constantFrom('CloudAccount', 'ApiKey'), fc.integer()).map(([type, n]) => toGlobalId(type, n)),
      fc.string(),
    );
    fc.assert(
      fc.property(ids, (globalId) => {
        const found = parseGlobalId(globalId);
        if (!found) return;
        expect(toGlobalId(found.type, found.id)).toBe(globalId);
        expect(found.id).toBeGreaterThan(0);
        expect(found.id).toBeLessThanOrEqual(0x7fffffff);
      }),
      { numRuns: 2000 },
    );
    expect(parseGlobalId(toGlobalId('CloudAccount', 1001))).toEqual({ type: 'CloudAccount', id: 1001 });
  });
});
