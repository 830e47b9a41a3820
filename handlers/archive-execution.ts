import { canonicalJson } from '../core/evidence/canonical.ts';
import { appendInTurn } from '../core/evidence/chain.ts';
import { gather } from '../core/evidence/gather.ts';
import { type Evidence, evidence } from '../core/evidence/pack.ts';
import { evidenceAsHtml } from '../core/evidence/page.ts';
import { withoutSecrets } from '../core/evidence/redact.ts';
import { factsOf, feedOf, requestOf, statusChange, upToEnd } from '../core/evidence/run.ts';
import { archiveFolder, ledgerKeys } from '../core/names.ts';
import { parse } from '../core/parse.ts';
import type { Archive, Clock, Digest, ExecutionEvent, Histories, Ledger, Pause, SignDocument } from '../core/ports.ts';

interface Deps {
  readonly histories: Histories;
  readonly ledger: Ledger;
  readonly archive: Archive;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly pause: Pause;
  /** Where evidence is signed. */
  readonly sign: SignDocument | undefined;
}

/**
 * Keeps what an auditor needs of a run that has ended, before Step Functions forgets it: its whole history without
 * tokens, a pack of evidence that names the one before, and that as a page. Safe to repeat; a redriven run is kept once
 * for each of its ends.
 *
 * @throws InvalidInput for an event, or an execution, that is none of ours
 */
export const createArchiveExecution =
  (deps: Deps) =>
  async (event: unknown): Promise<{ archived: string }> => {
    const { detail } = parse(statusChange, event, 'event for archive-execution');
    const events = upToEnd(await deps.histories.read(detail.executionArn), detail);
    const feed = feedOf(events, detail);
    const request = requestOf(events);
    const folder = archiveFolder(feed, request, { name: detail.name, redrives: detail.redriveCount });
    const history = await keepHistory(deps, `${folder}history.json`, events);
    const run = { execution: detail.name, stoppedAt: detail.stopDate };
    const gathered = request && (await gather(deps.ledger, { ...run, request }));
    const facts = factsOf(detail, events, history, gathered);
    const recordedAt = deps.clock.now().toISOString();
    const key = `${folder}evidence.json`;
    const text = await appendInTurn(deps, feed, key, (chain) =>
      canonicalJson(parse(evidence, { version: 1, ...feed, ...facts, recordedAt, chain }, key)),
    );
    const sha256 = deps.digest(text);
    // Of the pack by its name and hash, so that it can be checked without the pack's own form.
    if (deps.sign) await deps.archive.keep(`${folder}evidence.jws`, await deps.sign({ key, sha256 }));
    const page = evidenceAsHtml(parse(evidence, JSON.parse(text), key), sha256);
    await deps.archive.keep(`${folder}evidence.html`, page);
    const startedAt = new Date(detail.startDate).toISOString();
    await deps.ledger.create(ledgerKeys.archived({ name: detail.name, startedAt }, detail.redriveCount), {
      version: 1,
      key,
    });
    return { archived: key };
  };

const keepHistory = async (
  { archive, digest }: Deps,
  key: string,
  events: readonly ExecutionEvent[],
): Promise<Evidence['execution']['history']> => {
  // What a try before this one kept counts, whatever is read of it by now.
  const kept = await archive.keep(key, canonicalJson(withoutSecrets(events)));
  return { key, sha256: digest(kept), events: JSON.parse(kept).length };
};
