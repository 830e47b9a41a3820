import * as z from 'zod/mini';
import { findDocuments } from '../documents.ts';
import { ledgerKeys, type RequestKey } from '../names.ts';
import type { Ledger } from '../ports.ts';
import type { PinnedUpload } from '../request.ts';

/**
 * `uploads/<attempt>/<upload id>.json`: a file that somebody announced. The id is made of the file's own checksum, or of a
 * fingerprint, so that whoever announces the same file again, on whatever device, goes on with the same upload.
 */
export const announcedUpload = z.looseObject({
  version: z.literal(1),
  fileName: z.string(),
  size: z.int(),
  /** Base64; of a file in parts it may come with completing. */
  sha256: z.optional(z.string()),
  contentType: z.string(),
  contentEncoding: z.optional(z.literal('gzip')),
  linkId: z.string(),
  announcedAt: z.string(),
  /** When its parts were made one file. */
  completedAt: z.optional(z.string()),
  /** Where it goes in parts. */
  multipart: z.optional(z.strictObject({ id: z.string(), partBytes: z.int() })),
});
export type AnnouncedUpload = z.infer<typeof announcedUpload>;

export const uploadIdPattern = /^[0-9a-f]{32}$/;

/** Half of the checksum in hex: enough to tell files of one attempt apart. */
export const uploadIdOf = (sha256: string): string => hexOf(sha256).slice(0, 32);

/** Base64 as hex. */
export const hexOf = (base64: string): string =>
  [...atob(base64)].map((one) => one.charCodeAt(0).toString(16).padStart(2, '0')).join('');

/**
 * When a file was there. S3 says of one that came in parts when it was begun
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html, Last-Modified); whoever made it one file noted when
 * that was done.
 */
export const thereSince = ({ arrivedAt }: PinnedUpload, announced: AnnouncedUpload | undefined): string =>
  announced?.multipart ? (announced.completedAt ?? arrivedAt) : arrivedAt;

/** What was announced of the file that arrived; undefined where nobody did, or where two fit. */
export const findUploadOf = async (
  ledger: Ledger,
  request: RequestKey,
  attempt: number,
  size: number,
): Promise<AnnouncedUpload | undefined> => {
  const keys = await ledger.list(ledgerKeys.uploads(request, attempt));
  const found = await findDocuments(ledger, keys, announcedUpload);
  const fitting = found.filter(({ document }) => document.size === size);
  return fitting.length === 1 ? fitting[0]?.document : undefined;
};
