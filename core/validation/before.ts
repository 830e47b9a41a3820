import type { Feed } from '../feed.ts';
import { formatName } from './content/sniff.ts';
import { Findings } from './findings.ts';
import type { Finding } from './report-document.ts';
import { checkSize } from './size.ts';

/** What a sender says of a file before it is sent. */
export interface DeclaredFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Media type; empty where the sender knows none. */
  readonly type: string;
  readonly encoding?: 'identity' | 'gzip';
}

/** Media types that browsers and systems give to files of a format, besides none at all. */
const mediaTypes: Readonly<Record<Feed['file']['format'], RegExp>> = {
  csv: /^(text\/(csv|plain|x-csv|comma-separated-values|tab-separated-values)|application\/(csv|vnd\.ms-excel|octet-stream))$/,
  json: /^(application\/(json|octet-stream)|text\/(json|plain))$/,
  jsonl: /^(application\/(json|jsonl|x-ndjson|x-jsonlines|octet-stream)|text\/(json|plain))$/,
  parquet: /^application\/(vnd\.apache\.parquet|x-parquet|octet-stream)$/,
  set: /^application\/(zip|x-zip-compressed|octet-stream)$/,
  opaque: /^/,
};
const compressedTypes = /^application\/(gzip|x-gzip|zip|x-zip-compressed)$/;

const storedTypes: Readonly<Record<Feed['file']['format'], string>> = {
  csv: 'text/csv',
  json: 'application/json',
  jsonl: 'application/jsonl',
  parquet: 'application/vnd.apache.parquet',
  set: 'application/zip',
  opaque: 'application/octet-stream',
};

/** What the object is stored as. */
export const storedType = ({ format }: Feed['file']): string => storedTypes[format];

/** What can be said of a file without a look into it: its size and its type are binding, its name is a hint. */
export const checkDeclared = ({ name, size, type, encoding }: DeclaredFile, file: Feed['file']): Finding[] => {
  const findings = new Findings(file);
  checkSize(size, file, findings);
  const media = type.split(';')[0]?.trim().toLowerCase() ?? '';
  const isCompressed = (file.gzip || file.zip) === true && compressedTypes.test(media);
  if (media !== '' && !isCompressed && !mediaTypes[file.format].test(media)) {
    findings.add('content.type', { format: formatName(file.format) }, {}, media);
  }
  if (encoding === 'gzip' && !file.gzip) findings.add('content.type#compressed', { got: 'gzip' });
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase();
  const taken = [file.extension, ...(file.gzip ? ['gz'] : []), ...(file.zip ? ['zip'] : [])];
  if (extension !== undefined && !taken.includes(extension)) {
    findings.add('name.extension', { extension: file.extension }, {}, `.${extension}`);
  }
  return findings.conclude(undefined).findings;
};
