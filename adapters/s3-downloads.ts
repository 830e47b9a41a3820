import { S3Client } from '@aws-sdk/client-s3';
import type { Clock, Downloads } from '../core/ports.ts';
import { maxLifetimeSeconds, presignGet } from './presign.ts';
import { objectArn } from './s3-objects.ts';
import type { createStsSessions } from './sts-sessions.ts';

interface Settings {
  readonly sessions: ReturnType<typeof createStsSessions>;
  readonly region: string;
  readonly buckets: { readonly ledger: string; readonly accepted?: string };
  /** The customer key that the buckets are encrypted with, where there is one. */
  readonly keyArn: string | undefined;
  readonly clock: Clock;
}

/** URLs that get one object, signed with a session that can get that one and nothing else. */
export const createS3Downloads = ({ sessions, region, buckets, keyArn, clock }: Settings): Downloads => ({
  async sign({ key, from, fileName }) {
    const bucket = buckets[from];
    if (bucket === undefined) throw new Error(`this function signs no downloads of ${from} files`);
    const { credentials } = await sessions(key, [
      { Action: 's3:GetObject', Resource: objectArn(region, bucket, key) },
      ...(keyArn === undefined ? [] : [{ Action: 'kms:Decrypt', Resource: keyArn }]),
    ]);
    const s3 = new S3Client({ region, credentials });
    const presigning = { bucket, key, expiresIn: maxLifetimeSeconds.GET, signedAt: clock.now() };
    return presignGet(s3, presigning, { fileName });
  },
});
