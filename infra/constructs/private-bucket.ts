import { BlockPublicAccess, type BucketProps, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { StageConfig } from '../config.ts';

/** What every bucket is: private, without ACLs, by TLS alone, with versions, and kept as the stage says. */
export const privateBucket = ({ removalPolicy }: Pick<StageConfig, 'removalPolicy'>): BucketProps => ({
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  versioned: true,
  removalPolicy,
});
