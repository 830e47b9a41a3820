import { Stack, Validations } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { workflowFunctions } from '../constructs/workflow.ts';
import type { UploadWorkflowParts } from '../upload-workflow.ts';

/**
 * Findings that are right about the template and wrong about us, each with its reason. A test proves that every one
 * still matches a finding: what is mended must leave this list.
 */
export const acknowledgeFindings = (parts: UploadWorkflowParts): void => {
  const { api, storage, mail, messaging, functions, signer, workflow, executionsArn, scan, senders, auditor } = parts;
  const { ledger, landing, accepted, quarantine, archive } = storage;

  acknowledge(storage, 'AwsSolutions::AwsSolutions-S1', accessLogs);
  acknowledge(messaging, 'AwsSolutions::AwsSolutions-SQS3', isDeadLetterQueue);
  acknowledge(messaging, 'Serverless::Serverless-SQSRedrivePolicy', isDeadLetterQueue);
  acknowledge(functions, 'Serverless::Serverless-LambdaDLQ', invokedSynchronously);
  acknowledge(api, 'AwsSolutions::AwsSolutions-APIG4', authorisedByLink);

  const wildcard = (at: IConstruct, resource: string, reason: string) =>
    acknowledge(at, `AwsSolutions::AwsSolutions-IAM5[Resource::${nameOf(at, resource)}]`, reason);
  const objects = (at: IConstruct, bucket: IBucket, prefix: string, reason: string) =>
    wildcard(at, bucket.arnForObjects(`${prefix}*`), reason);

  for (const [prefix, reason] of Object.entries(ledgerPrefixes)) objects(functions, ledger, prefix, reason);
  if (scan) {
    objects(functions, ledger, 'scans/', 'one document per scanned version');
    objects(scan, landing, '', 'scans every upload: keys are made per attempt');
    wildcard(scan, scan.managedRule, 'GuardDuty names its rule itself, and only it may manage it');
  }
  if (senders) acknowledge(senders, 'Serverless::Serverless-LambdaEventSourceMappingDestination', hasRedrivePolicy);
  if (senders?.trail) acknowledge(senders.trail, 'AwsSolutions::AwsSolutions-S1', logsThemselves);
  if (auditor) {
    objects(auditor, archive, '', 'reads all evidence, and nothing else is there');
    objects(auditor, ledger, 'chains/', 'one document per feed');
    wildcard(auditor, executionsArn, 'reads histories of this machine only');
  }
  objects(functions, landing, '', 'reads the pinned version of any upload: keys are made per attempt');
  objects(functions, accepted, '', 'promotes to a key per period; the bucket is for nothing else');
  objects(functions, archive, '', 'keeps evidence under keys of runs; the bucket is for nothing else, and locked');
  objects(functions, quarantine, '', 'sets aside under the key of the upload; the bucket is for nothing else');
  const narrowed = 'each session is narrowed to one key by its session policy';
  for (const bucket of [landing, accepted]) objects(signer, bucket, '', narrowed);
  objects(signer, ledger, 'findings/', narrowed);
  wildcard(functions, '*', 'X-Ray and the SendTask actions have no narrower resource');
  wildcard(
    functions,
    mail.identityArns,
    'in its sandbox SES asks for the recipients’ identities too; a condition pins the sender',
  );
  wildcard(
    functions,
    executionsArn,
    'asks after the execution that holds a period, redrives, reads histories: executions of this machine only',
  );
  wildcard(workflow, '*', 'log delivery and X-Ray have no narrower resource');
  for (const name of workflowFunctions) {
    wildcard(workflow, `${functions.get(name).functionArn}:*`, 'waiting executions call the version they started with');
  }
};

const accessLogs =
  'access logs write down query strings, and a presigned URL is a bearer secret; CloudTrail data events tell the same without it';
const logsThemselves = 'it holds logs of CloudTrail, which has digests of its own to tell what was changed';
const hasRedrivePolicy =
  'a mapping from SQS takes no destination: what fails goes to the dead-letter queue of the queue itself';
const authorisedByLink =
  'routes behind a link prove its secret before they read anything, and the page itself is the same for everybody';
const isDeadLetterQueue =
  'it is a dead-letter queue itself: of schedules, rules and functions, which the rule does not see';
const invokedSynchronously =
  'the state machine and the API call them synchronously and retry; those that events call have an on-failure destination';

/** What lies under each prefix of the ledger that functions name with a wildcard. */
const ledgerPrefixes = {
  'requests/': 'one document per request',
  'people/': 'one document per person',
  'due/': 'one mark per request and date',
  'skipped/': 'one document per period that nothing was asked for',
  'addresses/': 'one document per contact whose mail came back',
  'pauses/': 'one document per feed that was ever paused',
  'watch/': 'what the watchdog knows',
  'archived/': 'one mark per end of a run',
  'links/': 'one document per issue; the bucket denies all other roles',
  'grants/': 'one document per link, without its secret',
  'openings/': 'one document per link that was opened',
  'senders/': 'one document per upload',
  'uploads/': 'one document per announced file',
  'history/': 'one document per feed',
  'chains/': 'one document per feed',
  'findings/': 'one report per attempt',
  'notifications/': 'one record per mail',
  'waits/': 'one document per wait; the bucket denies all other roles',
  'signals/': 'one document per signal',
  'arrivals/': 'one document per upload',
};

const acknowledge = (at: IConstruct, id: string, reason: string): void =>
  Validations.of(at).acknowledge({ id, reason });

/** How a finding writes an ARN: references as `<LogicalId.Arn>`. */
const nameOf = (scope: IConstruct, arn: string): string => flatten(Stack.of(scope).resolve(arn));

const flatten = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument] = ['', '']] = Object.entries(value);
  if (name === 'Ref') return `<${argument}>`;
  if (name === 'Fn::GetAtt') return `<${[argument].flat().join('.')}>`;
  const [separator, parts]: [string, unknown[]] = argument;
  return parts.map(flatten).join(separator);
};
