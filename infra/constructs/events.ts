import { Duration } from 'aws-cdk-lib';
import { type EventPattern, type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { probePrefix, validationObject } from '../../core/names.ts';
import type { FunctionName } from './function-table.ts';
import type { Functions } from './functions.ts';
import type { Mail } from './mail.ts';
import type { Messaging } from './messaging.ts';
import { keepFailedInvocations } from './on-failure.ts';

interface EventsProps {
  readonly landing: IBucket;
  /** Whether a scanner looks at uploads, and tells. */
  readonly scansUploads: boolean;
  /** Where runs that have ended wait for what CloudTrail tells of their uploads; undefined where it tells nothing. */
  readonly endedRuns: IQueue | undefined;
  readonly mail: Mail;
  /** Built from its explicit name. */
  readonly stateMachineArn: string;
  readonly functions: Functions;
  readonly messaging: Messaging;
}

/** As long as EventBridge tries at all. */
const delivery = { maxEventAge: Duration.hours(24), retryAttempts: 185 };

/**
 * What comes back from outside: uploads go to `receive-upload`, what the malware scanner says of them to `receive-scan`, what
 * CloudTrail says of them to `receive-trail`, mails that did not arrive to `receive-bounce`; and runs that have ended to
 * `archive-execution`. Two queues catch what fails: events that EventBridge could not hand over, and events that a function took
 * and failed on (EventBridge does not see those).
 *
 * These functions are called in their newest version: events belong to no deployment, and each reads every format of the
 * ledger's documents.
 */
export class Events extends Construct {
  readonly #props: EventsProps;
  /** Their rules, for the alarms. */
  readonly rules: readonly { readonly id: string; readonly name: string }[];

  constructor(scope: Construct, id: string, props: EventsProps) {
    super(scope, id);
    this.#props = props;
    const { landing, mail, scansUploads, endedRuns } = props;
    const uploads = this.#handOver(
      'UploadCreated',
      'receive-upload',
      'Uploads in the landing bucket go to receive-upload',
      {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [landing.bucketName] },
          object: {
            key: [{ 'anything-but': { prefix: scansUploads ? [probePrefix, validationObject] : probePrefix } }],
          },
        },
      },
    );
    const mails = this.#handOver(
      'MailNotDelivered',
      'receive-bounce',
      'What SES tells of our mails goes to receive-bounce',
      {
        source: ['aws.ses'],
        // What of these SES tells is said with the configuration set.
        detailType: [
          'Email Bounced',
          'Email Complaint Received',
          'Email Rejected',
          'Email Delivery Delayed',
          'Email Delivered',
        ],
        detail: { mail: { tags: { 'ses:configuration-set': [mail.configurationSetName] } } },
      },
    );
    const ends = this.#ends();
    this.rules = [
      { id: 'uploads', name: uploads.ruleName },
      { id: 'mails', name: mails.ruleName },
      { id: 'ends', name: ends.ruleName },
      ...(scansUploads ? [{ id: 'scans', name: this.#scans().ruleName }] : []),
      ...(endedRuns ? [{ id: 'senders', name: this.#senders().ruleName }] : []),
    ];
  }

  /** At once, or when CloudTrail has told of their uploads. Those that are handed over again come by themselves. */
  #ends(): Rule {
    const { stateMachineArn, endedRuns, messaging } = this.#props;
    return this.#handOver(
      'ExecutionEnded',
      'archive-execution',
      'Every run that has ended goes to archive-execution',
      {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [stateMachineArn], status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
      endedRuns && new SqsQueue(endedRuns, { deadLetterQueue: messaging.failedEvents, ...delivery }),
    );
  }

  /** Of an upload in parts a partner sends the parts, the first among them, and we complete it. What was refused sent nothing. */
  #senders(): Rule {
    return this.#handOver('UploadSent', 'receive-trail', 'What CloudTrail says of uploads goes to receive-trail', {
      source: ['aws.s3'],
      detailType: ['AWS API Call via CloudTrail'],
      detail: {
        eventSource: ['s3.amazonaws.com'],
        eventName: ['PutObject', 'UploadPart', 'CompleteMultipartUpload'],
        errorCode: [{ exists: false }],
        requestParameters: {
          bucketName: [this.#props.landing.bucketName],
          partNumber: ['1', 1, { exists: false }],
        },
      },
    });
  }

  #scans(): Rule {
    return this.#handOver(
      'UploadScanned',
      'receive-scan',
      'What the malware scanner says of uploads goes to receive-scan',
      {
        source: ['aws.guardduty'],
        detailType: ['GuardDuty Malware Protection Object Scan Result'],
        detail: { s3ObjectDetails: { bucketName: [this.#props.landing.bucketName] } },
      },
    );
  }

  /** @param by what takes it there; the function itself when absent */
  #handOver(id: string, to: FunctionName, description: string, eventPattern: EventPattern, by?: IRuleTarget): Rule {
    const { functions, messaging } = this.#props;
    const target =
      by ?? new LambdaFunction(functions.get(to), { deadLetterQueue: messaging.failedEvents, ...delivery });
    const rule = new Rule(this, id, { description, eventPattern, targets: [target] });
    keepFailedInvocations(this, `${id}OnFailure`, { functions, messaging, name: to, maxAgeSeconds: 6 * 3600 });
    return rule;
  }
}
