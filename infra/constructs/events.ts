import { Duration } from 'aws-cdk-lib';
import { type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
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
  readonly mail: Mail;
  /** Built from its explicit name. */
  readonly stateMachineArn: string;
  readonly functions: Functions;
  readonly messaging: Messaging;
}

/**
 * What comes back from outside: uploads go to `receive-upload`, what the malware scanner says of them to
 * `receive-scan`, mails that did not arrive to `receive-bounce`; and runs that have ended to `archive-execution`. Two
 * queues catch what fails: events that EventBridge could not hand over, and events that a function took and failed on
 * (EventBridge does not see those).
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
    const { landing, mail, scansUploads } = props;
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
    const ends = this.#handOver(
      'ExecutionEnded',
      'archive-execution',
      'Every run that has ended goes to archive-execution',
      {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [props.stateMachineArn], status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
    );
    this.rules = [
      { id: 'uploads', name: uploads.ruleName },
      { id: 'mails', name: mails.ruleName },
      { id: 'ends', name: ends.ruleName },
      ...(scansUploads ? [{ id: 'scans', name: this.#scans().ruleName }] : []),
    ];
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

  #handOver(id: string, to: FunctionName, description: string, eventPattern: EventPattern): Rule {
    const { functions, messaging } = this.#props;
    const receiver = functions.get(to);
    const rule = new Rule(this, id, {
      description,
      eventPattern,
      targets: [
        new LambdaFunction(receiver, {
          deadLetterQueue: messaging.failedEvents,
          maxEventAge: Duration.hours(24),
          retryAttempts: 185,
        }),
      ],
    });
    keepFailedInvocations(this, `${id}OnFailure`, { functions, messaging, name: to, maxAgeSeconds: 6 * 3600 });
    return rule;
  }
}
