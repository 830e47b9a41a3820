import { randomBytes } from 'node:crypto';
import { integer, type Journal, type Row, text } from '../journal.ts';
import type { ReceivedBody } from './body.ts';
import type { ChecksumName } from './checksums.ts';

/** A multipart upload that was begun and neither completed nor aborted. */
export interface MultipartUpload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiatedAt: number;
  /** Of the object that it will become. */
  readonly headers: Readonly<Record<string, string>>;
  /** What every part must carry a checksum of; undefined when the sender chose none. */
  readonly algorithm: ChecksumName | undefined;
  readonly checksumType: 'COMPOSITE' | 'FULL_OBJECT';
}

/** One part that arrived; a later one of the same number takes its place. */
export interface StoredPart extends ReceivedBody {
  readonly number: number;
  readonly modifiedAt: number;
}

/** Uploads that are under way: rows in the journal, the parts' bytes in files of the object store. */
export class MultipartStore {
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  begin(upload: Omit<MultipartUpload, 'id'>): MultipartUpload {
    const begun = { ...upload, id: randomBytes(48).toString('base64url') };
    this.#journal.run(
      'insert into uploads values (?, ?, ?, ?, ?)',
      begun.id,
      begun.bucket,
      begun.key,
      begun.initiatedAt,
      JSON.stringify(begun),
    );
    return begun;
  }

  find(id: string): MultipartUpload | undefined {
    const row = this.#journal.get('select body from uploads where id = ?', id);
    return row && JSON.parse(text(row, 'body'));
  }

  /** Of a bucket, by key and then by age. */
  list(bucket: string): MultipartUpload[] {
    return this.#journal
      .all('select body from uploads where bucket = ? order by key, initiated_at', bucket)
      .map((row) => JSON.parse(text(row, 'body')));
  }

  /** @returns the file of a part of the same number, which nobody needs any more */
  putPart(uploadId: string, part: StoredPart): string | undefined {
    return this.#journal.transaction(() => {
      const before = this.parts(uploadId).find(({ number }) => number === part.number);
      this.#journal.run(
        'insert or replace into parts values (?, ?, ?, ?)',
        uploadId,
        part.number,
        part.blob,
        JSON.stringify(part),
      );
      return before?.blob;
    });
  }

  /** In the order of their numbers. */
  parts(uploadId: string): StoredPart[] {
    return this.#journal
      .all('select number, body from parts where upload_id = ? order by number', uploadId)
      .map((row: Row) => ({ ...JSON.parse(text(row, 'body')), number: integer(row, 'number') }));
  }

  /** Forgets an upload; its files are the caller's to keep or discard. Joins the caller's transaction. */
  end(uploadId: string): void {
    this.#journal.run('delete from parts where upload_id = ?', uploadId);
    this.#journal.run('delete from uploads where id = ?', uploadId);
  }
}
