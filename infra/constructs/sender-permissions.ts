import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Functions } from './functions.ts';
import type { PermissionsProps } from './permissions.ts';
import { put, statement } from './statements.ts';

/** Who may do what about CloudTrail's data events, where it is recorded which program sent an upload. */
export const grantSenderPermissions = (
  functions: Functions,
  { storage, messaging, s3Key }: PermissionsProps,
  endedRuns: IQueue,
): void => {
  functions.configure('receive-trail', { ledgerBucket: storage.ledger.bucketName });
  functions.allow(
    'receive-trail',
    put('RecordSenders', storage.ledger, 'senders/*'),
    statement('HandOverFailures', ['sqs:SendMessage'], [messaging.failedInvocations.queueArn]),
    ...s3Key.encrypt(),
  );
  functions.allow(
    'archive-execution',
    statement(
      'TakeEndedRuns',
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      [endedRuns.queueArn],
    ),
  );
};
