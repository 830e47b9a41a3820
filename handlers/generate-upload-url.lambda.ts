import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { createS3Ledger } from '../adapters/s3-ledger.ts';
import { createStsSigner } from '../adapters/sts-signer.ts';
import { systemClock } from '../adapters/system.ts';
import { createGenerateUploadUrl } from './generate-upload-url.ts';
import { lambda, lambdaVariable, optionalSetting, setting } from './wiring.ts';

export const handler = lambda(
  createGenerateUploadUrl({
    ledger: createS3Ledger(new S3Client({}), setting('ledgerBucket')),
    signer: createStsSigner({
      sts: new STSClient({}),
      region: lambdaVariable('AWS_REGION'),
      roleArn: setting('signerRoleArn'),
      bucket: setting('landingBucket'),
      keyArn: optionalSetting('landingKeyArn'),
      clock: systemClock,
    }),
    clock: systemClock,
  }),
);
