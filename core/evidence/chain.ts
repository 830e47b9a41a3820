import * as z from 'zod/mini';
import { findDocument } from '../documents.ts';
import { TransientFault } from '../errors.ts';
import { type FeedId, ledgerKeys } from '../names.ts';
import type { Archive, Clock, Digest, Ledger, Pause } from '../ports.ts';
import type { ChainLink } from './pack.ts';

const head = z.strictObject({ key: z.string(), sha256: z.string() });

/** `chains/<partner>/<feed>.json`: the newest pack of a feed, and the one that is being written. */
export const chainDocument = z.looseObject({
  version: z.literal(1),
  /** Of the newest; 0 before the first. */
  sequence: z.int(),
  head: z.nullable(head),
  writing: z.optional(z.strictObject({ key: z.string(), at: z.string() })),
});
type Chain = z.infer<typeof chainDocument>;

interface Deps {
  readonly ledger: Pick<Ledger, 'find' | 'create' | 'replace'>;
  readonly archive: Archive;
  readonly clock: Clock;
  readonly digest: Digest;
}

/**
 * Longer than `archive-execution` lives, so whoever began so long ago writes no more; shorter than Lambda's two tries of a
 * failed event are away (one minute, and two more).
 */
const writesForMs = 90_000;

/** Another's pack takes some tenths of a second; a batch of five must not outlast its function. */
const patience = { tries: 8, pauseMs: 500 } as const;

/**
 * Appends, and waits a little for others of its feed that do so at the same moment.
 *
 * @param pause waits so many milliseconds
 * @throws TransientFault where one of them takes too long
 */
export const appendInTurn = async (
  { pause, ...deps }: Deps & { readonly pause: Pause },
  ...appended: [feed: FeedId, key: string, write: (link: ChainLink) => string]
): Promise<string> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await appendToChain(deps, ...appended);
    } catch (error) {
      if (!(error instanceof TransientFault) || tries === patience.tries) throw error;
      await pause(patience.pauseMs);
    }
  }
};

/**
 * Appends a pack to the chain of its feed: one writer at a time (`writing` tells who it is, also where it was broken off), and
 * each names the one before. A pack is written once (`If-None-Match`) under a key that names its run, so a repeated event finds
 * it, and a crash between the pack and the chain is made good by whoever comes next.
 *
 * @param write the pack's text for its place in the chain
 * @returns the pack as it is kept
 * @throws TransientFault while another run of the feed is writing: try again
 */
export const appendToChain = async (
  deps: Deps,
  feed: FeedId,
  key: string,
  write: (link: ChainLink) => string,
): Promise<string> => {
  const { ledger, archive, clock, digest } = deps;
  const chainKey = ledgerKeys.chain(feed);
  await ledger.create(chainKey, { version: 1, sequence: 0, head: null } satisfies Chain);
  const found = await findDocument(ledger, chainKey, chainDocument);
  if (!found) throw new Error(`${chainKey} was made, so it must exist`);
  const { document, etag } = found;
  const other = document.writing?.key === key ? undefined : document.writing;
  if (other) {
    if (clock.now().getTime() - Date.parse(other.at) < writesForMs) {
      throw new TransientFault(`another run of ${feed.partner}/${feed.feed} is being archived`);
    }
    await settle(deps, chainKey, document, etag, other.key);
    return appendToChain(deps, feed, key, write);
  }
  const known = await archive.find(key);
  if (known !== undefined && !document.writing) return known;
  const text = known ?? write({ sequence: document.sequence + 1, previous: document.head });
  const writing: Chain = { ...document, writing: { key, at: clock.now().toISOString() } };
  if (!(await ledger.replace(chainKey, writing, etag))) throw new TransientFault(`${chainKey} was changed meanwhile`);
  const kept = await archive.keep(key, text);
  const next: Chain = { version: 1, sequence: document.sequence + 1, head: { key, sha256: digest(kept) } };
  const held = await findDocument(ledger, chainKey, chainDocument);
  const isHeld = held?.document.writing?.key === key && (await ledger.replace(chainKey, next, held.etag));
  if (!isHeld) throw new TransientFault(`${chainKey} was changed`);
  return kept;
};

/** What somebody left behind: a pack that is there is the newest, one that is not was never written. */
const settle = async (
  { ledger, archive, digest }: Deps,
  chainKey: string,
  { writing: _, ...document }: Chain,
  etag: string,
  key: string,
): Promise<void> => {
  const text = await archive.find(key);
  const next: Chain =
    text === undefined
      ? document
      : { version: 1, sequence: document.sequence + 1, head: { key, sha256: digest(text) } };
  await ledger.replace(chainKey, next, etag);
};
