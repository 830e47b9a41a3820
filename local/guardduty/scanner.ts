import { PassThrough, type Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/**
 * The harmless file that every scanner takes for malware (https://www.eicar.org/download-anti-malware-testfile/). In two
 * pieces, so that no scanner takes this file for it.
 */
const eicar = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join(''));

/** What one look at the bytes tells. */
export interface Look {
  readonly threat?: string;
  /** Nobody can look into it without its password. */
  readonly isLocked: boolean;
}

/** Looks for EICAR in the bytes as they are, and in what a gzip holds. */
export const lookAt = async (open: () => Readable): Promise<Look> => {
  const head = await headOf(open());
  const hasThreat =
    (await hasEicar(open(), new PassThrough())) || (isGzip(head) && (await hasEicar(open(), createGunzip())));
  return { ...(hasThreat && { threat: 'EICAR-Test-File (not a virus)' }), isLocked: isLockedZip(head) };
};

/** APPNOTE 4.4.4: the flag of the first entry. */
const isLockedZip = (head: Buffer): boolean =>
  head.length >= 8 && head.readUInt32LE(0) === 0x04034b50 && (head.readUInt16LE(6) & 1) === 1;

const isGzip = (head: Buffer): boolean => head.length >= 2 && head.readUInt16BE(0) === 0x1f8b;

const headOf = async (bytes: Readable): Promise<Buffer> => {
  for await (const chunk of bytes) return Buffer.from(chunk);
  return Buffer.alloc(0);
};

/** What cannot be unpacked any further was looked at up to there. */
const hasEicar = async (bytes: Readable, through: Transform): Promise<boolean> => {
  let isFound = false;
  const search = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    let tail = Buffer.alloc(0);
    for await (const chunk of chunks) {
      const text = Buffer.concat([tail, chunk]);
      isFound ||= text.includes(eicar);
      tail = text.subarray(-eicar.length);
    }
  };
  await pipeline(bytes, through, search).catch(() => undefined);
  return isFound;
};
