import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deployedName } from '../../core/deployed-names.ts';
import type { StageConfig } from '../config.ts';
import { functionTable } from './function-table.ts';
import type { Functions } from './functions.ts';
import type { Messaging } from './messaging.ts';
import { UploadTrail } from './upload-trail.ts';

interface UploadSendersProps {
  readonly config: StageConfig;
  readonly landing: IBucket;
  readonly functions: Functions;
  readonly messaging: Messaging;
}

const archiver = 'archive-execution';

/** By then CloudTrail has told of nearly every upload; it is also the longest that SQS holds a message back. */
const patience = Duration.minutes(15);

/** What fails so often is kept for people. */
const maxTries = 5;

/**
 * Which program sent an upload, for the evidence: CloudTrail tells, some minutes later. So runs that have ended wait in a
 * queue, and go to `archive-execution` in batches when it has.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export class UploadSenders extends Construct {
  /** Undefined where the account has a trail for the landing bucket. */
  readonly trail: UploadTrail | undefined;
  readonly endedRuns: Queue;

  constructor(scope: Construct, id: string, { config, landing, functions, messaging }: UploadSendersProps) {
    super(scope, id);
    this.trail = config.recordUserAgents === 'new' ? new UploadTrail(this, 'Trail', { config, landing }) : undefined;
    const { timeoutSeconds, reserved } = functionTable[archiver];
    this.endedRuns = new Queue(this, 'EndedRuns', {
      queueName: deployedName(config.stage, 'ended-runs'),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deliveryDelay: patience,
      // Six times what the function may take, as AWS advises.
      visibilityTimeout: Duration.seconds(6 * timeoutSeconds),
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: messaging.failedInvocations, maxReceiveCount: maxTries },
    });
    // Lambda takes messages with the rights of the function's role: the function comes after its policy, and this after both.
    new EventSourceMapping(this, 'EndedRunsToArchive', {
      target: functions.get(archiver),
      eventSourceArn: this.endedRuns.queueArn,
      // Each may wait for another of its feed: all of them within what the function may take.
      batchSize: 5,
      maxConcurrency: reserved,
      reportBatchItemFailures: true,
    });
  }
}
