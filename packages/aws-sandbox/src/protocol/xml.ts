/** The content of an element: a text, elements by name, or the members of a list. What is undefined is left out. */
export type XmlContent = string | readonly XmlContent[] | { readonly [element: string]: XmlContent | undefined };

/** @param member what each member of a list is called */
export function toXml(content: XmlContent, member = 'member'): string {
  if (typeof content === 'string') return escape(content);

  const elements = isList(content) ? content.map((inner) => [member, inner] as const) : Object.entries(content);
  return elements
    .map(([element, inner]) => (inner === undefined ? '' : `<${element}>${toXml(inner, member)}</${element}>`))
    .join('');
}

const isList = (content: XmlContent): content is readonly XmlContent[] => Array.isArray(content);

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
