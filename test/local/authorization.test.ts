import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeKeyCommand, GetKeyRotationStatusCommand, KMSClient } from '@aws-sdk/client-kms';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { GetScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses';
import {
  GetAccountCommand,
  GetEmailIdentityCommand,
  GetSuppressedDestinationCommand,
  SESv2Client,
} from '@aws-sdk/client-sesv2';
import {
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  DeleteStateMachineAliasCommand,
  DeleteStateMachineCommand,
  DeleteStateMachineVersionCommand,
  DescribeExecutionCommand,
  DescribeStateMachineAliasCommand,
  DescribeStateMachineCommand,
  type DescribeStateMachineOutput,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachineAliasesCommand,
  ListStateMachinesCommand,
  ListStateMachineVersionsCommand,
  PublishStateMachineVersionCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  TestStateCommand,
  UpdateStateMachineAliasCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { Airlock } from '../support/airlock.ts';

/** Which actions each operation needs, as AWS publishes it. */
const { operations }: { operations: Record<string, string[]> } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../support/service-authorization.json'), 'utf8'),
);

/** Operations that the runtime does only inside, for a service: seen in the journeys. */
const inside = ['kms.', 'logs.', 'xray.', 'sts.AssumeRole', 's3.UploadPart'];

/** Operations on machines, versions and aliases: on one that there is, and on none where it would be gone. */
const machineCalls = (
  { sfn, alone }: { sfn: SFNClient; alone: SFNClient },
  { stateMachineArn = '', definition = '', roleArn = '' }: DescribeStateMachineOutput,
): Record<string, () => Promise<unknown>> => {
  const stateMachineAliasArn = `${stateMachineArn}:nobody`;
  const stateMachineVersionArn = `${stateMachineArn}:99`;
  const routingConfiguration = [{ stateMachineVersionArn, weight: 100 }];
  const state = JSON.stringify({ QueryLanguage: 'JSONata', Type: 'Succeed' });
  return {
    'states.CreateStateMachine': () => sfn.send(new CreateStateMachineCommand({ name: 'made', definition, roleArn })),
    'states.UpdateStateMachine': () => sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition })),
    'states.DeleteStateMachine': () =>
      sfn.send(new DeleteStateMachineCommand({ stateMachineArn: `${stateMachineArn}x` })),
    'states.DescribeStateMachine': () => sfn.send(new DescribeStateMachineCommand({ stateMachineArn })),
    'states.ListStateMachines': () => sfn.send(new ListStateMachinesCommand({})),
    'states.ValidateStateMachineDefinition': () => sfn.send(new ValidateStateMachineDefinitionCommand({ definition })),
    'states.TestState': () => alone.send(new TestStateCommand({ definition: state })),
    'states.PublishStateMachineVersion': () => sfn.send(new PublishStateMachineVersionCommand({ stateMachineArn })),
    'states.ListStateMachineVersions': () => sfn.send(new ListStateMachineVersionsCommand({ stateMachineArn })),
    'states.DeleteStateMachineVersion': () =>
      sfn.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn })),
    'states.CreateStateMachineAlias': () =>
      sfn.send(new CreateStateMachineAliasCommand({ name: 'live', routingConfiguration })),
    'states.DescribeStateMachineAlias': () => sfn.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn })),
    'states.UpdateStateMachineAlias': () =>
      sfn.send(new UpdateStateMachineAliasCommand({ stateMachineAliasArn, description: 'x' })),
    'states.ListStateMachineAliases': () => sfn.send(new ListStateMachineAliasesCommand({ stateMachineArn })),
    'states.DeleteStateMachineAlias': () => sfn.send(new DeleteStateMachineAliasCommand({ stateMachineAliasArn })),
  };
};

