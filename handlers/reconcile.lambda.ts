import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { createLambdaHandOver } from '../adapters/lambda-hand-over.ts';
import { metrics } from '../adapters/powertools.ts';
import { createS3Landing } from '../adapters/s3-landing.ts';
import { createS3Ledger } from '../adapters/s3-ledger.ts';
import { createSfnHistories } from '../adapters/sfn-histories.ts';
import { createSfnRuns } from '../adapters/sfn-runs.ts';
import { createSnsNotices } from '../adapters/sns-notices.ts';
import { systemClock } from '../adapters/system.ts';
import { createReconcile } from './reconcile.ts';
import { lambda, setting } from './wiring.ts';

const s3 = new S3Client({});
const sfn = new SFNClient({});

export const handler = lambda(
  createReconcile({
    runs: createSfnRuns(sfn, setting('stateMachineArn')),
    histories: createSfnHistories(sfn),
    ledger: createS3Ledger(s3, setting('ledgerBucket')),
    landing: createS3Landing(s3, setting('landingBucket')),
    handOver: createLambdaHandOver(new LambdaClient({}), {
      'archive-execution': setting('archiverName'),
      'receive-upload': setting('receiverName'),
    }),
    notices: createSnsNotices(new SNSClient({}), setting('operatorsTopicArn')),
    metrics,
    clock: systemClock,
  }),
);
