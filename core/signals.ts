import { changeDocument, findDocument } from './documents.ts';
import type { Clock, Ledger, Tasks } from './ports.ts';
import { hearsOf, type SignalDocument, signalDocument, waitDocument } from './request.ts';

interface Deps {
  readonly ledger: Pick<Ledger, 'find' | 'replace' | 'list'>;
  readonly tasks: Pick<Tasks, 'fail'>;
  readonly clock: Clock;
}

/** A wait that can be ended: the key of its document, and its token. */
export interface OpenWait {
  readonly key: string;
  readonly token: string;
}

/**
 * Ends a wait with a signal, if the signal is still to be told. It is taken for that wait first, so that of two that
 * could tell it (the wait itself looks for signals, and so does whoever wrote one) exactly one does; and it counts as
 * told only when a task was ended by it. One that was taken for a wait that is over is taken again by the next wait: a
 * crash at any point has it told late, or once too often, never not at all.
 *
 * @returns `over` when that wait had ended already: the signal stays for the next one
 */
export const tellSignal = async (
  { ledger, tasks, clock }: Omit<Deps, 'ledger'> & { readonly ledger: Pick<Ledger, 'find' | 'replace'> },
  key: string,
  wait: OpenWait,
): Promise<'resumed' | 'over' | 'settled'> => {
  const found = await findDocument(ledger, key, signalDocument);
  if (!found || isTold(found.document)) return 'settled';
  const taken = { ...found.document, takenFor: wait.key };
  if (!(await ledger.replace(key, taken, found.etag))) {
    // Somebody else takes it at this moment, and tells it; or our own success was told as a conflict at the SDK's second try.
    const now = await findDocument(ledger, key, signalDocument);
    if (!now || isTold(now.document) || now.document.takenFor !== wait.key) return 'settled';
  }
  if ((await tasks.fail(wait.token, taken.error, taken.cause)) === 'over') return 'over';
  await changeDocument(ledger, key, signalDocument, (document) => ({
    ...document,
    toldAt: clock.now().toISOString(),
  }));
  return 'resumed';
};

/**
 * Tells a signal to the newest wait under any of the prefixes, and to the next one if that was over. Without a wait the
 * signal is there for whoever waits next.
 */
export const tellNewestWait = async (
  deps: Deps,
  key: string,
  prefixes: readonly string[],
): Promise<'resumed' | 'settled' | 'recorded'> => {
  for (const prefix of prefixes) {
    const told = await tellUnder(deps, key, prefix);
    if (told !== 'recorded') return told;
  }
  return 'recorded';
};

const tellUnder = async (
  deps: Deps,
  key: string,
  prefix: string,
  triedBefore?: string,
): Promise<'resumed' | 'settled' | 'recorded'> => {
  const newest = (await deps.ledger.list(prefix)).at(-1);
  if (newest === undefined || newest === triedBefore) return 'recorded';
  const wait = await findDocument(deps.ledger, newest, waitDocument);
  const signal = await findDocument(deps.ledger, key, signalDocument);
  // A definition that does not catch it would fail by it: an execution goes on with the one that it started with.
  if (wait && signal && !hearsOf(wait.document).includes(signal.document.error)) return 'recorded';
  const told = wait ? await tellSignal(deps, key, { key: newest, token: wait.document.token }) : 'over';
  return told === 'over' ? tellUnder(deps, key, prefix, newest) : told;
};

/** `consumedBy` is how the first format said it. What was withdrawn is told to nobody any more either. */
export const isTold = ({ toldAt, consumedBy, withdrawnAt }: SignalDocument): boolean =>
  toldAt !== undefined || consumedBy !== undefined || withdrawnAt !== undefined;

/** Whether it is about this attempt's file, or about none in particular. */
export const isAbout = ({ attempt }: SignalDocument, asked: number): boolean =>
  attempt === undefined || attempt === asked;

/**
 * The oldest signal of some that no wait has heard, heard by the close in the place of a wait. Whoever closes has written that
 * it closes before; whoever gives an order looks for that afterwards (`withdrawSignal`): so whoever comes second sees the first.
 *
 * @param close names this closing: one that was cut off hears the same again
 */
export const hearAtClose = async (
  { ledger, clock }: { readonly ledger: Pick<Ledger, 'find' | 'replace' | 'list'>; readonly clock: Clock },
  signals: string,
  close: string,
  isHeard: (signal: SignalDocument) => boolean,
): Promise<SignalDocument | undefined> => {
  for (const key of await ledger.list(signals)) {
    const signal = await changeDocument(ledger, key, signalDocument, (document) =>
      isTold(document) || !isHeard(document)
        ? undefined
        : { ...document, takenFor: close, toldAt: clock.now().toISOString() },
    );
    if (signal?.takenFor === close) return signal;
  }
  return undefined;
};

/** Takes a signal back. @returns false when somebody has heard it */
export const withdrawSignal = async (
  { ledger, clock }: { readonly ledger: Pick<Ledger, 'find' | 'replace'>; readonly clock: Clock },
  key: string,
): Promise<boolean> => {
  const signal = await changeDocument(ledger, key, signalDocument, (document) =>
    isTold(document) ? undefined : { ...document, withdrawnAt: clock.now().toISOString() },
  );
  return signal?.withdrawnAt !== undefined;
};
