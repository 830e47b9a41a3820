import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { createS3Signer } from '../adapters/s3-intake.ts';
import { createS3Ledger } from '../adapters/s3-ledger.ts';
import { createStsSessions } from '../adapters/sts-sessions.ts';
import { randomLinkIds, systemClock } from '../adapters/system.ts';
import { createGenerateUploadUrl } from './generate-upload-url.ts';
import { lambda, lambdaVariable, optionalSetting, setting } from './wiring.ts';

export const handler = lambda(
  createGenerateUploadUrl({
    ledger: createS3Ledger(new S3Client({}), setting('ledgerBucket')),
    signer: createS3Signer({
      sessions: createStsSessions({ sts: new STSClient({}), roleArn: setting('signerRoleArn'), clock: systemClock }),
      region: lambdaVariable('AWS_REGION'),
      bucket: setting('landingBucket'),
      keyArn: optionalSetting('dataKeyArn'),
      clock: systemClock,
    }),
    linkIds: randomLinkIds,
    clock: systemClock,
  }),
);
