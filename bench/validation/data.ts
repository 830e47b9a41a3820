import { closeSync, openSync, writeSync } from 'node:fs';

/*
 * Files like those that partners send: twelve columns, half of the rows with a quoted field, a line break inside quotes in
 * one row of twelve, names in UTF-8. Always the same for the same size.
 */

export const tableSchema = {
  fields: [
    { name: 'order_id', type: 'string', constraints: { required: true, pattern: 'A-[0-9]{8}' } },
    { name: 'line', type: 'integer', constraints: { required: true, minimum: 1, maximum: 999 } },
    { name: 'ordered_on', type: 'date', constraints: { required: true } },
    { name: 'customer', type: 'string', constraints: { required: true, maxLength: 80 } },
    { name: 'email', type: 'string', format: 'email' },
    {
      name: 'country',
      type: 'string',
      constraints: { required: true, enum: ['DE', 'AT', 'CH', 'FR', 'NL', 'PL', 'DK', 'SE'] },
    },
    { name: 'quantity', type: 'integer', constraints: { required: true, minimum: 1 } },
    { name: 'price', type: 'number', constraints: { required: true, minimum: 0 } },
    { name: 'discount', type: 'number', constraints: { minimum: 0, maximum: 100 } },
    { name: 'paid', type: 'boolean', constraints: { required: true } },
    { name: 'shipped_at', type: 'datetime' },
    { name: 'note', type: 'string', constraints: { maxLength: 200 } },
  ],
} as const;

export const jsonSchema = {
  type: 'object',
  required: ['order_id', 'line', 'ordered_on', 'customer', 'country', 'quantity', 'price', 'paid'],
  additionalProperties: false,
  properties: {
    order_id: { type: 'string', pattern: '^A-[0-9]{8}$' },
    line: { type: 'integer', minimum: 1, maximum: 999 },
    ordered_on: { type: 'string', format: 'date' },
    customer: { type: 'string', minLength: 1, maxLength: 80 },
    email: { type: ['string', 'null'], format: 'email' },
    country: { enum: ['DE', 'AT', 'CH', 'FR', 'NL', 'PL', 'DK', 'SE'] },
    quantity: { type: 'integer', minimum: 1 },
    price: { type: 'number', minimum: 0 },
    discount: { type: ['number', 'null'], minimum: 0, maximum: 100 },
    paid: { type: 'boolean' },
    shipped_at: { type: ['string', 'null'], format: 'date-time' },
    note: { type: 'string', maxLength: 200 },
  },
};

const names = [
  'Müller & Söhne GmbH',
  'Société Générale',
  'Acme Ltd',
  'Łódź Handel',
  'Ørsted A/S',
  'Kaufhaus Groß',
  'Smith Inc',
  'van der Berg BV',
];
const countries = tableSchema.fields[5].constraints.enum;

const record = (index: number) => {
  // Scrambles the index, so that neighbours differ.
  const mixed = Math.imul(index ^ (index >>> 15), 0x2c1b3c6d) >>> 0;
  const pick = (from: number, most: number): number => ((mixed >>> from) ^ index) % most;
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `2026-${two(1 + (index % 12))}-${two(1 + pick(3, 28))}`;
  const note =
    index % 12 === 0
      ? `call first\nring "${pick(2, 90)}" twice`
      : index % 2 === 0
        ? `leave at door, floor ${pick(4, 20)}`
        : pick(1, 3) === 0
          ? ''
          : 'standard delivery';
  return {
    order_id: `A-${String(10_000_000 + (index % 89_999_999))}`,
    line: 1 + pick(2, 900),
    ordered_on: day,
    customer: names[pick(5, names.length)] ?? '',
    email: pick(3, 5) === 0 ? null : `customer.${pick(1, 9973)}@mail${pick(7, 50)}.example.com`,
    country: countries[pick(9, countries.length)] ?? '',
    quantity: 1 + pick(6, 400),
    price: (pick(1, 1_000_000) + 99) / 100,
    discount: pick(8, 3) === 0 ? pick(2, 50) : null,
    paid: pick(4, 2) === 0,
    shipped_at: pick(5, 4) === 0 ? null : `${day}T${two(pick(6, 24))}:${two(pick(7, 60))}:00Z`,
    note,
  };
};

const quoted = (cell: string): string => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

const csvLine = (index: number): string =>
  Object.values(record(index))
    .map((value) => quoted(value === null ? '' : String(value)))
    .join(',');

/** Writes a file of at least so many bytes. @returns its number of records */
export const writeFile = (path: string, format: 'csv' | 'jsonl', bytes: number): number => {
  const handle = openSync(path, 'w');
  let written = 0;
  let rows = 0;
  const put = (text: string): void => {
    const piece = Buffer.from(text);
    writeSync(handle, piece);
    written += piece.length;
  };
  if (format === 'csv') put(`${tableSchema.fields.map(({ name }) => name).join(',')}\n`);
  while (written < bytes) {
    const lines = Array.from({ length: 2000 }, (_, index) =>
      format === 'csv' ? csvLine(rows + index) : JSON.stringify(record(rows + index)),
    );
    put(`${lines.join('\n')}\n`);
    rows += lines.length;
  }
  closeSync(handle);
  return rows;
};
