import type { Feed } from '../feed.ts';
import type { TableField } from '../table-schema.ts';

/** A small file as it is expected, made from the feed's own columns; undefined where there are none. */
export const sampleOf = ({ schema }: Feed['file']): string | undefined => {
  if (!schema) return undefined;
  const rows = [schema.fields.map(({ name }) => name), schema.fields.map(exampleOf)];
  return `${rows.map((row) => row.map(quoted).join(',')).join('\n')}\n`;
};

const examples: Readonly<Record<TableField['type'], string>> = {
  string: 'text',
  integer: '1',
  number: '1.5',
  boolean: 'true',
  date: '2026-01-31',
  datetime: '2026-01-31T12:00:00Z',
  time: '12:00:00',
  any: 'text',
};

const exampleOf = ({ type, example, constraints }: TableField): string =>
  example ?? constraints?.enum?.[0] ?? String(constraints?.minimum ?? examples[type]);

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
