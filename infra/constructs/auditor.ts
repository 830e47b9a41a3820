import { Duration, Stack } from 'aws-cdk-lib';
import { ArnPrincipal, CompositePrincipal, Policy, Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { deployedName } from '../../core/deployed-names.ts';
import type { StageConfig } from '../config.ts';
import type { S3Key } from './s3-key.ts';
import { get, list, statement } from './statements.ts';
import type { Storage } from './storage.ts';

interface AuditorProps {
  readonly config: StageConfig;
  readonly storage: Storage;
  readonly s3Key: S3Key;
  readonly key: IKey | undefined;
  readonly stateMachineArn: string;
  /** ARN pattern of the machine's executions. */
  readonly executionsArn: string;
}

/**
 * A role for auditors: it reads the archive, what the ledger remembers of its newest packs, and the history of executions.
 * It can act on nothing, and sees neither partners' files nor people's addresses. Enough for `audit verify`, `audit report`,
 * and to look at executions in the Step Functions console.
 */
export class Auditor extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: AuditorProps) {
    super(scope, id);
    const { config, storage, s3Key, key, stateMachineArn, executionsArn } = props;
    const { archive, ledger } = storage;
    const stack = Stack.of(this);
    this.role = new Role(this, 'Role', {
      // Roles have one name in all regions of an account.
      roleName: deployedName(config.stage, 'auditor', stack.region),
      description: 'Reads evidence and histories of Airlock; can act on nothing',
      assumedBy: new CompositePrincipal(...config.auditors.map((arn) => new ArnPrincipal(arn))),
      maxSessionDuration: Duration.hours(8),
    });
    new Policy(this, 'Policy', {
      roles: [this.role],
      statements: [
        get('ReadEvidence', archive, '*'),
        statement('ReadLocks', ['s3:GetObjectRetention'], [archive.arnForObjects('*')]),
        statement('FindEvidence', ['s3:ListBucket', 's3:GetBucketObjectLockConfiguration'], [archive.bucketArn]),
        get('ReadChains', ledger, 'chains/*'),
        list('FindChains', ledger, 'chains/*'),
        statement('ListRuns', ['states:ListExecutions', 'states:DescribeStateMachine'], [stateMachineArn]),
        statement('ReadHistories', ['states:DescribeExecution', 'states:GetExecutionHistory'], [executionsArn]),
        statement('FindDeployment', ['cloudformation:DescribeStacks'], [stack.stackId]),
        ...s3Key.decrypt(),
        ...(config.encryptWorkflow && key
          ? [
              statement('ReadEncryptedHistories', ['kms:Decrypt'], [key.keyArn], {
                StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': stateMachineArn },
              }),
            ]
          : []),
      ],
    });
  }
}
