import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { FunctionName } from './function-table.ts';
import type { Functions } from './functions.ts';
import type { Mail } from './mail.ts';
import type { Messaging } from './messaging.ts';
import type { S3Key } from './s3-key.ts';
import type { Signer } from './signer.ts';
import type { Storage } from './storage.ts';

export interface PermissionsProps {
  readonly storage: Storage;
  readonly mail: Mail;
  readonly messaging: Messaging;
  readonly signer: Signer;
  readonly s3Key: S3Key;
  /** ARN of the customer key that uploads land under; undefined where there is none. */
  readonly keyArn: string | undefined;
  /** ARN pattern of the machine's executions. */
  readonly executionsArn: string;
}

/**
 * Who may do what: every statement that a function has, and the settings it works with, in one place. Hand-written,
 * because the grants of the constructs are wider than needed. No wildcard action, and nobody deletes.
 *
 * Looking for a key that may be absent takes `ListBucket` on its prefix: see `Ledger.find`.
 */
export const grantPermissions = (functions: Functions, props: PermissionsProps): void => {
  const { storage, mail, messaging, signer, s3Key, keyArn, executionsArn } = props;
  const { landing, accepted, quarantine, ledger } = storage;
  const mailSettings = { sender: mail.sender, configurationSet: mail.configurationSetName };

  functions.configure('open-request', { ledgerBucket: ledger.bucketName });
  functions.allow(
    'open-request',
    put('ClaimPeriods', ledger, 'requests/*', 'people/*', 'due/*'),
    get('ReadClaims', ledger, 'requests/*'),
    list('FindClaims', ledger, 'requests/*'),
    statement('LookAtOwners', ['states:DescribeExecution'], [executionsArn]),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );

  functions.configure('generate-upload-url', {
    ledgerBucket: ledger.bucketName,
    landingBucket: landing.bucketName,
    signerRoleArn: signer.role.roleArn,
    ...(keyArn !== undefined && { landingKeyArn: keyArn }),
  });
  functions.allow(
    'generate-upload-url',
    get('ReadRequests', ledger, 'requests/*'),
    list('FindRequests', ledger, 'requests/*'),
    put('StoreLinks', ledger, 'links/*'),
    statement('BecomeSigner', ['sts:AssumeRole'], [signer.role.roleArn]),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );

  functions.configure('email-partner', {
    ledgerBucket: ledger.bucketName,
    noticesTopicArn: messaging.notices.topicArn,
    ...mailSettings,
  });
  functions.allow(
    'email-partner',
    get('ReadWhatToSay', ledger, 'requests/*', 'links/*', 'people/*', 'findings/*', 'notifications/*'),
    list('FindWhatToSay', ledger, 'requests/*', 'links/*', 'people/*', 'findings/*', 'notifications/*'),
    put('RecordMails', ledger, 'notifications/*'),
    sendMail(mail),
    publish('PublishNotices', messaging.notices),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );

  functions.configure('register-wait', { ledgerBucket: ledger.bucketName, landingBucket: landing.bucketName });
  functions.allow(
    'register-wait',
    put('StoreTokens', ledger, 'waits/*'),
    list('FindSignals', ledger, 'signals/*'),
    get('ReadSignals', ledger, 'signals/*'),
    put('TakeSignals', ledger, 'signals/*'),
    findUploads(landing),
    completeTasks('states:SendTaskSuccess', 'states:SendTaskFailure'),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );

  functions.configure('receive-upload', {
    ledgerBucket: ledger.bucketName,
    operatorsTopicArn: messaging.operators.topicArn,
  });
  functions.allow(
    'receive-upload',
    put('RecordArrivals', ledger, 'arrivals/*'),
    get('ReadArrivalsAndWaits', ledger, 'arrivals/*', 'requests/*', 'waits/*'),
    list('FindArrivalsAndWaits', ledger, 'arrivals/*', 'requests/*', 'waits/*'),
    completeTasks('states:SendTaskSuccess'),
    publish('TellOperators', messaging.operators),
    statement('HandOverFailures', ['sqs:SendMessage'], [messaging.failedInvocations.queueArn]),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );

  functions.configure('receive-bounce', {
    ledgerBucket: ledger.bucketName,
    operatorsTopicArn: messaging.operators.topicArn,
  });
  functions.allow(
    'receive-bounce',
    put('RecordBounces', ledger, 'notifications/*', 'signals/*'),
    get('ReadMailsAndWaits', ledger, 'notifications/*', 'signals/*', 'requests/*', 'waits/*'),
    list('FindMailsAndWaits', ledger, 'notifications/*', 'signals/*', 'requests/*', 'waits/*'),
    completeTasks('states:SendTaskFailure'),
    publish('TellOperators', messaging.operators),
    statement('HandOverFailures', ['sqs:SendMessage'], [messaging.failedInvocations.queueArn]),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );

  functions.configure('look-for-upload', { ledgerBucket: ledger.bucketName, landingBucket: landing.bucketName });
  functions.allow(
    'look-for-upload',
    findUploads(landing),
    get('ReadRequests', ledger, 'requests/*'),
    list('FindRequests', ledger, 'requests/*'),
    ...s3Key.decrypt(),
  );

  functions.configure('validate-upload', { ledgerBucket: ledger.bucketName, landingBucket: landing.bucketName });
  functions.allow(
    'validate-upload',
    getVersion('ReadPinnedUploads', landing),
    get('ReadRequestsAndArrivals', ledger, 'requests/*', 'arrivals/*'),
    list('FindRequestsAndArrivals', ledger, 'requests/*', 'arrivals/*'),
    put('TakeArrivalsAndReport', ledger, 'arrivals/*', 'findings/*'),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );

  functions.configure('accept-upload', {
    ledgerBucket: ledger.bucketName,
    landingBucket: landing.bucketName,
    acceptedBucket: accepted.bucketName,
    eventBusName: messaging.bus.eventBusName,
  });
  functions.allow(
    'accept-upload',
    getVersion('ReadPinnedUploads', landing),
    put('Promote', accepted, '*'),
    get('ReadRequests', ledger, 'requests/*'),
    list('FindRequests', ledger, 'requests/*'),
    put('EndRequests', ledger, 'requests/*'),
    statement('Announce', ['events:PutEvents'], [messaging.bus.eventBusArn]),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );

  functions.configure('quarantine-upload', {
    ledgerBucket: ledger.bucketName,
    landingBucket: landing.bucketName,
    quarantineBucket: quarantine.bucketName,
  });
  functions.allow(
    'quarantine-upload',
    getVersion('ReadPinnedUploads', landing),
    put('SetAside', quarantine, '*'),
    get('ReadRequests', ledger, 'requests/*'),
    list('FindRequests', ledger, 'requests/*'),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );

  functions.configure('escalate', {
    ledgerBucket: ledger.bucketName,
    operatorsTopicArn: messaging.operators.topicArn,
    ...mailSettings,
  });
  functions.allow(
    'escalate',
    get('ReadWhatToSay', ledger, 'requests/*', 'people/*', 'findings/*', 'notifications/*'),
    list('FindWhatToSay', ledger, 'requests/*', 'people/*', 'findings/*', 'notifications/*'),
    put('RecordMails', ledger, 'notifications/*'),
    sendMail(mail),
    publish('TellOperators', messaging.operators),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );

  functions.configure('close-request', {
    ledgerBucket: ledger.bucketName,
    landingBucket: landing.bucketName,
    operatorsTopicArn: messaging.operators.topicArn,
  });
  functions.allow(
    'close-request',
    get('ReadRequestsAndArrivals', ledger, 'requests/*', 'arrivals/*'),
    list('FindRequestsAndArrivals', ledger, 'requests/*', 'arrivals/*'),
    put('EndRequests', ledger, 'requests/*', 'arrivals/*'),
    findUploads(landing),
    publish('TellOperators', messaging.operators),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );

  const rolesOf = (...names: FunctionName[]) => names.map((name) => functions.role(name));
  storage.restrictSecrets('links/', rolesOf('generate-upload-url', 'email-partner'));
  storage.restrictSecrets('waits/', rolesOf('register-wait', 'receive-upload', 'receive-bounce'));
};

