import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { CfnEventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Functions } from './functions.ts';
import type { Messaging } from './messaging.ts';

interface ArrivalsProps {
  readonly landing: IBucket;
  readonly functions: Functions;
  readonly messaging: Messaging;
}

/**
 * From the landing bucket to `receive-upload`. Two queues catch what fails: events that EventBridge could not hand
 * over, and events that the function took and failed on (EventBridge does not see those).
 */
export class Arrivals extends Construct {
  constructor(scope: Construct, id: string, { landing, functions, messaging }: ArrivalsProps) {
    super(scope, id);
    const receiver = functions.get('receive-upload');
    new Rule(this, 'UploadCreated', {
      description: 'Uploads in the landing bucket go to receive-upload',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [landing.bucketName] } },
      },
      targets: [
        new LambdaFunction(receiver, {
          deadLetterQueue: messaging.failedEvents,
          maxEventAge: Duration.hours(24),
          retryAttempts: 185,
        }),
      ],
    });
    new CfnEventInvokeConfig(this, 'OnFailure', {
      functionName: receiver.functionName,
      qualifier: '$LATEST',
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 6 * 3600,
      destinationConfig: { onFailure: { destination: messaging.failedInvocations.queueArn } },
    });
  }
}
