import { randomBytes, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ProductClock } from '../clock.ts';
import { AwsError } from '../errors.ts';
import type { Faults } from '../faults/faults.ts';
import { killThisProcess } from '../faults/kill.ts';
import { integer, type Journal, type Row, text } from '../journal.ts';

/** One version of one object. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  readonly seq: number;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Its file, or its files in their order, separated by commas; empty for a marker. */
  readonly blob: string;
  readonly modifiedAt: number;
  /** Content-Type and user metadata, as they are sent back. */
  readonly headers: Readonly<Record<string, string>>;
  /** Base64 by algorithm. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** An object that is to be; `modifiedAt` is when it counts as created, now by default. */
export type NewObject = Omit<StoredObject, 'versionId' | 'seq' | 'modifiedAt'> & { readonly modifiedAt?: number };

/** What a request makes an object of. */
export type NewContent = Pick<NewObject, 'blob' | 'size' | 'etag' | 'headers' | 'checksums' | 'modifiedAt'>;

/** A version with its place in its key's history; a marker says that the key was deleted. */
export type StoredVersion = StoredObject & { readonly isLatest: boolean; readonly isMarker: boolean };

/** What a write asks for besides its bytes. */
export interface WriteConditions {
  readonly ifNoneMatch: string | undefined;
  readonly ifMatch: string | undefined;
}

/** S3 lists in the order of UTF-8, which is not that of JavaScript's strings beyond U+FFFF. */
export const byKey = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const versionPattern = /^([\w.-]{32}|null)$/;

/** @throws AwsError InvalidArgument for what can be no version */
export const requireVersionId = (versionId: string, argument = 'versionId'): void => {
  if (versionPattern.test(versionId)) return;
  const message = versionId === '' ? 'Version id cannot be the empty string' : 'Invalid version id specified';
  throw new AwsError('InvalidArgument', message, 400, { ArgumentName: argument, ArgumentValue: versionId });
};

/** A list that is paged goes on behind a version that was deleted meanwhile: so a version's id knows its place. */
const versionIdAt = (seq: number): string => {
  const bytes = randomBytes(24);
  bytes.writeUIntBE(seq, 0, 6);
  return bytes.toString('base64url').replaceAll('-', '.');
};

/** The place of a version, whether it is still there or not. */
export const placeOf = (versionId: string): number =>
  versionId === 'null' ? 0 : Buffer.from(versionId.replaceAll('.', '-'), 'base64url').readUIntBE(0, 6);

/** Objects: rows in the journal, bytes in files. A row is only written when its file is complete. */
export class ObjectStore {
  readonly #journal: Journal;
  readonly #clock: ProductClock;
  readonly #folder: string;
  readonly #faults: Faults;

  constructor(journal: Journal, clock: ProductClock, dataDir: string, faults: Faults) {
    this.#faults = faults;
    this.#journal = journal;
    this.#clock = clock;
    this.#folder = join(dataDir, 'objects');
    mkdirSync(this.#folder, { recursive: true });
    this.#removeLeftovers();
  }

  /** Files that a crash left without a row. */
  #removeLeftovers(): void {
    const rows = this.#journal.all('select blob from objects union all select blob from parts');
    const known = new Set(rows.flatMap((row) => text(row, 'blob').split(',')));
    for (const name of readdirSync(this.#folder)) if (!known.has(name)) rmSync(join(this.#folder, name));
  }

  /** Streams bytes into a new file. @returns its name, for `commit` or `discard` */
  async write(bytes: AsyncIterable<Uint8Array>): Promise<string> {
    const blob = randomUUID();
    try {
      const fault = this.#faults.at('disk');
      const sent = fault ? brokenOff(bytes, fault.effect, join(this.#folder, blob)) : bytes;
      await pipeline(sent, createWriteStream(join(this.#folder, blob), { flags: 'wx' }));
      return blob;
    } catch (error) {
      this.discard(blob);
      throw error;
    }
  }

  discard(blob: string): void {
    for (const name of blob.split(',')) rmSync(join(this.#folder, name), { force: true });
  }

  /** Makes a file the latest version of a key, if the conditions hold at this very moment. */
  commit(object: NewObject, conditions: WriteConditions, then: (stored: StoredObject) => void): StoredObject {
    return this.#journal.transaction(() => {
      this.#check(object.bucket, object.key, conditions);
      const stored = this.#insert(object, object.modifiedAt);
      then(stored);
      return stored;
    });
  }

  /** Deletes a key: its versions stay behind a marker. @param at when; now by default */
  mark(bucket: string, key: string, at = this.#clock.now()): StoredObject {
    const marker = { bucket, key, size: 0, etag: '', blob: '', headers: {}, checksums: {} };
    return this.#journal.transaction(() => this.#insert(marker, at));
  }

  /** Deletes one version for good; the one before it becomes the latest. */
  remove({ bucket, key, versionId, blob }: StoredObject): void {
    this.#journal.transaction(() => {
      this.#journal.run('delete from objects where bucket = ? and key = ? and version_id = ?', bucket, key, versionId);
      this.#journal.run(
        `update objects set is_latest = 1 where seq = (select max(seq) from objects where bucket = ? and key = ?)`,
        bucket,
        key,
      );
    });
    if (blob !== '') this.discard(blob);
  }

  /** Joins the caller's transaction. */
  #insert(object: NewObject, modifiedAt = this.#clock.now()): StoredObject {
    const last = this.#journal.get(`select seq from sqlite_sequence where name = 'objects'`);
    const versionId = versionIdAt((last ? integer(last, 'seq') : 0) + 1);
    this.#journal.run(
      'update objects set is_latest = 0 where bucket = ? and key = ? and is_latest = 1',
      object.bucket,
      object.key,
    );
    const { lastId } = this.#journal.run(
      `insert into objects (bucket, key, version_id, is_latest, size, etag, blob, modified_at, headers, checksums)
         values (?, ?, ?, 1, ?, ?, ?, ?, ?, ?)`,
      object.bucket,
      object.key,
      versionId,
      object.size,
      object.etag,
      object.blob,
      modifiedAt,
      JSON.stringify(object.headers),
      JSON.stringify(object.checksums),
    );
    return { ...object, versionId, seq: lastId, modifiedAt };
  }

  #check(bucket: string, key: string, { ifNoneMatch, ifMatch }: WriteConditions): void {
    const latest = this.latest(bucket, key);
    if (ifNoneMatch === '*' && latest) throw preconditionFailed('If-None-Match');
    if (ifMatch === undefined) return;
    if (!latest) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
    this.requireMatch(bucket, key, ifMatch, latest);
  }

