import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { createKmsSignatures } from '../adapters/kms-signatures.ts';
import { createS3Archive } from '../adapters/s3-archive.ts';
import { createS3Ledger } from '../adapters/s3-ledger.ts';
import { createSfnHistories } from '../adapters/sfn-histories.ts';
import { pause, sha256, systemClock } from '../adapters/system.ts';
import { createArchiveExecution } from './archive-execution.ts';
import { eachOf } from './batch.ts';
import { lambda, logFailed, optionalSetting, setting } from './wiring.ts';

const s3 = new S3Client({});

export const handler = lambda(
  eachOf(
    createArchiveExecution({
      histories: createSfnHistories(new SFNClient({})),
      ledger: createS3Ledger(s3, setting('ledgerBucket')),
      archive: createS3Archive(s3, setting('archiveBucket')),
      clock: systemClock,
      digest: sha256,
      pause,
      sign: createKmsSignatures(new KMSClient({}), optionalSetting('evidenceKeyArn')),
    }),
    logFailed,
  ),
);
