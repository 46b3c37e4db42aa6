import { toXml } from './xml.js';

describe('XML', () => {
  it('nests elements', () => {
    expect(toXml({ Role: { Path: '/', Arn: 'x' } })).toBe('<Role><Path>/</Path><Arn>x</Arn></Role>');
  });

  it.each([
    ['markup', `<a b="c" d='e'>&amp;`, '&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;amp;'],
    ['white space that parsers would change', 'a\r\n\tb', 'a&#13;&#10;&#9;b'],
    ['what it cannot express', 'a\u0000\u001b\ufffe\ud800b', 'a\ufffd\ufffd\ufffd\ufffdb'],
    ['nothing in other scripts and in emoji', 'חשבון 😀 \u{10ffff}', 'חשבון 😀 \u{10ffff}'],
  ])('escapes %s', (_, text, escaped) => {
    expect(toXml(text)).toBe(escaped);
  });
});
