import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { createEventBridgeAnnouncements } from '../adapters/eventbridge-announcements.ts';
import { createKmsSignatures } from '../adapters/kms-signatures.ts';
import { metrics } from '../adapters/powertools.ts';
import { createS3Landing } from '../adapters/s3-landing.ts';
import { createS3Ledger } from '../adapters/s3-ledger.ts';
import { createSnsNotices } from '../adapters/sns-notices.ts';
import { systemClock } from '../adapters/system.ts';
import { createCloseRequest } from './close-request.ts';
import { lambda, optionalSetting, setting } from './wiring.ts';

const s3 = new S3Client({});
const signing = createKmsSignatures(new KMSClient({}), optionalSetting('webhookKeyArn'));

export const handler = lambda(
  createCloseRequest({
    ledger: createS3Ledger(s3, setting('ledgerBucket')),
    landing: createS3Landing(s3, setting('landingBucket')),
    announcements: createEventBridgeAnnouncements(new EventBridgeClient({}), setting('eventBusName'), signing),
    notices: createSnsNotices(new SNSClient({}), setting('operatorsTopicArn')),
    metrics,
    clock: systemClock,
  }),
);
