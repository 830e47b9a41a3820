import { attemptPrefix, ledgerKeys } from '../core/names.ts';
import { parse } from '../core/parse.ts';
import type { Clock, Landing, Ledger, Tasks } from '../core/ports.ts';
import { type RequestPointer, signalDocument, taskInputs } from '../core/request.ts';
import { findDocument } from '../core/requests.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly landing: Landing;
  readonly tasks: Tasks;
  readonly clock: Clock;
}

/** Which signals end which wait; the state machine catches exactly these. */
const heardBy = {
  upload: ['DeliveryFailed', 'OperatorWaived', 'OperatorReissued'],
  decision: ['OperatorAccepted', 'OperatorWaived', 'OperatorReissued'],
};

/**
 * Stores this wait's token, and only then looks whether what it waits for is there already: an upload first, then a
 * signal. Whoever comes second sees the first, so nothing falls between (see "Arrival" in docs/architecture.md).
 */
export const createRegisterWait =
  ({ ledger, landing, tasks, clock }: Deps) =>
  async (event: unknown): Promise<{ registered: string }> => {
    const input = parse(taskInputs.registerWait, event, 'input of register-wait');
    const { request, attempt, token } = input;
    const entry = `${input.for}-${attempt}-${input.enteredAt}`;
    const key =
      input.for === 'upload'
        ? ledgerKeys.wait(request, attempt, input.enteredAt, input.retry)
        : ledgerKeys.decisionWait(request, input.enteredAt, input.retry);
    await ledger.put(key, { version: 1, token, registeredAt: clock.now().toISOString() });

    if (input.for === 'upload') {
      const [upload] = await landing.find(attemptPrefix(request, attempt));
      if (upload) {
        await tasks.succeed(token, upload);
        return { registered: key };
      }
    }
    const taken = await takeSignal(ledger, request, heardBy[input.for], entry);
    if (taken && (await tasks.fail(token, taken.signal.error, taken.signal.cause)) === 'over') {
      // This wait is over already: the next one must hear the signal.
      await ledger.put(taken.key, { ...taken.signal, consumedBy: undefined });
    }
    return { registered: key };
  };

/**
 * Takes the oldest unheard signal. A retry of the same entry into the wait takes the same signal again: it may have
 * died between taking and telling.
 */
const takeSignal = async (ledger: Ledger, request: RequestPointer, heard: readonly string[], entry: string) => {
  for (const key of await ledger.list(ledgerKeys.signals(request))) {
    const found = await findDocument(ledger, key, signalDocument);
    if (!found || !heard.includes(found.document.error)) continue;
    if (found.document.consumedBy === undefined) {
      await ledger.replace(key, { ...found.document, consumedBy: entry }, found.etag);
    }
    const signal = (await findDocument(ledger, key, signalDocument))?.document;
    if (signal?.consumedBy === entry) return { key, signal };
  }
  return undefined;
};
