import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { metrics } from '../adapters/powertools.ts';
import { createS3Ledger } from '../adapters/s3-ledger.ts';
import { createSfnTasks } from '../adapters/sfn-tasks.ts';
import { createSnsNotices } from '../adapters/sns-notices.ts';
import { systemClock } from '../adapters/system.ts';
import { createReceiveScan } from './receive-scan.ts';
import { lambda, setting } from './wiring.ts';

export const handler = lambda(
  createReceiveScan({
    ledger: createS3Ledger(new S3Client({}), setting('ledgerBucket')),
    tasks: createSfnTasks(new SFNClient({})),
    notices: createSnsNotices(new SNSClient({}), setting('operatorsTopicArn')),
    metrics,
    clock: systemClock,
  }),
);
