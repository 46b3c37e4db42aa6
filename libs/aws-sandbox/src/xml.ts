/** The content of an element: a text, or elements by name. */
export type XmlContent = string | { readonly [element: string]: XmlContent };

export function toXml(content: XmlContent): string {
  if (typeof content === 'string') return escape(content);

  return Object.entries(content)
    .map(([element, inner]) => `<${element}>${toXml(inner)}</${element}>`)
    .join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Parsers normalise bare white space, so it is escaped too; what XML cannot express at all becomes U+FFFD. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"'\t\n\r]/g, (character) => entities[character]!);
}
