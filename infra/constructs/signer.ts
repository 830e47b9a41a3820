import { Duration } from 'aws-cdk-lib';
import { AccountRootPrincipal, type IRole, Policy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { S3Key } from './s3-key.ts';

/** Who may sign, and what. */
export interface SignerProps {
  readonly landing: IBucket;
  readonly accepted: IBucket;
  readonly ledger: IBucket;
  readonly s3Key: S3Key;
  /** Who signs uploads. */
  readonly uploaders: readonly IRole[];
  /** Who signs downloads. */
  readonly downloaders: readonly IRole[];
  /** Those that may sign downloads of reports only. */
  readonly reportDownloaders: readonly IRole[];
}

/**
 * The roles behind every presigned URL. One can put objects into the landing bucket, in one piece or in parts, the other
 * can get accepted files and findings; each session is narrowed further to one key. Taking a role's permission away kills
 * every URL of its kind that is out.
 */
export class Signer extends Construct {
  readonly role: Role;
  readonly reader: Role;
  /** As the reader, for reports alone. */
  readonly reportReader: Role;

  constructor(
    scope: Construct,
    id: string,
    { landing, accepted, ledger, s3Key, uploaders, downloaders, reportDownloaders }: SignerProps,
  ) {
    super(scope, id);
    this.role = this.#role('Role', 'Signs upload URLs; assumed with a session policy for one key', uploaders);
    new Policy(this, 'Policy', {
      roles: [this.role],
      statements: [
        new PolicyStatement({
          sid: 'PutUploads',
          actions: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
          resources: [landing.arnForObjects('*')],
        }),
        // Parts are read back as they are assembled.
        ...s3Key.decrypt(),
        ...s3Key.encrypt(),
      ],
    });
    this.reader = this.#role('Reader', 'Signs download URLs; assumed with a session policy for one key', downloaders);
    new Policy(this, 'ReaderPolicy', {
      roles: [this.reader],
      statements: [
        new PolicyStatement({
          sid: 'GetResults',
          actions: ['s3:GetObject'],
          resources: [accepted.arnForObjects('*'), ledger.arnForObjects('findings/*')],
        }),
        ...s3Key.decrypt(),
      ],
    });
    this.reportReader = this.#role(
      'ReportReader',
      'Signs download URLs of findings; assumed with a session policy for one key',
      reportDownloaders,
    );
    new Policy(this, 'ReportReaderPolicy', {
      roles: [this.reportReader],
      statements: [
        new PolicyStatement({
          sid: 'GetReports',
          actions: ['s3:GetObject'],
          resources: [ledger.arnForObjects('findings/*')],
        }),
        ...s3Key.decrypt(),
      ],
    });
  }

  #role(id: string, description: string, trusted: readonly IRole[]): Role {
    return new Role(this, id, {
      description,
      // The account, narrowed to named roles: so that their own policies must allow it as well.
      assumedBy: new AccountRootPrincipal().withConditions({
        ArnEquals: { 'aws:PrincipalArn': trusted.map((role) => role.roleArn) },
      }),
      maxSessionDuration: Duration.hours(1),
    });
  }
}
