import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { EventBuses } from '../events/buses.ts';
import type { Sender } from '../identity/sender.ts';
import type { Job } from '../jobs.ts';
import { Registry } from '../registry.ts';
import type { ObjectCall } from '../s3/object-call.ts';
import type { OnBehalf } from '../s3/on-behalf.ts';
import { dataEvent } from './data-event.ts';
import { type FieldSelector, isSelected } from './selectors.ts';

/** A trail of the template: it records calls about objects of S3. */
export interface TrailRecord {
  readonly arn: string;
  readonly name: string;
  /** Where its log files go. */
  readonly bucket: string;
  readonly isLogging: boolean;
  readonly selectors: readonly (readonly FieldSelector[])[];
}

/** CloudTrail delivers within an average of five minutes: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html */
const deliveryMs = 300_000;

/** Calls whose names begin so EventBridge does not hear of: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html */
const unheard = /^(Get|List|Describe|Head)/;

/**
 * CloudTrail, for data events of S3: minutes after a call a trail puts a log file into its bucket, and tells the default
 * event bus.
 */
export class CloudTrail {
  readonly #trails: Registry<TrailRecord>;
  readonly #context: Context;
  readonly #buses: EventBuses;
  readonly #s3: OnBehalf;
  /** Every call of S3 asks, so they are kept at hand. */
  #known: readonly TrailRecord[] | undefined;

  constructor(context: Context, buses: EventBuses, s3: OnBehalf) {
    this.#context = context;
    this.#buses = buses;
    this.#s3 = s3;
    this.#trails = new Registry(context.journal, 'trail');
    context.jobs.handle('cloudtrail.deliver', (job) => this.#deliver(job));
  }

  /**
   * Makes or changes a trail. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
   *
   * @throws AwsError S3BucketDoesNotExistException, InsufficientS3BucketPolicyException
   */
  put(trail: TrailRecord): void {
    const sender = senderOf(trail);
    const isReady = this.#s3.allows(sender, 's3:GetBucketAcl', trail.bucket);
    if (isReady === undefined) {
      throw new AwsError('S3BucketDoesNotExistException', `S3 bucket ${trail.bucket} does not exist!`);
    }
    if (!isReady || !this.#s3.allows(sender, 's3:PutObject', trail.bucket, `${this.#folder()}x`, ownerHasAll)) {
      const message = `Incorrect S3 bucket policy is detected for bucket: ${trail.bucket}`;
      throw new AwsError('InsufficientS3BucketPolicyException', message);
    }
    this.#trails.put(trail.name, trail);
    this.#known = undefined;
  }

  delete(name: string): void {
    this.#trails.delete(name);
    this.#known = undefined;
  }

  /** Hears of a call about an object. */
  record(call: ObjectCall): void {
    this.#known ??= this.#trails.all().map(({ body }) => body);
    const { operation: eventName, bucket, key, isRead } = call;
    const selecting = this.#known.filter(
      ({ isLogging, selectors }) =>
        isLogging &&
        isSelected(selectors, {
          eventCategory: 'Data',
          'resources.type': 'AWS::S3::Object',
          'resources.ARN': `arn:aws:s3:::${bucket}/${key}`,
          readOnly: isRead ? 'true' : 'false',
          eventName,
        }),
    );
    if (selecting.length === 0) return;
    const { accountId, region, clock, jobs } = this.#context;
    const event = dataEvent(call, { accountId, region, time: `${clock.iso().slice(0, 19)}Z` });
    const trails = selecting.map(({ name }) => name);
    jobs.add('cloudtrail.deliver', bucket, { event, trails }, clock.now() + deliveryMs);
  }

  async #deliver({ payload }: Job): Promise<() => void> {
    const { event, trails } = payload as { event: Record<string, unknown>; trails: readonly string[] };
    for (const name of trails) await this.#write(name, event);
    return () => {
      if (unheard.test(String(event.eventName))) return;
      this.#buses.publish('default', {
        source: 'aws.s3',
        'detail-type': 'AWS API Call via CloudTrail',
        detail: event,
        time: String(event.eventTime),
      });
    };
  }

  async #write(name: string, event: Record<string, unknown>): Promise<void> {
    const trail = this.#trails.get(name);
    if (!trail) return;
    const bytes = gzipSync(JSON.stringify({ Records: [event] }));
    try {
      await this.#s3.write(senderOf(trail), trail.bucket, this.#fileName(), bytes, ownerHasAll);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#context.report(`the trail ${name} cannot write to ${trail.bucket}: ${error.message}`);
    }
  }

  #folder(): string {
    return `AWSLogs/${this.#context.accountId}/CloudTrail/`;
  }

  #fileName(): string {
    const { accountId, region, clock } = this.#context;
    const [date = '', time = ''] = clock.iso().split('T');
    const at = `${date.replaceAll('-', '')}T${time.slice(0, 5).replace(':', '')}Z`;
    const unique = randomBytes(8).toString('hex');
    const name = `${accountId}_CloudTrail_${region}_${at}_${unique}.json.gz`;
    return `${this.#folder()}${region}/${date.replaceAll('-', '/')}/${name}`;
  }
}

const senderOf = ({ arn }: TrailRecord): Sender => ({
  principal: { kind: 'service', name: 'cloudtrail.amazonaws.com' },
  sourceArn: arn,
});

const ownerHasAll = { 's3:x-amz-acl': 'bucket-owner-full-control' };
