/** A table as CSV (RFC 4180). */
export const csvOf = (rows: readonly (readonly (string | number)[])[]): string =>
  `${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;

/** The same in UTF-8 with a byte order mark, so that Excel reads it as such. */
export const csvForPeople = (rows: Parameters<typeof csvOf>[0]): string => `\ufeff${csvOf(rows)}`;

/**
 * A cell that no spreadsheet takes for a formula: what comes from elsewhere may begin like one
 * (https://owasp.org/www-community/attacks/CSV_Injection).
 */
const cell = (value: string | number): string => {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
