import type { FunctionName } from './function-table.ts';
import type { Functions } from './functions.ts';
import type { LinkKey } from './link-key.ts';
import type { Mail } from './mail.ts';
import type { Messaging } from './messaging.ts';
import type { S3Key } from './s3-key.ts';
import type { Signer } from './signer.ts';
import { completeTasks, findUploads, get, getVersion, list, publish, put, sendMail, statement } from './statements.ts';
import type { Storage } from './storage.ts';

export interface PermissionsProps {
  readonly storage: Storage;
  readonly mail: Mail;
  readonly messaging: Messaging;
  readonly signer: Signer;
  readonly s3Key: S3Key;
  /** ARN of the customer key that uploads land under; undefined where there is none. */
  readonly keyArn: string | undefined;
  readonly linkKey: LinkKey;
  /** What links begin with. */
  readonly pageUrl: string;
  /** ARN pattern of the machine's executions. */
  readonly executionsArn: string;
  readonly stateMachineArn: string;
  /** Of the key that executions' data is encrypted with; undefined where it is Step Functions' own. */
  readonly workflowKeyArn: string | undefined;
}

/** What a pack of evidence is made of; never `waits/` and `links/`. */
const readForEvidence = [
  'requests/*',
  'openings/*',
  'arrivals/*',
  'senders/*',
  'findings/*',
  'notifications/*',
  'signals/*',
  'chains/*',
];

/**
 * Who may do what: every statement that a function has, and the settings it works with, in one place. Hand-written,
 * because the grants of the constructs are wider than needed. No wildcard action, and nobody deletes.
 *
 * Looking for a key that may be absent takes `ListBucket` on its prefix: see `Ledger.find`.
 */
