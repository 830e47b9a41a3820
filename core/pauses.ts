import * as z from 'zod/mini';
import { findDocument } from './documents.ts';
import { type FeedId, ledgerKeys } from './names.ts';
import type { Ledger } from './ports.ts';

/** `pauses/<partner>/<feed>.json`: whether an operator has paused a feed, who, and why. */
export const pauseDocument = z.looseObject({
  version: z.literal(1),
  isPaused: z.boolean(),
  at: z.string(),
  by: z.string(),
  reason: z.string(),
  /** ISO-8601: from then on the feed goes on by itself. */
  until: z.optional(z.string()),
});
export type PauseDocument = z.infer<typeof pauseDocument>;

/** The pause that a feed is in; undefined when it is in none. */
export const pauseOf = async (
  ledger: Pick<Ledger, 'find'>,
  feed: FeedId,
  now: Date,
): Promise<PauseDocument | undefined> => {
  const pause = (await findDocument(ledger, ledgerKeys.pause(feed), pauseDocument))?.document;
  const isOver = pause?.until !== undefined && Date.parse(pause.until) <= now.getTime();
  return pause?.isPaused === true && !isOver ? pause : undefined;
};
