import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SESClient } from '@aws-sdk/client-ses';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { STSClient } from '@aws-sdk/client-sts';
import { createKmsLinkSecrets } from '../adapters/kms-link-secrets.ts';
import { createS3Downloads } from '../adapters/s3-downloads.ts';
import { createS3Intake } from '../adapters/s3-intake.ts';
import { createS3Landing } from '../adapters/s3-landing.ts';
import { createS3Ledger } from '../adapters/s3-ledger.ts';
import { createSesMailer } from '../adapters/ses-mailer.ts';
import { createSfnTasks } from '../adapters/sfn-tasks.ts';
import { createSnsNotices } from '../adapters/sns-notices.ts';
import { createStsSessions } from '../adapters/sts-sessions.ts';
import { randomIds, systemClock } from '../adapters/system.ts';
import { createAnswerPartner } from './answer-partner.ts';
import { httpLambda, lambdaVariable, optionalSetting, setting } from './wiring.ts';

const [s3, sts, clock] = [new S3Client({}), new STSClient({}), systemClock];
const [bucket, ledger] = [setting('landingBucket'), setting('ledgerBucket')];
const [region, keyArn] = [lambdaVariable('AWS_REGION'), optionalSetting('dataKeyArn')];
const sessions = createStsSessions({ sts, roleArn: setting('signerRoleArn'), clock });
const reading = createStsSessions({ sts, roleArn: setting('readerRoleArn'), clock });

export const handler = httpLambda(
  createAnswerPartner({
    ledger: createS3Ledger(s3, ledger),
    landing: createS3Landing(s3, bucket),
    secrets: createKmsLinkSecrets(new KMSClient({}), setting('linkKeyArn')),
    intake: createS3Intake({ sessions, region, bucket, keyArn, clock }),
    downloads: createS3Downloads({ sessions: reading, region, buckets: { ledger }, keyArn, clock }),
    tasks: createSfnTasks(new SFNClient({})),
    mailer: createSesMailer({
      ses: new SESClient({}),
      sender: setting('sender'),
      configurationSet: setting('configurationSet'),
    }),
    notices: createSnsNotices(new SNSClient({}), setting('operatorsTopicArn')),
    ids: randomIds,
    clock,
  }),
);