  /** @param ifMatch an entity tag, or `*` for whatever is there @throws AwsError PreconditionFailed */
  requireMatch(bucket: string, key: string, ifMatch: string | undefined, object = this.latest(bucket, key)): void {
    if (ifMatch === undefined || (ifMatch === '*' && object)) return;
    if (ifMatch.replaceAll('"', '') !== object?.etag) throw preconditionFailed('If-Match');
  }

  latest(bucket: string, key: string): StoredObject | undefined {
    return this.#one(
      `select * from objects where bucket = ? and key = ? and is_latest = 1 and blob <> ''`,
      bucket,
      key,
    );
  }

  /** What stands before a deleted key's versions. */
  marker(bucket: string, key: string): StoredObject | undefined {
    return this.#one(`select * from objects where bucket = ? and key = ? and is_latest = 1 and blob = ''`, bucket, key);
  }

  version(bucket: string, key: string, versionId: string): StoredObject | undefined {
    return this.#one('select * from objects where bucket = ? and key = ? and version_id = ?', bucket, key, versionId);
  }

  /** Latest objects whose keys start with `prefix` and sort after `after`, in UTF-8 order. */
  list(bucket: string, prefix: string, after: string, limit: number): StoredObject[] {
    return this.#journal
      .all(
        `select * from objects where bucket = ? and is_latest = 1 and blob <> '' and key > ? and key >= ? and key < ?
         order by key limit ?`,
        bucket,
        after,
        prefix,
        `${prefix}\u{10ffff}`,
        limit,
      )
      .map(toObject);
  }

  /** Every version under a prefix: by key, newest first. */
  versions(bucket: string, prefix: string): StoredVersion[] {
    return this.#journal
      .all(
        'select * from objects where bucket = ? and key >= ? and key < ? order by key, seq desc',
        bucket,
        prefix,
        `${prefix}\u{10ffff}`,
      )
      .map((row) => ({
        ...toObject(row),
        isLatest: integer(row, 'is_latest') === 1,
        isMarker: text(row, 'blob') === '',
      }));
  }

  /** @param range first and last byte */
  read(
    { blob, size }: Pick<StoredObject, 'blob' | 'size'>,
    { start, end } = { start: 0, end: size - 1 },
  ): NodeJS.ReadableStream {
    const paths = blob.split(',').map((name) => join(this.#folder, name));
    const [only] = paths;
    if (only !== undefined && paths.length === 1) return createReadStream(only, { start, end });
    return Readable.from(piecewise(paths, start, end));
  }

  #one(sql: string, ...values: string[]): StoredObject | undefined {
    const row = this.#journal.get(sql, ...values);
    return row && toObject(row);
  }
}

/** Half of the first bytes, and then no more room, or no more process. */
async function* brokenOff(
  bytes: AsyncIterable<Uint8Array>,
  effect: 'full' | 'torn',
  path: string,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    const half = chunk.subarray(0, chunk.length >> 1);
    if (effect === 'full') {
      yield half;
      break;
    }
    writeFileSync(path, half);
    killThisProcess();
  }
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
}

/** Bytes `start` to `end` of files that are one after the other. */
async function* piecewise(paths: readonly string[], start: number, end: number): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for (const path of paths) {
    const { size } = statSync(path);
    const piece = { start: Math.max(0, start - offset), end: Math.min(size - 1, end - offset) };
    if (piece.start <= piece.end) yield* createReadStream(path, piece);
    offset += size;
  }
}

const preconditionFailed = (condition: string): AwsError =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition: condition,
  });

const toObject = (row: Row): StoredObject => ({
  bucket: text(row, 'bucket'),
  key: text(row, 'key'),
  versionId: text(row, 'version_id'),
  seq: integer(row, 'seq'),
  size: integer(row, 'size'),
  etag: text(row, 'etag'),
  blob: text(row, 'blob'),
  modifiedAt: integer(row, 'modified_at'),
  headers: JSON.parse(text(row, 'headers')),
  checksums: JSON.parse(text(row, 'checksums')),
});
