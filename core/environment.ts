import type { FeedId } from './names.ts';

/**
 * Environment of the functions: each name is declared here once, set by `infra/` and read by `handlers/*.lambda.ts`.
 */
export const environmentKeys = {
  landingBucket: 'LANDING_BUCKET',
  acceptedBucket: 'ACCEPTED_BUCKET',
  quarantineBucket: 'QUARANTINE_BUCKET',
  ledgerBucket: 'LEDGER_BUCKET',
  archiveBucket: 'ARCHIVE_BUCKET',
  signerRoleArn: 'SIGNER_ROLE_ARN',
  readerRoleArn: 'READER_ROLE_ARN',
  dataKeyArn: 'DATA_KEY_ARN',
  linkKeyArn: 'LINK_KEY_ARN',
  pageUrl: 'PAGE_URL',
  stateMachineArn: 'STATE_MACHINE_ARN',
  /** Who keeps evidence, and who records uploads: names of functions. */
  archiverName: 'ARCHIVER_NAME',
  receiverName: 'RECEIVER_NAME',
  sender: 'SENDER_ADDRESS',
  configurationSet: 'SES_CONFIGURATION_SET',
  operatorsTopicArn: 'OPERATORS_TOPIC_ARN',
  noticesTopicArn: 'NOTICES_TOPIC_ARN',
  eventBusName: 'EVENT_BUS_NAME',
  /** Where announcements go to a webhook: what signs them. */
  webhookKeyArn: 'WEBHOOK_KEY_ARN',
  /** Where evidence is signed: with what. */
  evidenceKeyArn: 'EVIDENCE_KEY_ARN',
  /** `on` where uploads are scanned for malware. */
  malwareScan: 'MALWARE_SCAN',
} as const;

export type EnvironmentKey = keyof typeof environmentKeys;

const isEnvironmentKey = (key: string): key is EnvironmentKey => key in environmentKeys;
export const allEnvironmentKeys = Object.keys(environmentKeys).filter(isEnvironmentKey);

/** Source of the events we put on the bus. */
export const eventSource = 'airlock';

/** Folder of the compiled feeds inside the bundle of `open-request`. */
export const feedsFolder = 'feeds';

/** Folder of the page's files inside the bundle of `answer-page`. */
export const pageFolder = 'page';

/** Folder of the feeds' own rules inside the bundle of `validate-upload`. */
export const checksFolder = 'checks';

/** Where in it the rules of a feed are. @param file `file.checks` of the feed */
export const checksModule = ({ partner, feed }: FeedId, file: string): string =>
  `${partner}/${feed}/${file.replace(/\.[a-z]+$/, '')}.mjs`;
