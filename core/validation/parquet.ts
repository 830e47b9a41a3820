import { parquetMetadataAsync, parquetSchema } from 'hyparquet';
import type { TableField } from '../table-schema.ts';
import { formatName } from './content/sniff.ts';
import type { Findings } from './findings.ts';
import type { FileRules } from './rules.ts';
import type { FileSource } from './source.ts';

const magic = 'PAR1';
/** Of the description at the end of a file: more columns than that are no data. */
const maxMetadataBytes = 16_000_000;

/**
 * Checks what a Parquet file says of itself (https://parquet.apache.org/docs/file-format/): its columns, their types, how
 * many rows it has. Cells are not read.
 *
 * @returns the number of rows
 */
export const checkParquet = async (
  source: FileSource,
  { schema }: FileRules,
  findings: Findings,
): Promise<number | undefined> => {
  const metadata = await readMetadata(source);
  if (!metadata) {
    findings.add('content.type#notParquet', { format: formatName('parquet') });
    return undefined;
  }
  const rows = Number(metadata.num_rows);
  if (rows === 0) findings.add('rows.none', {});
  const columns = parquetSchema(metadata).children.map(({ element }) => element);
  const names = columns.map(({ name }) => name);
  for (const field of schema?.fields ?? []) {
    const column = columns.find(({ name }) => name === field.name);
    if (!column) {
      const mayBeMissing = schema?.fieldsMatch === 'superset' || schema?.fieldsMatch === 'partial';
      const said = { column: field.name, columns: names.join(', ') };
      if (!mayBeMissing) findings.add('header.missing', said, { column: field.name });
    } else if (field.type !== 'any' && !typesOf(field).includes(typeOf(column))) {
      findings.add(
        'parquet.schema',
        { column: field.name, wanted: field.type },
        { column: field.name },
        typeOf(column),
      );
    }
  }
  const wanted = schema?.fields.map(({ name }) => name);
  const takesMore = schema?.fieldsMatch === 'subset' || schema?.fieldsMatch === 'partial';
  if (wanted && !takesMore) {
    for (const column of names.filter((name) => !wanted.includes(name))) {
      findings.add('header.unexpected', { columns: wanted.join(', '), column }, { column });
    }
  }
  const isSameSet = wanted?.length === names.length && names.every((name) => wanted.includes(name));
  if (wanted && isSameSet && (schema?.fieldsMatch ?? 'exact') === 'exact' && names.join('\n') !== wanted.join('\n')) {
    findings.add('header.order', { wanted: wanted.join(', '), found: names.join(', ') });
  }
  return rows;
};

type Metadata = Awaited<ReturnType<typeof parquetMetadataAsync>>;
type Column = ReturnType<typeof parquetSchema>['element'];

/** Undefined when the file is none. */
const readMetadata = async (source: FileSource): Promise<Metadata | undefined> => {
  if (source.size < 12) return undefined;
  const text = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes);
  if (text(await source.slice(0, 4)) !== magic) return undefined;
  const end = await source.slice(source.size - 8, source.size);
  if (text(end.subarray(4)) !== magic) return undefined;
  const length = new DataView(end.buffer, end.byteOffset).getUint32(0, true);
  if (length > Math.min(maxMetadataBytes, source.size - 12)) return undefined;
  const file = {
    byteLength: source.size,
    slice: async (from: number, to = source.size) => {
      const bytes = await source.slice(from, to);
      return new Uint8Array(bytes).buffer;
    },
  };
  try {
    return await parquetMetadataAsync(file);
  } catch (error) {
    // The reader has no errors of its own: whatever it stumbles over is in the file, for what could fail was read above.
    if (error instanceof Error) return undefined;
    throw error;
  }
};

/** A column's type in one word: its logical type, or how it is stored. */
const typeOf = ({ type, logical_type: logical, converted_type: converted }: Column): string =>
  (logical?.type ?? converted ?? type ?? 'GROUP').toUpperCase();

const text = ['STRING', 'UTF8', 'ENUM', 'UUID', 'BYTE_ARRAY'];
const whole = [
  'INT32',
  'INT64',
  'INTEGER',
  'INT_8',
  'INT_16',
  'INT_32',
  'INT_64',
  'UINT_8',
  'UINT_16',
  'UINT_32',
  'UINT_64',
];
const fitting: Readonly<Partial<Record<TableField['type'], readonly string[]>>> = {
  string: text,
  integer: whole,
  number: [...whole, 'FLOAT', 'DOUBLE', 'DECIMAL', 'FLOAT16'],
  boolean: ['BOOLEAN'],
  date: ['DATE'],
  datetime: ['TIMESTAMP', 'TIMESTAMP_MILLIS', 'TIMESTAMP_MICROS', 'INT96'],
  time: ['TIME', 'TIME_MILLIS', 'TIME_MICROS'],
  year: whole,
  yearmonth: text,
  object: ['JSON', 'BSON', 'GROUP', 'MAP', ...text],
  array: ['LIST', 'GROUP', 'JSON', ...text],
};

const typesOf = (field: TableField): readonly string[] => fitting[field.type] ?? [...text, 'JSON', 'GROUP'];
