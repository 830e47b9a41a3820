import { S3Client } from '@aws-sdk/client-s3';
import { createS3Copier } from '../adapters/s3-copier.ts';
import { createS3Ledger } from '../adapters/s3-ledger.ts';
import { systemClock } from '../adapters/system.ts';
import { createQuarantineUpload } from './quarantine-upload.ts';
import { lambda, setting } from './wiring.ts';

const s3 = new S3Client({});

export const handler = lambda(
  createQuarantineUpload({
    ledger: createS3Ledger(s3, setting('ledgerBucket')),
    toQuarantine: createS3Copier(s3, setting('landingBucket'), setting('quarantineBucket')),
    clock: systemClock,
  }),
);
