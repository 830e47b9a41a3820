import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Validations } from 'aws-cdk-lib';
import { reportedRules } from '../../infra/compliance/packs.ts';
import type { Settings } from '../../infra/config.ts';
import { deployedFunctions } from '../../infra/constructs/function-table.ts';
import { appWith, synthesize, templatesOf } from '../support/template.ts';

interface Finding {
  readonly ruleName: string;
  readonly acknowledgedId?: string;
  readonly acknowledgedAt?: string;
  readonly reason?: string;
}

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly metadata?: { readonly error?: string };
    readonly violations: readonly Finding[];
    readonly suppressedViolations?: readonly (Finding & { violatingConstructs: { acknowledgedAt?: string }[] })[];
  }[];
}

const reportOf = (app: App): Report =>
  JSON.parse(readFileSync(join(app.synth().directory, 'validation-report.json'), 'utf8'));

/** Ids of all acknowledgements in the tree, with the place where they stand. */
const acknowledgements = (app: App): { id: string; at: string; reason: string }[] =>
  app.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) =>
        Object.entries<unknown>(data).map(([id, reason]) => ({
          id,
          at: construct.node.path,
          reason: JSON.stringify(reason),
        })),
      ),
  );

describe.each([
  ['dev', {}],
  ['prod', { stage: 'prod', domain: 'example.org' }],
  ['aws-managed keys', { encryption: 'aws-managed' }],
  ['an existing bucket', { acceptedBucket: 'data-team-orders' }],
  ['stacks of schedules', { scheduleStacks: 3 }],
  ['an encrypted workflow', { encryptWorkflow: true }],
  ['a malware scan', { malwareScan: true }],
  ['a trail of its own', { recordUserAgents: 'new' }],
  ['a trail of the account', { recordUserAgents: 'existing' }],
  [
    'auditors and signatures',
    { auditors: ['arn:aws:iam::123456789012:root'], encryptWorkflow: true, signEvidence: true },
  ],
  ['a webhook', { webhook: 'https://orders.example.com/airlock' }],
])('the app with %s', (_, settings) => {
  const app = appWith(settings);
  const report = reportOf(app);

  it('has no finding of cdk-nag that nobody acknowledged', () => {
    const open = report.pluginReports.flatMap(({ pluginName, violations, metadata }) =>
      [...violations.map(({ ruleName }) => ruleName), ...(metadata?.error ? [metadata.error] : [])].map(
        (what) => `${pluginName}: ${what}`,
      ),
    );
    expect(open).toEqual([]);
  });

  it('is synthesized without a warning', () => {
    const said = app.synth().stacks.flatMap(({ messages }) => messages.map(({ entry }) => entry.data));
    expect(said).toEqual([]);
  });

  it('acknowledges with a reason, and nothing that is not found', () => {
    const used = new Set(
      report.pluginReports.flatMap(({ suppressedViolations = [] }) =>
        suppressedViolations.flatMap(({ acknowledgedId, acknowledgedAt, violatingConstructs }) =>
          [acknowledgedAt, ...violatingConstructs.map((one) => one.acknowledgedAt)].map(
            (at) => `${acknowledgedId} ${at}`,
          ),
        ),
      ),
    );
    const all = acknowledgements(app);
    expect(all.length).toBeGreaterThan(20);
    expect(all.filter(({ id, at }) => !used.has(`${id} ${at}`)).map(({ id }) => id)).toEqual([]);
    expect(all.filter(({ reason }) => reason.length < 20)).toEqual([]);
  });
});

describe('the regulated packs', () => {
  it('report exactly the rules that docs/security.md argues', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/security.md'), 'utf8');
    const argued = [...page.matchAll(/^\| (.*?) \| `(\w+)` \|/gm)].flatMap(([, packs = '', rule]) =>
      packs.split(', ').map((pack) => `${pack}-${rule}`),
    );
    const app = appWith({ stage: 'prod', domain: 'example.org' });
    expect(reportedRules(app)).toEqual(argued.sort());
  });
});

