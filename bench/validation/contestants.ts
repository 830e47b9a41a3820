import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { z } from 'zod';
import { jsonSchema, tableSchema } from './data.ts';

/** Reads a file as its kind asks, checks what it can, and says how many records it took for valid. */
type Run = (path: string, isGzip: boolean) => Promise<number>;

/** Loads what it needs, which is not timed, and is ready to run. */
type Contestant = () => Promise<Run>;

const chunkBytes = 256 * 1024;

const opened = (path: string, isGzip: boolean): Readable => {
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  return isGzip ? file.pipe(createGunzip({ chunkSize: 256 * 1024 })) : file;
};

/** Hashes the bytes of the file as they lie there, while somebody else reads them. */
const hashedStream = (path: string, isGzip: boolean): { stream: Readable; done: () => void } => {
  const hash = createHash('sha256');
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  file.on('data', (chunk) => hash.update(chunk));
  const stream = isGzip ? file.pipe(createGunzip({ chunkSize: 256 * 1024 })) : file;
  return { stream, done: () => void hash.digest() };
};

/** Libraries are loaded by whom they belong to, so that nobody carries another's memory. */
const rowOf = async (isText: boolean): Promise<z.ZodType> => {
  const { z } = await import('zod');
  const text = (most: number) => z.string().max(most);
  return z.object({
    order_id: z.string().regex(/^A-[0-9]{8}$/),
    line: (isText ? z.coerce.number() : z.number()).int().min(1).max(999),
    ordered_on: z.iso.date(),
    customer: text(80).min(1),
    email: isText ? z.literal('').or(z.email()) : z.email().nullable(),
    country: z.enum(tableSchema.fields[5].constraints.enum),
    quantity: (isText ? z.coerce.number() : z.number()).int().min(1),
    price: (isText ? z.coerce.number() : z.number()).min(0),
    discount: isText ? z.literal('').or(z.coerce.number().min(0).max(100)) : z.number().min(0).max(100).nullable(),
    paid: isText ? z.enum(['true', 'false', '1', '0']) : z.boolean(),
    shipped_at: isText ? z.literal('').or(z.iso.datetime()) : z.iso.datetime().nullable(),
    note: text(200),
  });
};

const iso = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const moment = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const mail = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** The same checks for a row of texts, as closures. */
const closures: ((value: string) => boolean)[] = [
  (value) => /^A-[0-9]{8}$/.test(value),
  (value) => /^[+-]?\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 999,
  (value) => iso.test(value),
  (value) => value.length > 0 && value.length <= 80,
  (value) => value === '' || mail.test(value),
  (value) => tableSchema.fields[5].constraints.enum.some((one) => one === value),
  (value) => /^[+-]?\d+$/.test(value) && Number(value) >= 1,
  (value) => /^[+-]?\d+(\.\d*)?$/.test(value) && Number(value) >= 0,
  (value) => value === '' || (/^[+-]?\d+(\.\d*)?$/.test(value) && Number(value) >= 0 && Number(value) <= 100),
  (value) => value === 'true' || value === 'false' || value === '1' || value === '0',
  (value) => value === '' || moment.test(value),
  (value) => value.length <= 200,
];

const ajvRow = async () =>
  new (await import('ajv')).Ajv({ coerceTypes: true }).compile({
    type: 'object',
    properties: {
      order_id: { type: 'string', pattern: '^A-[0-9]{8}$' },
      line: { type: 'integer', minimum: 1, maximum: 999 },
      ordered_on: { type: 'string', pattern: iso.source },
      customer: { type: 'string', minLength: 1, maxLength: 80 },
      email: { type: 'string', pattern: `^$|${mail.source}` },
      country: { enum: tableSchema.fields[5].constraints.enum },
      quantity: { type: 'integer', minimum: 1 },
      price: { type: 'number', minimum: 0 },
      discount: { anyOf: [{ const: '' }, { type: 'number', minimum: 0, maximum: 100 }] },
      paid: { type: 'boolean' },
      shipped_at: { type: 'string', pattern: `^$|${moment.source}` },
      note: { type: 'string', maxLength: 200 },
    },
  });

