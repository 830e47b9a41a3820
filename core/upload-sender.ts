import * as z from 'zod/mini';
import { printable } from './user-agent.ts';

/**
 * A data event of S3, what we use of it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html
 */
export const dataEvent = z.object({
  detail: z.object({
    eventTime: z.string(),
    sourceIPAddress: z.string(),
    userAgent: z.optional(z.string()),
    requestParameters: z.object({ key: z.string() }),
  }),
});

/** `senders/<attempt>/sender.json`: which program sent the upload of an attempt, and from where, as CloudTrail told. */
export const senderDocument = z.looseObject({
  version: z.literal(1),
  at: z.string(),
  sourceIp: z.string(),
  userAgent: z.string(),
});

/** S3 has CloudTrail write what a program calls itself in brackets. */
export const senderOf = ({
  detail: { eventTime, sourceIPAddress, userAgent = '' },
}: z.infer<typeof dataEvent>): z.infer<typeof senderDocument> => ({
  version: 1,
  at: eventTime,
  sourceIp: printable(sourceIPAddress),
  userAgent: printable(userAgent.replace(/^\[(.*)\]$/s, '$1')),
});
