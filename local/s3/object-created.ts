import type { EventDraft } from '../events/buses.ts';
import type { Authenticated, AwsRequest } from '../http/request.ts';
import type { StoredObject } from './object-store.ts';

/** How an object came to be, as the event tells it. */
export interface Creation {
  readonly request: AwsRequest;
  readonly auth: Authenticated;
  readonly reason: 'PutObject' | 'POST Object' | 'CopyObject' | 'CompleteMultipartUpload';
  readonly accountId: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
export const objectCreated = (stored: StoredObject, { request, auth, reason, accountId }: Creation): EventDraft => ({
  source: 'aws.s3',
  'detail-type': 'Object Created',
  resources: [`arn:aws:s3:::${stored.bucket}`],
  detail: {
    version: '0',
    bucket: { name: stored.bucket },
    object: {
      key: stored.key,
      size: stored.size,
      etag: stored.etag,
      'version-id': stored.versionId,
      sequencer: stored.seq.toString(16).toUpperCase().padStart(18, '0'),
    },
    'request-id': request.id,
    requester: auth.principal.kind === 'anonymous' ? 'anonymous' : accountId,
    'source-ip-address': request.sourceIp,
    reason,
  },
});