const file = { extension: 'x', minBytes: 1, maxBytes: Number.MAX_SAFE_INTEGER };

const ours =
  (format: 'csv' | 'jsonl'): Contestant =>
  async () => {
    const { validate } = await import('../../core/validation/validate.ts');
    const { nodeTools } = await import('../../adapters/node-tools.ts');
    const { fileSource } = await import('../../adapters/file-source.ts');
    const { tableSchema: form } = await import('../../core/table-schema.ts');
    const schema = format === 'csv' ? { schema: form.parse(tableSchema) } : { jsonSchema };
    return async (path, isGzip) => {
      const rules = { ...file, format, ...schema, ...(isGzip && { gzip: true }) };
      const report = await validate(await fileSource(path), rules, {}, nodeTools);
      if (!report.valid) throw new Error(JSON.stringify(report.findings[0]));
      return report.rows ?? 0;
    };
  };

const columns =
  "{'order_id':'VARCHAR','line':'INTEGER','ordered_on':'DATE','customer':'VARCHAR','email':'VARCHAR','country':'VARCHAR','quantity':'INTEGER','price':'DOUBLE','discount':'DOUBLE','paid':'BOOLEAN','shipped_at':'TIMESTAMP','note':'VARCHAR'}";
const predicates =
  "regexp_full_match(order_id, 'A-[0-9]{8}') AND line BETWEEN 1 AND 999 AND length(customer) BETWEEN 1 AND 80 AND country IN ('DE','AT','CH','FR','NL','PL','DK','SE') AND quantity >= 1 AND price >= 0 AND (discount IS NULL OR discount BETWEEN 0 AND 100) AND (email IS NULL OR regexp_matches(email, '^[^ @]+@[^ @]+$')) AND (note IS NULL OR length(note) <= 200) AND paid IS NOT NULL AND ordered_on IS NOT NULL";

const duckdb =
  (format: 'csv' | 'jsonl'): Contestant =>
  async () => {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '1GB' });
    const connection = await instance.connect();
    return async (path) => {
      const from =
        format === 'csv'
          ? `read_csv('${path}', header=true, columns=${columns})`
          : `read_json('${path}', format='newline_delimited', columns=${columns})`;
      const result = await connection.runAndReadAll(`SELECT count(*) FROM ${from} WHERE ${predicates}`);
      return Number(result.getRows()[0]?.[0]);
    };
  };

const readAll: Run = async (path) => {
  for await (const _ of createReadStream(path, { highWaterMark: chunkBytes }));
  return 0;
};

const hashAll: Run = async (path) => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) hash.update(chunk);
  hash.digest();
  return 0;
};

const gunzipAll: Run = async (path) => {
  for await (const _ of opened(path, true));
  return 0;
};

const csvParseZod: Contestant = async () => {
  const [{ parse: csvParse }, row] = [await import('csv-parse'), await rowOf(true)];
  return async (path, isGzip) => {
    const { stream, done } = hashedStream(path, isGzip);
    let rows = 0;
    for await (const record of stream.pipe(csvParse({ columns: true, bom: true }))) {
      if (row.safeParse(record).success) rows += 1;
    }
    done();
    return rows;
  };
};

const papaAjv: Contestant = async () => {
  const [{ default: Papa }, check] = [await import('papaparse'), await ajvRow()];
  return (path, isGzip) =>
    new Promise((resolve, reject) => {
      const { stream, done } = hashedStream(path, isGzip);
      let rows = 0;
      const parser = Papa.parse(Papa.NODE_STREAM_INPUT, { header: true });
      parser.on('data', (record: unknown) => {
        if (check(record)) rows += 1;
      });
      parser.on('error', reject);
      parser.on('end', () => {
        done();
        resolve(rows);
      });
      stream.pipe(parser);
    });
};

