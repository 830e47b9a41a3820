import { S3Client } from '@aws-sdk/client-s3';
import { createBundledChecks } from '../adapters/bundled-checks.ts';
import { nodeTools } from '../adapters/node-tools.ts';
import { metrics } from '../adapters/powertools.ts';
import { createS3Landing } from '../adapters/s3-landing.ts';
import { createS3Ledger } from '../adapters/s3-ledger.ts';
import { createS3Reports } from '../adapters/s3-reports.ts';
import { systemClock } from '../adapters/system.ts';
import { checksFolder } from '../core/environment.ts';
import { createValidateUpload } from './validate-upload.ts';
import { bundledFolder, isOn, lambda, setting } from './wiring.ts';

const s3 = new S3Client({});

export const handler = lambda(
  createValidateUpload({
    ledger: createS3Ledger(s3, setting('ledgerBucket')),
    landing: createS3Landing(s3, setting('landingBucket')),
    checks: createBundledChecks(bundledFolder(checksFolder)),
    reports: createS3Reports(s3, setting('ledgerBucket')),
    tools: nodeTools,
    isScanned: isOn('malwareScan'),
    metrics,
    clock: systemClock,
  }),
);
