import { CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Feed } from '../core/feed.ts';
import { acknowledgeFindings } from './compliance/acknowledgements.ts';
import { type Settings, type StageConfig, withDefaults } from './config.ts';
import { Api } from './constructs/api.ts';
import { grantApiPermissions } from './constructs/api-permissions.ts';
import { Auditor } from './constructs/auditor.ts';
import { Encryption } from './constructs/encryption.ts';
import { Events } from './constructs/events.ts';
import { Functions } from './constructs/functions.ts';
import { LinkKey } from './constructs/link-key.ts';
import { Mail } from './constructs/mail.ts';
import { MalwareScan } from './constructs/malware-scan.ts';
import { Messaging } from './constructs/messaging.ts';
import { grantPermissions, restrictSecrets } from './constructs/permissions.ts';
import { s3KeyOf } from './constructs/s3-key.ts';
import { grantScanPermissions } from './constructs/scan-permissions.ts';
import { Schedules } from './constructs/schedules.ts';
import { grantSenderPermissions } from './constructs/sender-permissions.ts';
import { Signer } from './constructs/signer.ts';
import { signingKey } from './constructs/signing-key.ts';
import { Storage } from './constructs/storage.ts';
import { UploadSenders } from './constructs/upload-senders.ts';
import { Watch } from './constructs/watch.ts';
import { Watchdog } from './constructs/watchdog.ts';
import { Webhook } from './constructs/webhook.ts';
import { Workflow, workflowArns } from './constructs/workflow.ts';

/** Props of `UploadWorkflow`: the feeds, their code, and any of the `Settings`. */
export interface UploadWorkflowProps extends Settings {
  /** What to ask for: `loadFeeds('feeds')`. */
  readonly feeds: readonly Feed[];
  /** Folder with the bundled code of a function: `bundleHandlers(feeds, 'feeds', '.build/airlock')`. */
  readonly codeOf: (handler: string) => string;
}

/** Its parts, for what is said about them from outside. */
export interface UploadWorkflowParts {
  readonly api: Api;
  readonly storage: Storage;
  readonly mail: Mail;
  readonly messaging: Messaging;
  readonly functions: Functions;
  readonly signer: Signer;
  /** Where uploads are scanned. */
  readonly scan: MalwareScan | undefined;
  /** Where it is recorded which program sent an upload. */
  readonly senders: UploadSenders | undefined;
  /** Where there are auditors. */
  readonly auditor: Auditor | undefined;
  readonly workflow: Workflow;
  /** ARN pattern of the machine's executions. */
  readonly executionsArn: string;
}

/**
 * One deployment of Airlock, for any stack: storage, functions, workflow, what starts it and what it tells. Names are
 * explicit (`airlock-<stage>-…`), so one account and region has at most one per stage.
 *
 * @throws with got, allowed and fix for a setting that cannot be used
 */
export class UploadWorkflow extends Construct {
  readonly storage: Storage;
  readonly messaging: Messaging;
  readonly stateMachineArn: string;
  readonly config: StageConfig;
  readonly api: Api;
  /** Undefined where no auditors are named. */
  readonly auditorRoleArn: string | undefined;

  constructor(scope: Construct, id: string, { feeds, codeOf, ...settings }: UploadWorkflowProps) {
    super(scope, id);
    const config = withDefaults(settings);
    this.config = config;
    const arns = workflowArns(this, config);

    const encryption = new Encryption(this, 'Encryption', config);
    const s3Key = s3KeyOf(this, encryption.key);
    const api = new Api(this, 'Api', config);
    const linkKey = new LinkKey(this, 'LinkKey', config);
    const storage = new Storage(this, 'Storage', { config, key: encryption.key, page: api.url });
    const mail = new Mail(this, 'Mail', config);
    const messaging = new Messaging(this, 'Messaging', config);
    const functions = new Functions(this, 'Functions', { config, codeOf });
    const signer = new Signer(this, 'Signer', {
      ...storage,
      s3Key,
      uploaders: [functions.role('generate-upload-url'), functions.role('answer-partner')],
      downloaders: [functions.role('answer-operator')],
      reportDownloaders: [functions.role('answer-partner')],
    });
    const scan = config.malwareScan ? new MalwareScan(this, 'MalwareScan', { storage, s3Key, messaging }) : undefined;
    const senders =
      config.recordUserAgents === undefined
        ? undefined
        : new UploadSenders(this, 'UploadSenders', { config, landing: storage.landing, functions, messaging });
    const auditor =
      config.auditors.length > 0
        ? new Auditor(this, 'Auditor', {
            config,
            storage,
            s3Key,
            key: encryption.key,
            stateMachineArn: arns.machine,
            executionsArn: arns.executions,
          })
        : undefined;
    const keyUsers = [...functions.roles, signer.role, signer.reader, signer.reportReader];
    encryption.allowRoles([...keyUsers, ...(scan ? [scan.role] : []), ...(auditor ? [auditor.role] : [])]);
    const granting = {
      storage,
      mail,
      messaging,
      signer,
      s3Key,
      keyArn: encryption.key?.keyArn,
      linkKey,
      pageUrl: api.url,
      executionsArn: arns.executions,
      stateMachineArn: arns.machine,
      workflowKeyArn: config.encryptWorkflow ? encryption.key?.keyArn : undefined,
    };
    grantPermissions(functions, granting);
    grantApiPermissions(functions, granting);
    if (scan) grantScanPermissions(functions, granting);
    if (senders) grantSenderPermissions(functions, granting, senders.endedRuns);
    if (config.signEvidence) this.#signEvidence(config, functions);
    restrictSecrets(functions, storage);
    api.addRoutes(functions);
    const workflow = new Workflow(this, 'Workflow', { config, functions, messaging, encryption });
    const events = new Events(this, 'Events', {
      landing: storage.landing,
      scansUploads: config.malwareScan,
      endedRuns: senders?.endedRuns,
      mail,
      stateMachineArn: arns.machine,
      functions,
      messaging,
    });
    const schedules = new Schedules(this, 'Schedules', { config, feeds, stateMachineArn: arns.machine, messaging });
    const { webhook: url } = config;
    if (url !== undefined) new Webhook(this, 'Webhook', { config, url, functions, messaging });
    new Watchdog(this, 'Watchdog', { config, functions, messaging });
    if (config.scheduleStacks === 0) schedules.node.addDependency(workflow);
    new Watch(this, 'Watch', { config, functions, messaging, workflow, events, api });
    acknowledgeFindings({
      api,
      storage,
      mail,
      messaging,
      functions,
      signer,
      scan,
      senders,
      auditor,
      workflow,
      executionsArn: arns.executions,
    });
    this.storage = storage;
    this.api = api;
    this.auditorRoleArn = auditor?.role.roleArn;
    this.messaging = messaging;
    this.stateMachineArn = workflow.arn;
  }

  #signEvidence(config: StageConfig, functions: Functions): void {
    const key = signingKey(this, 'EvidenceKey', {
      config,
      functions,
      what: 'evidence',
      does: 'signs packs of evidence',
      signers: ['archive-execution'],
      sid: 'SignEvidence',
      setting: 'evidenceKeyArn',
    });
    new CfnOutput(this, 'EvidenceKeyArn', { value: key.keyArn }).overrideLogicalId('EvidenceKeyArn');
  }
}
