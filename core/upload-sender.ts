import * as z from 'zod/mini';
import { findDocument } from './documents.ts';
import { ledgerKeys, parseLandingKey, type RequestKey } from './names.ts';
import type { Ledger } from './ports.ts';
import { printable } from './user-agent.ts';

/**
 * A data event of S3, what we use of it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html
 */
export const dataEvent = z.object({
  detail: z.object({
    eventName: z.enum(['PutObject', 'UploadPart', 'CompleteMultipartUpload']),
    eventTime: z.string(),
    sourceIPAddress: z.string(),
    userAgent: z.optional(z.string()),
    requestParameters: z.object({ key: z.string(), uploadId: z.optional(z.string()) }),
  }),
});
type Told = z.infer<typeof dataEvent>['detail'];

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
export const recordOf = (told: Told): { readonly key: string; readonly sender: Sender } | undefined => {
  const { eventName, eventTime, sourceIPAddress, userAgent = '', requestParameters } = told;
  const landed = parseLandingKey(requestParameters.key);
  const { uploadId } = requestParameters;
  const of = { PutObject: 'put', CompleteMultipartUpload: 'completed', UploadPart: uploadId }[eventName];
  if (!landed || of === undefined || (uploadId !== undefined && !uploadIdPattern.test(uploadId))) return undefined;
  return {
    key: ledgerKeys.sender(landed.request, landed.attempt, of),
    sender: {
      version: 1,
      at: eventTime,
      sourceIp: printable(sourceIPAddress),
      // S3 has CloudTrail write what a program calls itself in brackets.
      userAgent: printable(userAgent.replace(/^\[(.*)\]$/s, '$1')),
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
