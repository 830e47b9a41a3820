import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { createEventBridgeAnnouncements } from '../adapters/eventbridge-announcements.ts';
import { createKmsSignatures } from '../adapters/kms-signatures.ts';
import { metrics } from '../adapters/powertools.ts';
import { createS3Copier } from '../adapters/s3-copier.ts';
import { createS3Ledger } from '../adapters/s3-ledger.ts';
import { systemClock } from '../adapters/system.ts';
import { createAcceptUpload } from './accept-upload.ts';
import { lambda, optionalSetting, setting } from './wiring.ts';

const s3 = new S3Client({});
const signing = createKmsSignatures(new KMSClient({}), optionalSetting('webhookKeyArn'));

export const handler = lambda(
  createAcceptUpload({
    ledger: createS3Ledger(s3, setting('ledgerBucket')),
    toAccepted: createS3Copier(s3, setting('landingBucket'), setting('acceptedBucket')),
    announcements: createEventBridgeAnnouncements(new EventBridgeClient({}), setting('eventBusName'), signing),
    metrics,
    clock: systemClock,
  }),
);
