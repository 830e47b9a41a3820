import * as z from 'zod/mini';
import { changeDocument, findDocument } from './documents.ts';
import { type FeedId, ledgerKeys } from './names.ts';
import type { Ledger } from './ports.ts';

/** `history/<partner>/<feed>.json`: the newest accepted deliveries of a feed, oldest first. */
export const historyDocument = z.looseObject({
  version: z.literal(1),
  deliveries: z.array(
    z.looseObject({
      period: z.string(),
      generation: z.int(),
      arrivedAt: z.string(),
      sha256: z.string(),
      rows: z.optional(z.int()),
      /** Seconds after the scheduled time; deliveries before there was a trend do not say it. */
      afterOpeningSeconds: z.optional(z.int()),
    }),
  ),
});
export type Delivery = z.infer<typeof historyDocument>['deliveries'][number];

/** More than a year of days is not looked at. */
const mostDeliveries = 400;

/** The accepted deliveries of a feed, oldest first. */
export const readHistory = async (ledger: Pick<Ledger, 'find'>, feed: FeedId): Promise<readonly Delivery[]> =>
  (await findDocument(ledger, ledgerKeys.history(feed), historyDocument))?.document.deliveries ?? [];

/** Adds a delivery; the same generation of a period stands there once. */
export const addToHistory = async (
  ledger: Pick<Ledger, 'find' | 'create' | 'replace'>,
  feed: FeedId,
  delivery: Delivery,
): Promise<void> => {
  const key = ledgerKeys.history(feed);
  if (await ledger.create(key, { version: 1, deliveries: [delivery] })) return;
  await changeDocument(ledger, key, historyDocument, (document) => {
    const others = document.deliveries.filter(
      ({ period, generation }) => period !== delivery.period || generation !== delivery.generation,
    );
    return { ...document, deliveries: [...others, delivery].slice(-mostDeliveries) };
  });
};
