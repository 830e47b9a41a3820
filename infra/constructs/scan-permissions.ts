import type { Functions } from './functions.ts';
import type { PermissionsProps } from './permissions.ts';
import { completeTasks, get, list, publish, put, statement } from './statements.ts';

/** Who may do what about the malware scan, where uploads are scanned. */
export const grantScanPermissions = (functions: Functions, props: PermissionsProps): void => {
  const { storage, messaging, s3Key } = props;
  const { landing, ledger } = storage;

  functions.configure('receive-scan', {
    ledgerBucket: ledger.bucketName,
    operatorsTopicArn: messaging.operators.topicArn,
  });
  functions.allow(
    'receive-scan',
    put('RecordScans', ledger, 'scans/*'),
    get('ReadScansAndWaits', ledger, 'scans/*', 'waits/*'),
    list('FindScansAndWaits', ledger, 'scans/*', 'waits/*'),
    completeTasks('states:SendTaskSuccess', 'states:SendTaskFailure'),
    publish('TellOperators', messaging.operators),
    statement('HandOverFailures', ['sqs:SendMessage'], [messaging.failedInvocations.queueArn]),
    ...s3Key.decrypt(),
    ...s3Key.encrypt(),
  );

  functions.configure('validate-upload', { malwareScan: 'on' });

  functions.allow(
    'register-wait',
    put('RecordScans', ledger, 'scans/*'),
    get('ReadScans', ledger, 'scans/*'),
    list('FindScans', ledger, 'scans/*'),
    statement('ReadScanTags', ['s3:GetObjectVersionTagging'], [landing.arnForObjects('*')]),
  );

  functions.configure('quarantine-upload', { malwareScan: 'on' });
  functions.allow(
    'quarantine-upload',
    get('ReadScans', ledger, 'scans/*', 'findings/*'),
    list('FindScans', ledger, 'scans/*', 'findings/*'),
    put('ReportScans', ledger, 'findings/*'),
  );
};
