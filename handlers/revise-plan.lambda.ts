import { S3Client } from '@aws-sdk/client-s3';
import { createS3Ledger } from '../adapters/s3-ledger.ts';
import { systemClock } from '../adapters/system.ts';
import { createRevisePlan } from './revise-plan.ts';
import { lambda, setting } from './wiring.ts';

export const handler = lambda(
  createRevisePlan({ ledger: createS3Ledger(new S3Client({}), setting('ledgerBucket')), clock: systemClock }),
);
