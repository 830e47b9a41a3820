import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { eventSource } from '../core/environment.ts';
import { TransientFault } from '../core/errors.ts';
import type { Announcements, SignDocument } from '../core/ports.ts';
import { isPassing } from './sdk-errors.ts';

/**
 * Events for downstream systems. PutEvents answers 200 even when an entry failed, so the entry is looked at.
 *
 * @param sign where announcements leave the account: whoever gets one there can tell that it is ours
 */
export const createEventBridgeAnnouncements = (
  events: EventBridgeClient,
  busName: string,
  sign?: SignDocument,
): Announcements => ({
  async announce(detailType, detail) {
    const signed = sign ? { ...detail, jws: await sign({ type: detailType, ...detail }) } : detail;
    const Detail = JSON.stringify(signed);
    const { Entries } = await events.send(
      new PutEventsCommand({
        Entries: [{ EventBusName: busName, Source: eventSource, DetailType: detailType, Detail }],
      }),
    );
    const failed = Entries?.find(({ ErrorCode }) => ErrorCode);
    if (!failed) return;
    const reason = `event ${detailType} was not taken: ${failed.ErrorCode} ${failed.ErrorMessage}`;
    throw isPassing(failed.ErrorCode ?? '') ? new TransientFault(reason) : new Error(reason);
  },
});
