import { AwsError } from '../errors.ts';
import type { AwsResponse } from '../http/request.ts';
import type { BucketRecord } from './buckets.ts';
import { namespace, xml, xmlType } from './responses.ts';

/** How a bucket is configured, as S3 tells it: by subresource, the permission it takes and the answer. */
export const configurations: Readonly<
  Record<string, { readonly action: string; answer(bucket: BucketRecord, region: string): AwsResponse }>
> = {
  location: {
    action: 's3:GetBucketLocation',
    answer: (_, region) => ({
      status: 200,
      headers: xmlType,
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="${namespace}">${region}</LocationConstraint>`,
    }),
  },
  versioning: {
    action: 's3:GetBucketVersioning',
    answer: () => xml('VersioningConfiguration', { Status: 'Enabled' }),
  },
  encryption: {
    action: 's3:GetEncryptionConfiguration',
    answer: ({ encryption: { algorithm, keyArn, bucketKey } }) =>
      xml('ServerSideEncryptionConfiguration', {
        Rule: {
          ApplyServerSideEncryptionByDefault: {
            SSEAlgorithm: algorithm,
            ...(keyArn !== undefined && { KMSMasterKeyID: keyArn }),
          },
          BucketKeyEnabled: bucketKey,
        },
      }),
  },
  publicAccessBlock: {
    action: 's3:GetBucketPublicAccessBlock',
    // Nothing here is ever public.
    answer: () =>
      xml('PublicAccessBlockConfiguration', {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      }),
  },
  cors: {
    action: 's3:GetBucketCORS',
    answer({ cors }) {
      if (cors.length === 0) {
        throw new AwsError('NoSuchCORSConfiguration', 'The CORS configuration does not exist', 404);
      }
      const CORSRule = cors.map(({ origins, methods, headers, expose, maxAge }) => ({
        AllowedOrigin: [...origins],
        AllowedMethod: [...methods],
        AllowedHeader: [...headers],
        ExposeHeader: [...expose],
        ...(maxAge !== undefined && { MaxAgeSeconds: maxAge }),
      }));
      return xml('CORSConfiguration', { CORSRule });
    },
  },
  'object-lock': {
    action: 's3:GetBucketObjectLockConfiguration',
    answer({ lock }) {
      if (!lock) {
        throw new AwsError(
          'ObjectLockConfigurationNotFoundError',
          'Object Lock configuration does not exist for this bucket',
          404,
        );
      }
      const DefaultRetention = { Mode: lock.mode, Days: lock.days };
      return xml('ObjectLockConfiguration', { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention } });
    },
  },
  policy: {
    action: 's3:GetBucketPolicy',
    answer({ policy }) {
      if (!policy) throw new AwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404);
      return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(policy) };
    },
  },
};
