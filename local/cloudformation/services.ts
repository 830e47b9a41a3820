import type { HttpApis } from '../apigateway/http-apis.ts';
import type { CloudTrail } from '../cloudtrail/cloudtrail.ts';
import type { CloudWatch } from '../cloudwatch/cloudwatch.ts';
import type { EventBuses } from '../events/buses.ts';
import type { GuardDuty } from '../guardduty/guardduty.ts';
import type { Kms } from '../kms/kms.ts';
import type { EventSources } from '../lambda/event-sources.ts';
import type { Lambda } from '../lambda/lambda.ts';
import type { S3 } from '../s3/s3.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { Ses } from '../ses/ses.ts';
import type { Sns } from '../sns/sns.ts';
import type { Sqs } from '../sqs/sqs.ts';
import type { States } from '../states/states.ts';
import type { XRay } from '../xray/xray.ts';

/** The services that resources are made in. */
export interface Services {
  readonly s3: S3;
  readonly sqs: Sqs;
  readonly sns: Sns;
  readonly ses: Ses;
  readonly buses: EventBuses;
  readonly lambda: Lambda;
  readonly eventSources: EventSources;
  readonly states: States;
  readonly scheduler: Scheduler;
  readonly kms: Kms;
  readonly cloudwatch: CloudWatch;
  readonly xray: XRay;
  readonly httpApis: HttpApis;
  readonly guardduty: GuardDuty;
  readonly cloudtrail: CloudTrail;
}
