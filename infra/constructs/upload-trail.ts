import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { deployedName } from '../../core/deployed-names.ts';
import type { StageConfig } from '../config.ts';
import { privateBucket } from './private-bucket.ts';

interface UploadTrailProps {
  readonly config: StageConfig;
  readonly landing: IBucket;
}

/**
 * A trail of CloudTrail for what is written to the landing bucket, and nothing else: it tells EventBridge which program sent
 * an upload, and keeps its own log of it.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
 */
export class UploadTrail extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { config, landing }: UploadTrailProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const trailName = deployedName(config.stage, 'uploads');
    const trailArn = stack.formatArn({
      service: 'cloudtrail',
      resource: 'trail',
      resourceName: trailName,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    this.bucket = this.#bucket(config);
    const letIn = (sid: string, action: string, resource: string, conditions: Record<string, string> = {}) =>
      this.bucket.addToResourcePolicy(
        new PolicyStatement({
          sid,
          principals: [new ServicePrincipal('cloudtrail.amazonaws.com')],
          actions: [action],
          resources: [resource],
          conditions: { StringEquals: { 'aws:SourceArn': trailArn, ...conditions } },
        }),
      );
    letIn('TrailMayLook', 's3:GetBucketAcl', this.bucket.bucketArn);
    letIn('TrailMayWrite', 's3:PutObject', this.bucket.arnForObjects(`AWSLogs/${stack.account}/*`), {
      's3:x-amz-acl': 'bucket-owner-full-control',
    });
    const trail = new CfnTrail(this, 'Trail', {
      trailName,
      s3BucketName: this.bucket.bucketName,
      isLogging: true,
      enableLogFileValidation: true,
      advancedEventSelectors: [
        {
          name: 'Writes to the landing bucket',
          fieldSelectors: [
            { field: 'eventCategory', equalTo: ['Data'] },
            { field: 'resources.type', equalTo: ['AWS::S3::Object'] },
            { field: 'resources.ARN', startsWith: [landing.arnForObjects('')] },
            { field: 'readOnly', equalTo: ['false'] },
          ],
        },
      ],
    });
    if (this.bucket.policy) trail.node.addDependency(this.bucket.policy);
  }

  #bucket(config: StageConfig): Bucket {
    return new Bucket(this, 'Logs', {
      // Without a name of ours: it stays when the setting goes, and would be in the way of the next when that comes again.
      // CloudTrail would need the customer key too; there is no file in these logs.
      encryption: BucketEncryption.S3_MANAGED,
      ...privateBucket(config),
      lifecycleRules: [
        { expiration: config.noncurrentRetention, noncurrentVersionExpiration: Duration.days(1) },
        { expiredObjectDeleteMarker: true },
      ],
    });
  }
}
