import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { createBundledFeeds } from '../adapters/bundled-feeds.ts';
import { metrics } from '../adapters/powertools.ts';
import { createS3Ledger } from '../adapters/s3-ledger.ts';
import { createSfnExecutions } from '../adapters/sfn-executions.ts';
import { createSnsNotices } from '../adapters/sns-notices.ts';
import { sha256, systemClock } from '../adapters/system.ts';
import { feedsFolder } from '../core/environment.ts';
import { createOpenRequest } from './open-request.ts';
import { bundledFolder, lambda, setting } from './wiring.ts';

export const handler = lambda(
  createOpenRequest({
    feeds: createBundledFeeds(bundledFolder(feedsFolder), sha256),
    ledger: createS3Ledger(new S3Client({}), setting('ledgerBucket')),
    executions: createSfnExecutions(new SFNClient({})),
    operators: createSnsNotices(new SNSClient({}), setting('operatorsTopicArn')),
    metrics,
    clock: systemClock,
    digest: sha256,
  }),
);