describe('every operation that the runtime serves asks for the actions that AWS publishes', () => {
  let airlock: Airlock;
  let calls: Record<string, () => Promise<unknown>>;
  beforeAll(async () => {
    airlock = await Airlock.start();
    const execution = await airlock.open('acme/orders');
    const client = airlock.client;
    const stateMachineArn = airlock.status.outputs.StateMachineArn;
    const Bucket = airlock.bucket('Accepted');
    const { VersionId } = await airlock.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    const CopySource = `${Bucket}/a`;
    const encryption = await airlock.s3.send(new GetBucketEncryptionCommand({ Bucket }));
    const KeyId =
      encryption.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID;
    const QueueUrl = `${airlock.status.endpoint}/000000000000/airlock-dev-failed-starts`;
    const { s3, sfn } = airlock;
    const [sns, sqs, ses, sesv2] = [
      new SNSClient(client),
      new SQSClient(client),
      new SESClient(client),
      new SESv2Client(client),
    ];
    const [kms, events, lambda] = [new KMSClient(client), new EventBridgeClient(client), new LambdaClient(client)];
    const [scheduler, cloudwatch] = [new SchedulerClient(client), new CloudWatchClient(client)];
    const scheduled = (await airlock.history(execution)).findLast(({ type }) => type === 'TaskScheduled');
    const taskToken = JSON.parse(scheduled?.taskScheduledEventDetails?.parameters ?? '{}').Payload.token;
    calls = {
      's3.PutObject': () => s3.send(new PutObjectCommand({ Bucket, Key: 'b', Body: 'x' })),
      's3.GetObject': () => s3.send(new GetObjectCommand({ Bucket, Key: 'a' })),
      's3.GetObject?versionId': () => s3.send(new GetObjectCommand({ Bucket, Key: 'a', VersionId })),
      's3.HeadObject': () => s3.send(new HeadObjectCommand({ Bucket, Key: 'a' })),
      's3.HeadObject?versionId': () => s3.send(new HeadObjectCommand({ Bucket, Key: 'a', VersionId })),
      's3.CopyObject': () => s3.send(new CopyObjectCommand({ Bucket, Key: 'c', CopySource })),
      's3.CopyObject?sourceVersionId': () =>
        s3.send(new CopyObjectCommand({ Bucket, Key: 'd', CopySource: `${CopySource}?versionId=${VersionId}` })),
      's3.ListObjectsV2': () => s3.send(new ListObjectsV2Command({ Bucket })),
      's3.ListObjects': () => s3.send(new ListObjectsCommand({ Bucket })),
      's3.DeleteObject': () => s3.send(new DeleteObjectCommand({ Bucket, Key: 'none' })),
      's3.DeleteObject?versionId': () => s3.send(new DeleteObjectCommand({ Bucket, Key: 'none', VersionId })),
      's3.DeleteObjects': () => s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'none' }] } })),
      's3.ListObjectVersions': () => s3.send(new ListObjectVersionsCommand({ Bucket })),
      's3.GetBucketVersioning': () => s3.send(new GetBucketVersioningCommand({ Bucket })),
      's3.GetBucketPolicy': () => s3.send(new GetBucketPolicyCommand({ Bucket })),
      's3.GetBucketEncryption': () => s3.send(new GetBucketEncryptionCommand({ Bucket })),
      's3.GetBucketCors': () => s3.send(new GetBucketCorsCommand({ Bucket })),
      's3.GetPublicAccessBlock': () => s3.send(new GetPublicAccessBlockCommand({ Bucket })),
      's3.GetObjectLockConfiguration': () =>
        s3.send(new GetObjectLockConfigurationCommand({ Bucket: airlock.bucket('Archive') })),
      'states.StartExecution': () => sfn.send(new StartExecutionCommand({ stateMachineArn, input: '{}' })),
      'states.DescribeExecution': () => sfn.send(new DescribeExecutionCommand({ executionArn: execution })),
      'states.GetExecutionHistory': () => sfn.send(new GetExecutionHistoryCommand({ executionArn: execution })),
      'states.ListExecutions': () => sfn.send(new ListExecutionsCommand({ stateMachineArn })),
      'states.SendTaskFailure': () => sfn.send(new SendTaskFailureCommand({ taskToken, error: 'X' })),
      'states.SendTaskSuccess': () => sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' })),
      'states.StopExecution': () => sfn.send(new StopExecutionCommand({ executionArn: execution })),
      ...machineCalls({ sfn, alone: new SFNClient({ ...client, disableHostPrefix: true }) }, await airlock.machine()),
      'lambda.Invoke': () => lambda.send(new InvokeCommand({ FunctionName: 'airlock-dev-open-request' })),
      'kms.DescribeKey': () => kms.send(new DescribeKeyCommand({ KeyId })),
      'kms.GetKeyRotationStatus': () => kms.send(new GetKeyRotationStatusCommand({ KeyId })),
      'sns.Publish': () =>
        sns.send(new PublishCommand({ TopicArn: airlock.status.outputs.OperatorsTopicArn, Message: 'x' })),
      'sqs.SendMessage': () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' })),
      'sqs.ReceiveMessage': () => sqs.send(new ReceiveMessageCommand({ QueueUrl })),
      'sqs.DeleteMessage': () => sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'x' })),
      'sqs.GetQueueAttributes': () => sqs.send(new GetQueueAttributesCommand({ QueueUrl })),
      'events.PutEvents': () =>
        events.send(new PutEventsCommand({ Entries: [{ Source: 'me', DetailType: 'x', Detail: '{}' }] })),
      'ses.SendEmail': () =>
        ses.send(
          new SendEmailCommand({
            Source: 'airlock@example.com',
            Destination: { ToAddresses: ['a@b.example'] },
            Message: { Subject: { Data: 'x' }, Body: { Text: { Data: 'x' } } },
          }),
        ),
      'sesv2.GetAccount': () => sesv2.send(new GetAccountCommand({})),
      'sesv2.GetEmailIdentity': () => sesv2.send(new GetEmailIdentityCommand({ EmailIdentity: 'airlock@example.com' })),
      'sesv2.GetSuppressedDestination': () =>
        sesv2.send(new GetSuppressedDestinationCommand({ EmailAddress: 'a@b.example' })),
      'scheduler.ListSchedules': () => scheduler.send(new ListSchedulesCommand({})),
      'scheduler.GetSchedule': () =>
        scheduler.send(new GetScheduleCommand({ Name: 'acme_orders', GroupName: 'airlock-dev' })),
      'cloudwatch.DescribeAlarms': () => cloudwatch.send(new DescribeAlarmsCommand({})),
    };
  });
  afterAll(() => airlock.stop());

  it.each(
    Object.entries(operations).filter(
      ([name]) => !inside.some((one) => name.startsWith(one)) || name.startsWith('kms.Desc'),
    ),
  )('%s asks for %j', async (operation, actions) => {
    const call = calls[operation];
    expect(call).toBeDefined();
    await airlock.settle();
    await airlock.takeCalls();
    await call?.().catch((error: Error) =>
      expect(error.name).toMatch(/NoSuch|NotFound|TimedOut|InvalidToken|AlreadyExists/),
    );
    const asked = Object.keys(await airlock.takeCalls())
      .filter((line) => line.startsWith('root '))
      .map((line) => line.slice(5));
    // Under a customer key S3 asks for that as well, and is tried by the journeys.
    expect(asked.filter((action) => !/^kms:(Decrypt|GenerateDataKey)$/.test(action)).sort()).toEqual(
      [...actions].sort(),
    );
  });
});
