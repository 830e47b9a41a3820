import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { BusEvent, EventBuses, EventDraft } from '../events/buses.ts';
import type { Principal } from '../identity/identities.ts';
import type { Job } from '../jobs.ts';
import { Registry } from '../registry.ts';
import type { OnBehalf } from '../s3/on-behalf.ts';
import { lookAt } from './scanner.ts';

/** A plan of the template: one bucket whose new objects are scanned. */
export interface PlanRecord {
  readonly id: string;
  readonly arn: string;
  readonly bucket: string;
  /** Scanned are keys under any of them; all keys when there is none. */
  readonly prefixes: readonly string[];
  readonly roleArn: string;
  readonly tags: boolean;
  readonly status: 'ACTIVE' | 'ERROR';
}

type ScanResult = 'NO_THREATS_FOUND' | 'THREATS_FOUND' | 'UNSUPPORTED' | 'ACCESS_DENIED' | 'FAILED';

interface Scan {
  readonly plan: PlanRecord;
  readonly key: string;
  readonly versionId: string;
  readonly etag: string;
}

/** What Object Created says of the object. */
type Created = { readonly object: { readonly key: string; readonly etag: string; readonly 'version-id': string } };

const service = 'malware-protection-plan.guardduty.amazonaws.com';
/** Put once, to try the role: https://docs.aws.amazon.com/guardduty/latest/ug/malware-protection-s3-iam-policy-prerequisite.html */
const validationObject = 'malware-protection-resource-validation-object';
/** https://docs.aws.amazon.com/guardduty/latest/ug/malware-protection-s3-quotas-guardduty.html */
const maxObjectBytes = 100e9;

/**
 * GuardDuty Malware Protection for S3: scans what lands in a bucket, with the role of the plan, and tells the result on
 * the default event bus and by a tag. The scanner knows one threat, EICAR.
 * https://docs.aws.amazon.com/guardduty/latest/ug/monitor-with-eventbridge-s3-malware-protection.html
 */
export class GuardDuty {
  readonly plans: Registry<PlanRecord>;
  /** Set by a test; forgotten with the process. */
  isBroken = false;
  readonly #context: Context;
  readonly #buses: EventBuses;
  readonly #s3: OnBehalf;

