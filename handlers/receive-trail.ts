import * as z from 'zod/mini';
import { parse } from '../core/parse.ts';
import type { Ledger } from '../core/ports.ts';
import { recordOf } from '../core/upload-sender.ts';

interface Deps {
  readonly ledger: Pick<Ledger, 'create'>;
}

/**
 * A data event of S3, what we use of it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html
 */
const dataEvent = z.object({
  detail: z.object({
    eventName: z.enum(['PutObject', 'UploadPart', 'CompleteMultipartUpload']),
    eventTime: z.string(),
    sourceIPAddress: z.string(),
    userAgent: z._default(z.string(), ''),
    requestParameters: z.object({ key: z.string(), uploadId: z.optional(z.string()) }),
  }),
});

const deeds = { PutObject: 'put', UploadPart: 'part', CompleteMultipartUpload: 'completed' } as const;

/**
 * Records which program sent an upload, as CloudTrail tells minutes after it came, for the evidence. Events come in any order,
 * and more than once.
 *
 * @throws InvalidInput for an event that CloudTrail does not document
 */
export const createReceiveTrail =
  ({ ledger }: Deps) =>
  async (event: unknown): Promise<{ received: 'unrelated' | 'recorded' | 'known' }> => {
    const { detail } = parse(dataEvent, event, 'event for receive-trail');
    const { eventName, eventTime, sourceIPAddress, userAgent, requestParameters } = detail;
    const record = recordOf({
      did: deeds[eventName],
      key: requestParameters.key,
      uploadId: requestParameters.uploadId,
      at: eventTime,
      sourceIp: sourceIPAddress,
      // S3 has CloudTrail write what a program calls itself in brackets.
      userAgent: userAgent.replace(/^\[(.*)\]$/s, '$1'),
    });
    if (!record) return { received: 'unrelated' };
    const isFirst = await ledger.create(record.key, record.sender);
    return { received: isFirst ? 'recorded' : 'known' };
  };
