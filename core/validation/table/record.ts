import type { Dialect } from './dialect.ts';

/** The fields of one record, unquoted. A record that breaks the rules of quoting is read as well as it can be. */
export const splitRecord = (
  text: string,
  { delimiter, quoteChar, escapeChar, skipInitialSpace }: Dialect,
): string[] => {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (skipInitialSpace) while (text[at] === ' ') at += 1;
    let field = '';
    if (quoteChar !== '' && text[at] === quoteChar) {
      at += 1;
      while (at < text.length) {
        const character = text[at] ?? '';
        if (escapeChar !== undefined && character === escapeChar && at + 1 < text.length) {
          field += text[at + 1];
          at += 2;
        } else if (character !== quoteChar) {
          field += character;
          at += 1;
        } else if (escapeChar === undefined && text[at + 1] === quoteChar) {
          field += quoteChar;
          at += 2;
        } else {
          at += 1;
          break;
        }
      }
    }
    const next = text.indexOf(delimiter, at);
    field += text.slice(at, next < 0 ? text.length : next);
    fields.push(field);
    if (next < 0) return fields;
    at = next + delimiter.length;
  }
};
