import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { STSClient } from '@aws-sdk/client-sts';
import { createBundledFeeds } from '../adapters/bundled-feeds.ts';
import { createKmsLinkSecrets } from '../adapters/kms-link-secrets.ts';
import { createS3Downloads } from '../adapters/s3-downloads.ts';
import { createS3Ledger } from '../adapters/s3-ledger.ts';
import { createSfnExecutions } from '../adapters/sfn-executions.ts';
import { createSfnRedriver } from '../adapters/sfn-redriver.ts';
import { createSfnStarter } from '../adapters/sfn-starter.ts';
import { createSfnTasks } from '../adapters/sfn-tasks.ts';
import { createStsSessions } from '../adapters/sts-sessions.ts';
import { randomLinkIds, sha256, systemClock } from '../adapters/system.ts';
import { feedsFolder } from '../core/environment.ts';
import { createAnswerOperator } from './answer-operator.ts';
import { bundledFolder, httpLambda, lambdaVariable, optionalSetting, setting } from './wiring.ts';

const [sfn, clock] = [new SFNClient({}), systemClock];
const sessions = createStsSessions({ sts: new STSClient({}), roleArn: setting('readerRoleArn'), clock });
const buckets = { ledger: setting('ledgerBucket'), accepted: setting('acceptedBucket') };

export const handler = httpLambda(
  createAnswerOperator({
    feeds: createBundledFeeds(bundledFolder(feedsFolder), sha256),
    ledger: createS3Ledger(new S3Client({}), buckets.ledger),
    secrets: createKmsLinkSecrets(new KMSClient({}), setting('linkKeyArn')),
    starter: createSfnStarter(sfn, setting('stateMachineArn')),
    executions: createSfnExecutions(sfn),
    redriver: createSfnRedriver(sfn),
    tasks: createSfnTasks(sfn),
    downloads: createS3Downloads({
      sessions,
      region: lambdaVariable('AWS_REGION'),
      buckets,
      keyArn: optionalSetting('dataKeyArn'),
      clock,
    }),
    linkIds: randomLinkIds,
    page: setting('pageUrl'),
    clock,
  }),
);