const statement = (
  sid: string,
  actions: string[],
  resources: string[],
  conditions?: Record<string, Record<string, string | string[]>>,
): PolicyStatement => new PolicyStatement({ sid, actions, resources, ...(conditions && { conditions }) });

const objects = (bucket: IBucket, prefixes: string[]): string[] => prefixes.map((one) => bucket.arnForObjects(one));

const get = (sid: string, bucket: IBucket, ...prefixes: string[]): PolicyStatement =>
  statement(sid, ['s3:GetObject'], objects(bucket, prefixes));

const put = (sid: string, bucket: IBucket, ...prefixes: string[]): PolicyStatement =>
  statement(sid, ['s3:PutObject'], objects(bucket, prefixes));

const getVersion = (sid: string, bucket: IBucket): PolicyStatement =>
  statement(sid, ['s3:GetObjectVersion'], [bucket.arnForObjects('*')]);

const list = (sid: string, bucket: IBucket, ...prefixes: string[]): PolicyStatement =>
  statement(sid, ['s3:ListBucket'], [bucket.bucketArn], { StringLike: { 's3:prefix': prefixes } });

const findUploads = (landing: IBucket): PolicyStatement =>
  statement('FindUploads', ['s3:ListBucketVersions'], [landing.bucketArn]);

const publish = (sid: string, topic: ITopic): PolicyStatement => statement(sid, ['sns:Publish'], [topic.topicArn]);

/**
 * AWS's table knows no resource type for the SendTask actions, so `*` it is: the token itself names the one task.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
 */
const completeTasks = (...actions: string[]): PolicyStatement => statement('CompleteTasks', actions, ['*']);

/** The address is a condition, so that a domain identity does not let us write as anybody else. */
const sendMail = (mail: Mail): PolicyStatement =>
  statement('SendMail', ['ses:SendEmail'], [mail.identityArns, mail.configurationSetArn], {
    StringEquals: { 'ses:FromAddress': mail.sender },
  });
