import type { Feed } from '../feed.ts';
import type { TableField } from '../table-schema.ts';
import { defaultDialect } from './table/dialect.ts';
import { formatOf } from './table/formats.ts';

/** A small file as it is expected, made from the feed's own columns; undefined where there are none. */
export const sampleOf = ({ format, schema, dialect }: Feed['file']): string | undefined => {
  if (!schema || format !== 'csv') return undefined;
  const { delimiter, quoteChar } = { ...defaultDialect, ...dialect };
  const rows = [schema.fields.map(({ name }) => name), schema.fields.map(exampleOf)];
  return `${rows.map((row) => row.map((cell) => quoted(cell, delimiter, quoteChar)).join(delimiter)).join('\n')}\n`;
};

const exampleOf = (field: TableField): string => {
  const { example, constraints = {} } = field;
  return example ?? String(constraints.enum?.[0] ?? constraints.minimum ?? formatOf(field).example);
};

const quoted = (cell: string, delimiter: string, quote: string): string =>
  quote !== '' && (cell.includes(delimiter) || cell.includes(quote) || /[\r\n]/.test(cell))
    ? `${quote}${cell.replaceAll(quote, quote + quote)}${quote}`
    : cell;
