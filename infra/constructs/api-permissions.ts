import type { Functions } from './functions.ts';
import type { PermissionsProps } from './permissions.ts';
import { completeTasks, findUploads, get, list, publish, put, sendMail, statement } from './statements.ts';

/**
 * Who may do what behind the API. The page's function may do nothing at all; the partner's proves links and signs uploads;
 * the operator's makes links and signs downloads. None of them reads a partner's file.
 */
export const grantApiPermissions = (functions: Functions, props: PermissionsProps): void => {
  const { storage, mail, messaging, signer, s3Key, keyArn, linkKey, pageUrl, stateMachineArn, executionsArn } = props;
  const { landing, accepted, ledger } = storage;
  const dataKey = { ...(keyArn !== undefined && { dataKeyArn: keyArn }) };

  functions.configure('answer-page', { landingBucket: landing.bucketName });

  functions.configure('answer-partner', {
    ledgerBucket: ledger.bucketName,
    landingBucket: landing.bucketName,
    signerRoleArn: signer.role.roleArn,
    readerRoleArn: signer.reportReader.roleArn,
    linkKeyArn: linkKey.arn,
    operatorsTopicArn: messaging.operators.topicArn,
    sender: mail.sender,
    configurationSet: mail.configurationSetName,
    ...dataKey,
  });
  functions.allow(
    'answer-partner',
    statement('ProveLinks', ['kms:VerifyMac'], [linkKey.arn]),
    get('ReadDeliveries', ledger, ...readByPartners),
    // Which attempts there were is told by the keys of issues; what was issued is not for the API to read.
    list('FindDeliveries', ledger, ...readByPartners, 'links/*'),
    put('RecordUploadsAndWords', ledger, 'grants/*', 'openings/*', 'uploads/*', 'signals/*', 'notifications/*'),
    findUploads(landing),
    statement('BecomeSigner', ['sts:AssumeRole'], [signer.role.roleArn]),
    statement('BecomeReportReader', ['sts:AssumeRole'], [signer.reportReader.roleArn]),
    completeTasks('states:SendTaskFailure'),
    sendMail(mail),
    publish('TellOperators', messaging.operators),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );
  linkKey.allow('VerifyLinks', 'kms:VerifyMac', [functions.role('answer-partner')]);

  functions.configure('answer-operator', {
    ledgerBucket: ledger.bucketName,
    acceptedBucket: accepted.bucketName,
    readerRoleArn: signer.reader.roleArn,
    linkKeyArn: linkKey.arn,
    stateMachineArn,
    pageUrl,
    ...dataKey,
  });
  functions.allow(
    'answer-operator',
    get('ReadRequests', ledger, ...readByOperators),
    // Which attempts there were is told by the keys of issues; what was issued is not for the API to read.
    list('FindRequests', ledger, ...readByOperators, 'links/*', 'due/*'),
    put('RecordOrders', ledger, 'requests/*', 'signals/*', 'grants/*', 'pauses/*', 'addresses/*'),
    statement('MakeLinkSecrets', ['kms:GenerateMac'], [linkKey.arn]),
    statement('BecomeReader', ['sts:AssumeRole'], [signer.reader.roleArn]),
    statement('StartRequests', ['states:StartExecution'], [stateMachineArn]),
    statement('LookAtOwners', ['states:DescribeExecution'], [executionsArn]),
    statement('RedriveRequests', ['states:RedriveExecution'], [executionsArn]),
    completeTasks('states:SendTaskFailure'),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );
  linkKey.allow('MakeLinks', 'kms:GenerateMac', [functions.role('email-partner'), functions.role('answer-operator')]);
};

/** What an order needs, and what a timeline tells. */
const readByOperators = [
  'requests/*',
  'signals/*',
  'waits/*',
  'openings/*',
  'arrivals/*',
  'notifications/*',
  'findings/*',
  'pauses/*',
  'addresses/*',
  'history/*',
];

/** What a page shows, and what a partner's word needs. */
const readByPartners = [
  'requests/*',
  'grants/*',
  'uploads/*',
  'findings/*',
  'people/*',
  'signals/*',
  'waits/*',
  'notifications/*',
];
