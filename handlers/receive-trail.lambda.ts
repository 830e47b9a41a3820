import { S3Client } from '@aws-sdk/client-s3';
import { createS3Ledger } from '../adapters/s3-ledger.ts';
import { createReceiveTrail } from './receive-trail.ts';
import { lambda, setting } from './wiring.ts';

export const handler = lambda(
  createReceiveTrail({ ledger: createS3Ledger(new S3Client({}), setting('ledgerBucket')) }),
);
