import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { createS3Landing } from '../adapters/s3-landing.ts';
import { createS3Ledger } from '../adapters/s3-ledger.ts';
import { createSfnTasks } from '../adapters/sfn-tasks.ts';
import { systemClock } from '../adapters/system.ts';
import { createRegisterWait } from './register-wait.ts';
import { lambda, setting } from './wiring.ts';

const s3 = new S3Client({});

export const handler = lambda(
  createRegisterWait({
    ledger: createS3Ledger(s3, setting('ledgerBucket')),
    landing: createS3Landing(s3, setting('landingBucket')),
    tasks: createSfnTasks(new SFNClient({})),
    clock: systemClock,
  }),
);
