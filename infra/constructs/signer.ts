import { Duration } from 'aws-cdk-lib';
import { AccountRootPrincipal, type IRole, Policy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** Who may sign, and where uploads land. */
export interface SignerProps {
  readonly landing: IBucket;
  readonly trusted: IRole;
}

/**
 * The role behind every upload URL. It can put objects into the landing bucket and nothing else; each session is
 * narrowed further to one key. Taking its permission away kills every URL that is out.
 */
export class Signer extends Construct {
  readonly roleArn: string;

  constructor(scope: Construct, id: string, { landing, trusted }: SignerProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      description: 'Signs upload URLs; assumed with a session policy for one key',
      // The account, narrowed to one role: so that role's own policy must allow it as well.
      assumedBy: new AccountRootPrincipal().withConditions({ ArnEquals: { 'aws:PrincipalArn': trusted.roleArn } }),
      maxSessionDuration: Duration.hours(1),
    });
    this.roleArn = role.roleArn;
    new Policy(this, 'Policy', {
      roles: [role],
      statements: [
        new PolicyStatement({ sid: 'PutUploads', actions: ['s3:PutObject'], resources: [landing.arnForObjects('*')] }),
      ],
    });
  }
}
