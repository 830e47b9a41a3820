import { Duration } from 'aws-cdk-lib';
import { AccountRootPrincipal, type IRole, Policy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { S3Key } from './s3-key.ts';

/** Who may sign, and where uploads land. */
export interface SignerProps {
  readonly landing: IBucket;
  readonly s3Key: S3Key;
  readonly trusted: IRole;
}

/**
 * The role behind every upload URL. It can put objects into the landing bucket and nothing else; each session is
 * narrowed further to one key. Taking its permission away kills every URL that is out.
 */
export class Signer extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { landing, s3Key, trusted }: SignerProps) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      description: 'Signs upload URLs; assumed with a session policy for one key',
      // The account, narrowed to one role: so that role's own policy must allow it as well.
      assumedBy: new AccountRootPrincipal().withConditions({ ArnEquals: { 'aws:PrincipalArn': trusted.roleArn } }),
      maxSessionDuration: Duration.hours(1),
    });
    new Policy(this, 'Policy', {
      roles: [this.role],
      statements: [
        new PolicyStatement({ sid: 'PutUploads', actions: ['s3:PutObject'], resources: [landing.arnForObjects('*')] }),
        ...s3Key.encrypt(),
      ],
    });
  }
}
