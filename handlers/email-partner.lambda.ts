import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SESClient } from '@aws-sdk/client-ses';
import { SNSClient } from '@aws-sdk/client-sns';
import { createKmsLinkSecrets } from '../adapters/kms-link-secrets.ts';
import { createS3Ledger } from '../adapters/s3-ledger.ts';
import { createSesMailer } from '../adapters/ses-mailer.ts';
import { createSnsNotices } from '../adapters/sns-notices.ts';
import { randomIds, systemClock } from '../adapters/system.ts';
import { createEmailPartner } from './email-partner.ts';
import { lambda, setting } from './wiring.ts';

export const handler = lambda(
  createEmailPartner({
    ledger: createS3Ledger(new S3Client({}), setting('ledgerBucket')),
    mailer: createSesMailer({
      ses: new SESClient({}),
      sender: setting('sender'),
      configurationSet: setting('configurationSet'),
    }),
    operators: createSnsNotices(new SNSClient({}), setting('operatorsTopicArn')),
    notices: createSnsNotices(new SNSClient({}), setting('noticesTopicArn')),
    secrets: createKmsLinkSecrets(new KMSClient({}), setting('linkKeyArn')),
    page: setting('pageUrl'),
    ids: randomIds,
    clock: systemClock,
  }),
);
