import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { eventSource } from '../core/environment.ts';
import type { Announcements } from '../core/ports.ts';

/** Events for downstream systems. PutEvents answers 200 even when an entry failed, so the entry is looked at. */
export const createEventBridgeAnnouncements = (events: EventBridgeClient, busName: string): Announcements => ({
  async announce(detailType, detail) {
    const { Entries } = await events.send(
      new PutEventsCommand({
        Entries: [
          { EventBusName: busName, Source: eventSource, DetailType: detailType, Detail: JSON.stringify(detail) },
        ],
      }),
    );
    const failed = Entries?.find(({ ErrorCode }) => ErrorCode);
    if (failed) throw new Error(`event ${detailType} was not taken: ${failed.ErrorCode} ${failed.ErrorMessage}`);
  },
});
