import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

/** Where AWS is: the account of the environment, or an endpoint on this machine. */
export interface ClientSettings {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** One client per service, made once. */
export const createClients = (settings: ClientSettings) => ({
  cloudformation: new CloudFormationClient(settings),
  cloudwatch: new CloudWatchClient(settings),
  eventbridge: new EventBridgeClient(settings),
  kms: new KMSClient(settings),
  lambda: new LambdaClient(settings),
  // A default client would sign the checksum of an empty body into a presigned URL.
  s3: new S3Client({ ...settings, requestChecksumCalculation: 'WHEN_REQUIRED' }),
  scheduler: new SchedulerClient(settings),
  ses: new SESv2Client(settings),
  sfn: new SFNClient(settings),
  sns: new SNSClient(settings),
  sqs: new SQSClient(settings),
});

export type Clients = ReturnType<typeof createClients>;
