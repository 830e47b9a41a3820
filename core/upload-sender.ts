import * as z from 'zod/mini';
import { findDocument } from './documents.ts';
import { ledgerKeys, parseLandingKey, type RequestKey } from './names.ts';
import type { Ledger } from './ports.ts';
import { printable } from './user-agent.ts';

/** What somebody did for an upload, as a trail tells. */
export interface UploadCall {
  readonly did: 'put' | 'part' | 'completed';
  readonly key: string;
  /** Of an upload in parts. */
  readonly uploadId: string | undefined;
  readonly at: string;
  readonly sourceIp: string;
  readonly userAgent: string;
}

/**
 * `senders/<attempt>/<what>.json`: which program did something for an upload, and from where. `put` sent the file in one piece;
 * `completed` says which upload in parts became the file; one by the id of an upload in parts sent its first part.
 */
export const senderDocument = z.looseObject({
  version: z.literal(1),
  at: z.string(),
  sourceIp: z.string(),
  userAgent: z.string(),
  /** Of an upload in parts. */
  uploadId: z.optional(z.string()),
});
export type Sender = z.infer<typeof senderDocument>;

/** Where S3 itself would not let an id be part of a key, it is none of S3's. */
const uploadIdPattern = /^[\w.~-]{1,256}$/;

/** What to record of a call, and where; undefined for one that is none of a partner's upload. */
export const recordOf = (call: UploadCall): { readonly key: string; readonly sender: Sender } | undefined => {
  const { did, key, uploadId, at, sourceIp, userAgent } = call;
  const landed = parseLandingKey(key);
  const of = did === 'part' ? uploadId : did;
  if (!landed || of === undefined || (uploadId !== undefined && !uploadIdPattern.test(uploadId))) return undefined;
  return {
    key: ledgerKeys.sender(landed.request, landed.attempt, of),
    sender: {
      version: 1,
      at,
      sourceIp: printable(sourceIp),
      userAgent: printable(userAgent),
      ...(uploadId !== undefined && { uploadId }),
    },
  };
};

/** Who sent the file that a key took: a key takes one. Undefined where CloudTrail did not tell. */
export const findSender = async (
  ledger: Pick<Ledger, 'find'>,
  request: RequestKey,
  attempt: number,
): Promise<Sender | undefined> => {
  const of = async (what: string) =>
    (await findDocument(ledger, ledgerKeys.sender(request, attempt, what), senderDocument))?.document;
  const put = await of('put');
  if (put) return put;
  const completed = await of('completed');
  return completed?.uploadId === undefined ? undefined : of(completed.uploadId);
};