describe('every bucket', () => {
  const templates = synthesize({ stage: 'prod', domain: 'example.org' });
  const buckets = templates.entries('AWS::S3::Bucket');
  const denies = templates.statements('AWS::S3::BucketPolicy').map(([, statement]) => statement);

  it('is private, versioned, owned by its owner, and encrypted with the one customer key', () => {
    expect(buckets).toHaveLength(5);
    for (const [, { Properties }] of buckets) {
      expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
      expect(Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
      expect(Properties.OwnershipControls.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
      const [rule] = Properties.BucketEncryption.ServerSideEncryptionConfiguration;
      expect(rule).toMatchObject({
        BucketKeyEnabled: true,
        ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' },
      });
    }
    const keys = new Set(buckets.map(([, { Properties }]) => JSON.stringify(Properties.BucketEncryption)));
    expect(keys.size).toBe(1);
    expect([...keys][0]).toContain('AirlockEncryptionKey');
  });

  it('refuses plain HTTP and TLS below 1.2', () => {
    const conditions = denies.map(({ Condition }) => JSON.stringify(Condition));
    expect(conditions.filter((one) => one === '{"Bool":{"aws:SecureTransport":"false"}}')).toHaveLength(5);
    expect(conditions.filter((one) => one === '{"NumericLessThan":{"s3:TlsVersion":1.2}}')).toHaveLength(5);
  });

  it('keeps evidence locked, in compliance mode', () => {
    expect(templates.one('AWS::S3::Bucket', 'AirlockStorageArchive').Properties.ObjectLockConfiguration).toEqual({
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Days: 3650, Mode: 'COMPLIANCE' } },
    });
  });

  it('gives CORS for uploads to the partners’ page alone, and to one more origin that is configured', () => {
    const rulesOf = (settings: Settings) =>
      synthesize(settings).one('AWS::S3::Bucket', 'AirlockStorageLanding').Properties.CorsConfiguration.CorsRules;
    const page = { 'Fn::GetAtt': ['AirlockApiHttpApi37AE9F5B', 'ApiEndpoint'] };
    expect(rulesOf({})).toMatchObject([{ AllowedOrigins: [page], AllowedMethods: ['PUT'] }]);
    const [rule] = rulesOf({ pageOrigin: 'https://portal.example.org' });
    expect(rule.AllowedOrigins).toEqual([page, 'https://portal.example.org']);
    const others = templates.entries('AWS::S3::Bucket').filter(([id]) => !id.includes('Landing'));
    expect(others.filter(([, { Properties }]) => Properties.CorsConfiguration)).toEqual([]);
  });

  it('is not given to anybody else: its policies only deny', () => {
    expect(denies.filter(({ Effect }) => Effect !== 'Deny')).toEqual([]);
  });

  it('denies links/ and waits/ to all but their roles', () => {
    const rolesOf = (sid: string) => {
      const { Condition } = denies.find(({ Sid }) => Sid === sid) ?? {};
      const arns = JSON.stringify(Condition?.ArnNotEquals?.['aws:PrincipalArn']);
      return [...arns.matchAll(/AirlockFunctions(\w+?)Role/g)].map(([, name]) => name);
    };
    expect(rolesOf('OnlyLinksRoles')).toEqual(['GenerateUploadUrl', 'EmailPartner']);
    expect(rolesOf('OnlyWaitsRoles')).toEqual([
      'RegisterWait',
      'ReceiveUpload',
      'ReceiveBounce',
      'AnswerPartner',
      'AnswerOperator',
    ]);
  });
});

describe('the customer key', () => {
  const policyOf = (settings = {}) => synthesize(settings).one('AWS::KMS::Key', 'AirlockEncryption').Properties;

  it('rotates, can be administered, and used by the named roles through S3 alone', () => {
    const { EnableKeyRotation, KeyPolicy } = policyOf();
    expect(EnableKeyRotation).toBe(true);
    const [administer, use, ...others] = KeyPolicy.Statement;
    expect(others).toEqual([]);
    expect(administer.Action.filter((action: string) => /Encrypt|Decrypt|GenerateDataKey|Grant$/.test(action))).toEqual(
      ['kms:RevokeGrant'],
    );
    expect(use.Condition.StringEquals['kms:ViaService']['Fn::Join'][1].join('')).toMatch(/^s3\./);
    // The functions, the three roles that sign, and the account's root.
    const users = deployedFunctions().length + 4;
    expect(use.Condition.ArnLike['aws:PrincipalArn']).toHaveLength(users);
  });

  it('lets in operators that are named', () => {
    const arn = 'arn:aws:iam::123456789012:role/data-team';
    expect(JSON.stringify(policyOf({ operators: [arn] }).KeyPolicy)).toContain(arn);
  });

  it('is not there with aws-managed keys, or when one is given; tokens are never in the clear', () => {
    const managed = synthesize({ encryption: 'aws-managed' });
    const encrypting = (of: typeof managed) => of.entries('AWS::KMS::Key').filter(([id]) => id.includes('Encryption'));
    expect(encrypting(managed)).toEqual([]);
    expect(JSON.stringify(managed.statements('AWS::IAM::Policy'))).not.toMatch(/kms:(Decrypt|GenerateDataKey)/);
    const ledger = managed.one('AWS::S3::Bucket', 'AirlockStorageLedger').Properties;
    expect(JSON.stringify(ledger.BucketEncryption)).toContain('aws:kms');
    const given = synthesize({ encryption: 'arn:aws:kms:eu-west-1:123456789012:key/abc' });
    expect(encrypting(given)).toEqual([]);
    expect(JSON.stringify(given.all('AWS::S3::Bucket'))).toContain('key/abc');
  });
});

describe('the operators’ topic', () => {
  it('takes messages from our own alarms and rule, and from nobody else’s', () => {
    const policies = synthesize().all('AWS::SNS::TopicPolicy');
    const allowed = policies.flatMap(({ Properties }) =>
      Properties.PolicyDocument.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow'),
    );
    expect(allowed.map(({ Sid }) => Sid)).toEqual(['AlarmsMayPublish', 'RedEndingsMayPublish']);
    expect(allowed.filter(({ Condition }) => !JSON.stringify(Condition).includes('aws:SourceArn'))).toEqual([]);
  });
});

describe('mail', () => {
  it('uses an identity that the account has already, when told so', () => {
    expect(synthesize({ identity: 'existing' }).all('AWS::SES::EmailIdentity')).toEqual([]);
  });

  it('is never tracked, only sent over TLS, and suppressed for dead addresses', () => {
    const templates = synthesize();
    const [set] = templates.all('AWS::SES::ConfigurationSet');
    expect(set?.Properties.TrackingOptions).toBeUndefined();
    expect(set?.Properties.DeliveryOptions).toEqual({ TlsPolicy: 'REQUIRE' });
    expect(set?.Properties.SuppressionOptions).toEqual({ SuppressedReasons: ['BOUNCE', 'COMPLAINT'] });
    const [events] = templates.all('AWS::SES::ConfigurationSetEventDestination');
    expect(events?.Properties.EventDestination.MatchingEventTypes).toEqual([
      'bounce',
      'complaint',
      'reject',
      'deliveryDelay',
    ]);
  });
});

it('no hidden function comes with the constructs', () => {
  const custom = Object.values(templatesOf(appWith({})).resources).filter(({ Type }) => Type.startsWith('Custom::'));
  expect(custom).toEqual([]);
});