const udsvClosures: Contestant = async () => {
  const { inferSchema, initParser } = await import('udsv');
  return async (path, isGzip) => {
    const { stream, done } = hashedStream(path, isGzip);
    let rows = 0;
    let parser: ReturnType<typeof initParser> | undefined;
    const check = (record: string[]): void => {
      if (closures.every((test, index) => test(record[index] ?? ''))) rows += 1;
    };
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      const piece = decoder.decode(chunk, { stream: true });
      parser ??= initParser(inferSchema(piece));
      parser.chunk(piece, parser.stringArrs, check);
    }
    parser?.end();
    done();
    return rows;
  };
};

const readlineZod: Contestant = async () => {
  const row = await rowOf(false);
  return async (path, isGzip) => {
    const { stream, done } = hashedStream(path, isGzip);
    let rows = 0;
    for await (const line of createInterface({ input: stream })) {
      if (row.safeParse(JSON.parse(line)).success) rows += 1;
    }
    done();
    return rows;
  };
};

const contestants: Readonly<Record<string, Contestant>> = {
  'raw read': async () => readAll,
  'SHA-256': async () => hashAll,
  gunzip: async () => gunzipAll,
  'Airlock csv': ours('csv'),
  'Airlock jsonl': ours('jsonl'),
  'csv-parse + zod': csvParseZod,
  'PapaParse + ajv': papaAjv,
  'uDSV + closures': udsvClosures,
  'readline + zod': readlineZod,
  'DuckDB csv': duckdb('csv'),
  'DuckDB jsonl': duckdb('jsonl'),
};

/** Checks a file of so many bytes that repeats itself, made as it is read: what it takes is its own memory. */
const repeated = async (bytes: number, wide: number): Promise<number> => {
  const { validate } = await import('../../core/validation/validate.ts');
  const { nodeTools } = await import('../../adapters/node-tools.ts');
  const { tableSchema: form } = await import('../../core/table-schema.ts');
  const columnsOf = Array.from({ length: wide }, (_, index) => ({ name: `c${index}`, type: 'integer' }));
  const schema = form.parse(wide > 0 ? { fields: columnsOf } : tableSchema);
  const narrow =
    'A-12345678,7,2026-11-22,Müller & Söhne GmbH,a.b@mail.example.com,DE,12,99.95,,true,2026-11-22T07:41:00Z,"x, y"\n';
  const row = wide > 0 ? `${columnsOf.map((_, index) => index).join(',')}\n` : narrow;
  const block = Buffer.from(row.repeat(Math.ceil(chunkBytes / row.length)));
  const source = {
    size: bytes,
    stream: async function* () {
      yield Buffer.from(`${schema.fields.map(({ name }) => name).join(',')}\n`);
      for (let sent = 0; sent < bytes; sent += block.length) yield block;
    },
    slice: async () => new Uint8Array(),
  };
  const report = await validate(source, { ...file, format: 'csv', schema }, {}, nodeTools);
  if (!report.valid) throw new Error(JSON.stringify(report.findings[0]));
  return report.rows ?? 0;
};

/** `contestants NAME FILE`, or `contestants repeated BYTES COLUMNS`: runs one, alone in its process, and prints what it took. */
const [, , name = '', path = '', wide = '0'] = process.argv;
const load: Contestant =
  name === 'repeated' ? async () => () => repeated(Number(path), Number(wide)) : (contestants[name] ?? unknown);
async function unknown(): Promise<Run> {
  throw new Error(`no contestant ${name}`);
}
const run = await load();
const start = process.cpuUsage();
const rows = await run(path, path.endsWith('.gz'));
const { user, system } = process.cpuUsage(start);
const bytes = name === 'repeated' ? Number(path) : statSync(path).size;
const rssMb = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ seconds: (user + system) / 1e6, rows, bytes, rssMb }));
