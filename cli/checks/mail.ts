import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import {
  GetAccountCommand,
  GetConfigurationSetEventDestinationsCommand,
  GetEmailIdentityCommand,
  GetSuppressedDestinationCommand,
  type SESv2Client,
} from '@aws-sdk/client-sesv2';
import { isNamed } from '../../adapters/sdk-errors.ts';
import { deployedName } from '../../core/deployed-names.ts';
import { type Check, type Finding, failed, ok, verdict, warning } from './check.ts';

/** Whether mails may leave. */
export const account: Check = async ({ clients: { ses } }) => {
  const { ProductionAccessEnabled, SendingEnabled, EnforcementStatus } = await ses.send(new GetAccountCommand({}));
  return [
    ProductionAccessEnabled
      ? ok('SES has production access')
      : warning(
          'SES is in its sandbox: it mails only to verified addresses',
          'ask for production access in the SES console (it takes a day), or verify every contact',
        ),
    verdict(
      SendingEnabled === true && EnforcementStatus === 'HEALTHY',
      'SES may send, and its reputation is healthy',
      `SES sending is ${SendingEnabled ? 'on' : 'off'}, its status is ${EnforcementStatus}`,
      'read the reputation page of the SES console; docs/runbook.md#mail-reputation',
    ),
  ];
};

/** The sender's own address or its domain must be verified. */
export const identity: Check = async ({ clients: { ses }, deployment: { sender } }) => {
  for (const EmailIdentity of [sender, sender.split('@')[1] ?? '']) {
    try {
      const { VerifiedForSendingStatus } = await ses.send(new GetEmailIdentityCommand({ EmailIdentity }));
      if (VerifiedForSendingStatus) return [ok(`${EmailIdentity} is verified for sending`)];
    } catch (error) {
      if (!isNamed(error, 'NotFoundException')) throw error;
    }
  }
  return [
    failed(
      `neither ${sender} nor its domain is verified`,
      'follow the link that SES mailed, or set the DNS records (docs/mail.md)',
    ),
  ];
};

/** Whether we would hear of mails that do not arrive. */
export const events: Check = async ({ clients: { ses }, deployment: { stage } }) => {
  const set = deployedName(stage);
  const { EventDestinations = [] } = await ses.send(
    new GetConfigurationSetEventDestinationsCommand({ ConfigurationSetName: set }),
  );
  const isHeard = EventDestinations.some(
    ({ Enabled, MatchingEventTypes = [], EventBridgeDestination }) =>
      Enabled && EventBridgeDestination && MatchingEventTypes.includes('BOUNCE'),
  );
  return [
    verdict(
      isHeard,
      'bounces and complaints are told to receive-bounce',
      `the configuration set ${set} tells nobody of bounces`,
      'deploy the stack again',
    ),
  ];
};

/** Everybody who was ever asked or told: the people of the ledger. */
export const contacts: Check = async ({ clients: { s3, ses }, deployment: { buckets } }) => {
  const suppressed: Finding[] = [];
  let count = 0;
  for await (const { Contents = [] } of paginateListObjectsV2(
    { client: s3 },
    { Bucket: buckets.Ledger, Prefix: 'people/' },
  )) {
    for (const { Key } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: buckets.Ledger, Key }));
      const { email }: { email: string } = JSON.parse((await Body?.transformToString()) ?? '{}');
      count += 1;
      if (await isSuppressed(ses, email)) {
        suppressed.push(
          failed(
            `${email} is on the suppression list: mails to it are not sent`,
            `correct the address in the feed, or: aws sesv2 delete-suppressed-destination --email-address ${email}`,
          ),
        );
      }
    }
  }
  if (suppressed.length > 0) return suppressed;
  return [ok(count === 0 ? 'no contact was asked yet' : `none of the ${count} contacts is suppressed`)];
};

const isSuppressed = async (ses: SESv2Client, EmailAddress: string): Promise<boolean> => {
  try {
    await ses.send(new GetSuppressedDestinationCommand({ EmailAddress }));
    return true;
  } catch (error) {
    if (isNamed(error, 'NotFoundException')) return false;
    throw error;
  }
};
