import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { UploadWorkflow, type UploadWorkflowProps } from './upload-workflow.ts';

/**
 * What cfn-lint is wrong about here: its schema of state machines knows no JSONata in TimeoutSeconds (E3601; asl-validator
 * and the embedded runtime do), and CDK itself makes functions depend on the roles that they name (W3005).
 */
const notForUs = ['E3601', 'W3005'];

/** A stack of its own for one deployment, and what others need to know of it. */
export class UploadStack extends Stack {
  constructor(scope: Construct, id: string, props: UploadWorkflowProps & StackProps) {
    super(scope, id, { description: 'Airlock: scheduled file deliveries from partners', ...props });
    const { storage, messaging, api, stateMachineArn, auditorRoleArn, config } = new UploadWorkflow(
      this,
      'Airlock',
      props,
    );
    this.templateOptions.metadata = { 'cfn-lint': { config: { ignore_checks: notForUs } } };
    Tags.of(this).add('airlock:stage', config.stage);
    const outputs = {
      Stage: config.stage,
      SenderAddress: config.sender,
      ...(config.pageOrigin !== undefined && { PageOrigin: config.pageOrigin }),
      ...(config.recordUserAgents !== undefined && { UserAgentTrail: config.recordUserAgents }),
      PageUrl: api.url,
      ApiArn: api.executeArn,
      StateMachineArn: stateMachineArn,
      LandingBucketName: storage.landing.bucketName,
      AcceptedBucketName: storage.accepted.bucketName,
      QuarantineBucketName: storage.quarantine.bucketName,
      LedgerBucketName: storage.ledger.bucketName,
      ArchiveBucketName: storage.archive.bucketName,
      EventBusName: messaging.bus.eventBusName,
      ...(auditorRoleArn !== undefined && { AuditorRoleArn: auditorRoleArn }),
      OperatorsTopicArn: messaging.operators.topicArn,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
