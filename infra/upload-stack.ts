import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Feed } from '../core/feed.ts';
import type { StageConfig } from './config.ts';
import { Arrivals } from './constructs/arrivals.ts';
import { Functions } from './constructs/functions.ts';
import { Mail } from './constructs/mail.ts';
import { Messaging } from './constructs/messaging.ts';
import { grantPermissions } from './constructs/permissions.ts';
import { Schedules } from './constructs/schedules.ts';
import { Signer } from './constructs/signer.ts';
import { Storage } from './constructs/storage.ts';
import { Workflow, workflowArns } from './constructs/workflow.ts';

export interface UploadStackProps extends StackProps {
  readonly config: StageConfig;
  readonly feeds: readonly Feed[];
  /** Folder with the bundled code of a function. */
  readonly codeOf: (handler: string) => string;
}

/** One deployment of Airlock: storage, functions, workflow, what starts it and what it tells. */
export class UploadStack extends Stack {
  constructor(scope: Construct, id: string, { config, feeds, codeOf, ...props }: UploadStackProps) {
    super(scope, id, { description: 'Airlock: scheduled file deliveries from partners', ...props });
    const arns = workflowArns(this, config);

    const storage = new Storage(this, 'Storage', config);
    const mail = new Mail(this, 'Mail', config);
    const messaging = new Messaging(this, 'Messaging', config);
    const functions = new Functions(this, 'Functions', { config, codeOf });
    const signer = new Signer(this, 'Signer', {
      landing: storage.landing,
      trusted: functions.role('generate-upload-url'),
    });
    grantPermissions(functions, {
      storage,
      mail,
      messaging,
      signer,
      stateMachineArn: arns.machine,
      executionsArn: arns.executions,
    });
    const workflow = new Workflow(this, 'Workflow', { config, functions, messaging });
    new Arrivals(this, 'Arrivals', { landing: storage.landing, functions, messaging });
    const schedules = new Schedules(this, 'Schedules', { config, feeds, stateMachineArn: arns.machine, messaging });
    schedules.node.addDependency(workflow);

    const outputs = {
      StateMachineArn: workflow.arn,
      LandingBucketName: storage.landing.bucketName,
      AcceptedBucketName: storage.accepted.bucketName,
      QuarantineBucketName: storage.quarantine.bucketName,
      LedgerBucketName: storage.ledger.bucketName,
      ArchiveBucketName: storage.archive.bucketName,
      EventBusName: messaging.bus.eventBusName,
      OperatorsTopicArn: messaging.operators.topicArn,
      ScheduleGroupName: `airlock-${config.stage}`,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
