/** An XML document as nested values: arrays repeat their element, undefined is left out. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

const escapeXml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    // XML 1.0 has no way to write most of these; S3 writes them so, and has keys sent with `encoding-type=url` instead.
    .replaceAll(/[^\P{Cc}\t\n]/gu, (one) => `&#x${(one.codePointAt(0) ?? 0).toString(16)};`);

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text that an element holds. What names no character stays as it is. */
export const unescapeXml = (text: string): string =>
  text.replaceAll(/&(?:#(x[0-9a-f]{1,6}|\d{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, code?: string, name = '') => {
    if (code === undefined) return entities[name.toLowerCase()] ?? whole;
    const point = Number(code.startsWith('x') ? `0${code}` : code);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });

const isList = (value: XmlValue): value is readonly XmlValue[] => Array.isArray(value);

const element = (name: string, value: XmlValue): string => {
  if (value === undefined) return '';
  if (isList(value)) return value.map((one) => element(name, one)).join('');
  const content = typeof value === 'object' ? children(value) : escapeXml(String(value));
  return `<${name}>${content}</${name}>`;
};

const children = (value: { readonly [name: string]: XmlValue }): string =>
  Object.entries(value)
    .map(([name, one]) => element(name, one))
    .join('');

/** A whole document with its root element. */
export const xmlDocument = (root: string, content: { readonly [name: string]: XmlValue }, namespace?: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${namespace ? ` xmlns="${namespace}"` : ''}>${children(content)}</${root}>`;