  constructor(context: Context, buses: EventBuses, s3: OnBehalf) {
    this.#context = context;
    this.#buses = buses;
    this.#s3 = s3;
    this.plans = new Registry(context.journal, 'malware-protection-plan');
    context.jobs.handle('guardduty.validate', (job) => this.#validate(job));
    context.jobs.handle('guardduty.scan', (job) => this.#scan(job));
  }

  /** Makes or updates a plan. It hears of objects by a rule of its own, as on AWS; whether its role will do is tried next. */
  put(plan: Omit<PlanRecord, 'status'>): void {
    const status = this.plans.get(plan.id)?.status ?? 'ERROR';
    this.plans.put(plan.id, { ...plan, status });
    const rule = ruleName(plan.id);
    this.#buses.rules.put(rule, {
      arn: `arn:aws:events:${this.#context.region}:${this.#context.accountId}:rule/${rule}`,
      name: rule,
      bus: 'default',
      pattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: [plan.bucket] } },
      },
      isEnabled: true,
      targets: [{ id: 'guardduty', arn: plan.arn, maxAttempts: 185, maxAgeSeconds: 86_400 }],
    });
    this.#context.jobs.add('guardduty.validate', plan.id, {});
  }

  delete(id: string): void {
    this.plans.delete(id);
    this.#buses.rules.delete(ruleName(id));
  }

  async #validate({ subject }: Job): Promise<() => void> {
    const plan = this.plans.get(subject);
    if (!plan) return () => undefined;
    const problem = await this.#problemOf(plan);
    return () => {
      this.plans.put(plan.id, { ...plan, status: problem === undefined ? 'ACTIVE' : 'ERROR' });
      if (problem !== undefined) this.#context.report(`malware protection of ${plan.bucket} does not work: ${problem}`);
      this.#buses.publish('default', statusEvent(plan, problem));
    };
  }

  /** Why a plan cannot work; undefined when it can. */
  async #problemOf(plan: PlanRecord): Promise<string | undefined> {
    try {
      const principal = this.#actAs(plan);
      const rule = `arn:aws:events:${this.#context.region}:${this.#context.accountId}:rule/${ruleName(plan.id)}`;
      for (const action of ['events:PutRule', 'events:PutTargets']) {
        const context = { 'events:ManagedBy': service };
        this.#context.authorizer.require({ principal, action, resource: rule, context });
      }
      this.#s3.look(principal, plan.bucket);
      await this.#s3.write({ principal }, plan.bucket, validationObject, new Uint8Array());
      return undefined;
    } catch (error) {
      if (error instanceof AwsError) return error.message;
      throw error;
    }
  }

  async #scan({ payload }: Job): Promise<() => void> {
    const { detail, resources } = payload as BusEvent & { readonly detail: Created };
    const bucket = resources[0]?.split(':').at(-1);
    const plan = this.plans.all().find(({ body }) => body.bucket === bucket)?.body;
    const { key, etag, 'version-id': versionId } = detail.object;
    const isCovered = plan && (plan.prefixes.length === 0 || plan.prefixes.some((one) => key.startsWith(one)));
    if (!plan || !isCovered || plan.status !== 'ACTIVE' || key === validationObject) return () => undefined;
    const scan = { plan, key, versionId, etag };
    const { result, threats } = await this.#resultOf(scan);
    return () => {
      this.#tag(scan, result);
      this.#buses.publish('default', resultEvent(scan, result, threats));
    };
  }

  async #resultOf({ plan, key, versionId }: Scan): Promise<{ result: ScanResult; threats: string[] }> {
    if (this.isBroken) return { result: 'FAILED', threats: [] };
    try {
      const object = this.#s3.version(this.#actAs(plan), plan.bucket, key, versionId);
      if (!object) return { result: 'FAILED', threats: [] };
      if (object.size > maxObjectBytes) return { result: 'UNSUPPORTED', threats: [] };
      const look = await lookAt(() => new Readable().wrap(this.#s3.read(object)));
      if (look.threat !== undefined) return { result: 'THREATS_FOUND', threats: [look.threat] };
      return { result: look.isLocked ? 'UNSUPPORTED' : 'NO_THREATS_FOUND', threats: [] };
    } catch (error) {
      if (error instanceof AwsError) return { result: 'ACCESS_DENIED', threats: [] };
      throw error;
    }
  }

  #tag({ plan, key, versionId }: Scan, result: ScanResult): void {
    if (!plan.tags) return;
    try {
      const principal = this.#actAs(plan);
      const object = this.#s3.version(principal, plan.bucket, key, versionId);
      if (object) this.#s3.tag(principal, object, { GuardDutyMalwareScanStatus: result });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#context.report(`the scan of ${key} was not tagged: ${error.message}`);
    }
  }

  #actAs({ roleArn }: PlanRecord): Principal {
    const { identities, authorizer } = this.#context;
    authorizer.require({
      principal: { kind: 'service', name: service },
      action: 'sts:AssumeRole',
      resource: roleArn,
      resourcePolicy: identities.roleByArn(roleArn)?.trust,
      mustBeAllowedByResource: true,
    });
    return identities.actAs(roleArn, 'GuardDutyMalwareProtection');
  }
}

const ruleName = (id: string): string => `DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3${id}`;

/** An id as GuardDuty makes them. */
export const newPlanId = (): string => randomBytes(10).toString('hex');

const statusOf: Readonly<Record<ScanResult, string>> = {
  NO_THREATS_FOUND: 'COMPLETED',
  THREATS_FOUND: 'COMPLETED',
  UNSUPPORTED: 'SKIPPED',
  ACCESS_DENIED: 'SKIPPED',
  FAILED: 'FAILED',
};

const resultEvent = (
  { plan, key, versionId, etag }: Scan,
  scanResultStatus: ScanResult,
  threats: readonly string[],
): EventDraft => ({
  source: 'aws.guardduty',
  'detail-type': 'GuardDuty Malware Protection Object Scan Result',
  resources: [plan.arn],
  detail: {
    schemaVersion: '1.0',
    scanStatus: statusOf[scanResultStatus],
    resourceType: 'S3_OBJECT',
    s3ObjectDetails: { bucketName: plan.bucket, objectKey: key, eTag: etag, versionId, s3Throttled: false },
    scanResultDetails: {
      scanResultStatus,
      threats: threats.length === 0 ? null : threats.map((name) => ({ name })),
    },
  },
});

const statusEvent = ({ arn, bucket }: PlanRecord, problem: string | undefined): EventDraft => ({
  source: 'aws.guardduty',
  'detail-type': `GuardDuty Malware Protection Resource Status ${problem === undefined ? 'Active' : 'Error'}`,
  resources: [arn],
  detail: {
    schemaVersion: '1.0',
    s3BucketDetails: { bucketName: bucket },
    resourceStatus: problem === undefined ? 'ACTIVE' : 'ERROR',
    statusReasons: problem === undefined ? null : [{ code: 'INSUFFICIENT_TEST_OBJECT_PERMISSIONS' }],
  },
});