export const grantPermissions = (functions: Functions, props: PermissionsProps): void => {
  const { storage, mail, messaging, signer, s3Key, keyArn, linkKey, pageUrl, executionsArn, stateMachineArn } = props;
  const { workflowKeyArn } = props;
  const { landing, accepted, quarantine, ledger } = storage;
  const readHistories = [
    statement('ReadHistories', ['states:GetExecutionHistory'], [executionsArn]),
    ...(workflowKeyArn === undefined
      ? []
      : [
          statement('ReadEncryptedHistories', ['kms:Decrypt'], [workflowKeyArn], {
            StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': stateMachineArn },
          }),
        ]),
  ];
  const mailSettings = { sender: mail.sender, configurationSet: mail.configurationSetName };

  functions.configure('open-request', {
    ledgerBucket: ledger.bucketName,
    operatorsTopicArn: messaging.operators.topicArn,
  });
  functions.allow(
    'open-request',
    put('ClaimPeriods', ledger, 'requests/*', 'people/*', 'due/*', 'skipped/*'),
    get('ReadClaims', ledger, 'requests/*', 'pauses/*', 'history/*'),
    list('FindClaims', ledger, 'requests/*', 'pauses/*', 'history/*'),
    statement('LookAtOwners', ['states:DescribeExecution'], [executionsArn]),
    publish('TellOperators', messaging.operators),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );

  functions.configure('generate-upload-url', {
    ledgerBucket: ledger.bucketName,
    landingBucket: landing.bucketName,
    signerRoleArn: signer.role.roleArn,
    ...(keyArn !== undefined && { dataKeyArn: keyArn }),
  });
  functions.allow(
    'generate-upload-url',
    get('ReadRequests', ledger, 'requests/*'),
    list('FindRequests', ledger, 'requests/*'),
    put('StoreLinks', ledger, 'links/*', 'grants/*'),
    statement('BecomeSigner', ['sts:AssumeRole'], [signer.role.roleArn]),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );

  functions.configure('email-partner', {
    ledgerBucket: ledger.bucketName,
    noticesTopicArn: messaging.notices.topicArn,
    operatorsTopicArn: messaging.operators.topicArn,
    linkKeyArn: linkKey.arn,
    pageUrl,
    ...mailSettings,
  });
  functions.allow(
    'email-partner',
    get('ReadWhatToSay', ledger, ...readForMails),
    list('FindWhatToSay', ledger, ...readForMails),
    put('RecordMails', ledger, 'notifications/*'),
    sendMail(mail),
    statement('MakeLinkSecrets', ['kms:GenerateMac'], [linkKey.arn]),
    publish('PublishNotices', messaging.notices),
    publish('TellOperators', messaging.operators),
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

  functions.configure('revise-plan', { ledgerBucket: ledger.bucketName });
  functions.allow(
    'revise-plan',
    get('ReadExtensions', ledger, 'requests/*', 'signals/*'),
    list('FindExtensions', ledger, 'requests/*', 'signals/*'),
    put('RevisePlans', ledger, 'requests/*', 'due/*'),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );

  functions.configure('archive-execution', {
    ledgerBucket: ledger.bucketName,
    archiveBucket: storage.archive.bucketName,
  });
  functions.allow(
    'archive-execution',
    ...readHistories,
    get('ReadRequests', ledger, ...readForEvidence),
    list('FindRequests', ledger, ...readForEvidence),
    put('ExtendChains', ledger, 'chains/*', 'archived/*'),
    put('KeepEvidence', storage.archive, '*'),
    get('ReadEvidence', storage.archive, '*'),
    statement('FindEvidence', ['s3:ListBucket'], [storage.archive.bucketArn]),
    statement('HandOverFailures', ['sqs:SendMessage'], [messaging.failedInvocations.queueArn]),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );

  functions.configure('watch-starts', {
    ledgerBucket: ledger.bucketName,
    operatorsTopicArn: messaging.operators.topicArn,
  });
  functions.allow(
    'watch-starts',
    get('ReadWatch', ledger, 'watch/*'),
    list('FindStarts', ledger, 'watch/*', 'requests/*', 'skipped/*'),
    put('RecordWatch', ledger, 'watch/*'),
    publish('TellOperators', messaging.operators),
    statement('HandOverFailures', ['sqs:SendMessage'], [messaging.failedInvocations.queueArn]),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );

  functions.configure('reconcile', {
    ledgerBucket: ledger.bucketName,
    landingBucket: landing.bucketName,
    operatorsTopicArn: messaging.operators.topicArn,
    stateMachineArn,
    archiverName: functions.get('archive-execution').functionName,
    receiverName: functions.get('receive-upload').functionName,
  });
  functions.allow(
    'reconcile',
    statement('ListRuns', ['states:ListExecutions'], [stateMachineArn]),
    ...readHistories,
    findUploads(landing),
    get('ReadArrivals', ledger, 'arrivals/*', 'watch/*'),
    list('FindArrivals', ledger, 'arrivals/*', 'archived/*', 'watch/*'),
    put('RecordLook', ledger, 'watch/*'),
    statement(
      'HandOverAgain',
      ['lambda:InvokeFunction'],
      [functions.get('archive-execution').functionArn, functions.get('receive-upload').functionArn],
    ),
    publish('TellOperators', messaging.operators),
    statement('HandOverFailures', ['sqs:SendMessage'], [messaging.failedInvocations.queueArn]),
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
    put('RecordBounces', ledger, 'notifications/*', 'signals/*', 'addresses/*'),
    get('ReadMailsAndWaits', ledger, 'notifications/*', 'signals/*', 'requests/*', 'waits/*', 'addresses/*'),
    list('FindMailsAndWaits', ledger, 'notifications/*', 'signals/*', 'requests/*', 'waits/*', 'addresses/*'),
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
    get('ReadWhatIsKnown', ledger, 'requests/*', 'arrivals/*', 'uploads/*', 'history/*'),
    list('FindWhatIsKnown', ledger, 'requests/*', 'arrivals/*', 'uploads/*', 'history/*'),
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
    get('ReadRequests', ledger, 'requests/*', 'findings/*', 'history/*'),
    list('FindRequests', ledger, 'requests/*', 'findings/*', 'history/*'),
    put('EndRequests', ledger, 'requests/*', 'history/*'),
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
    eventBusName: messaging.bus.eventBusName,
  });
  functions.allow(
    'close-request',
    get('ReadRequestsAndArrivals', ledger, 'requests/*', 'arrivals/*', 'signals/*'),
    list('FindRequestsAndArrivals', ledger, 'requests/*', 'arrivals/*', 'signals/*'),
    put('EndRequests', ledger, 'requests/*', 'arrivals/*', 'signals/*'),
    findUploads(landing),
    publish('TellOperators', messaging.operators),
    statement('Announce', ['events:PutEvents'], [messaging.bus.eventBusArn]),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );
};

/** What a mail to a partner is made of. */
const readForMails = ['requests/*', 'links/*', 'people/*', 'findings/*', 'notifications/*', 'addresses/*'];

const readersOfTokens = [
  'register-wait',
  'receive-upload',
  'receive-scan',
  'receive-bounce',
  'answer-partner',
  'answer-operator',
] as const;

/** Secrets of the ledger: whoever is not named here is refused, whatever other policies say. Call when all is granted. */
export const restrictSecrets = (functions: Functions, storage: Storage): void => {
  const rolesOf = (...names: FunctionName[]) => names.map((name) => functions.role(name));
  storage.restrictSecrets('links/', rolesOf('generate-upload-url', 'email-partner'));
  storage.restrictSecrets('waits/', rolesOf(...readersOfTokens.filter((name) => functions.names.includes(name))));
};
