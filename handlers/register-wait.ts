import { findDocument } from '../core/documents.ts';
import { attemptPrefix, ledgerKeys } from '../core/names.ts';
import { parse } from '../core/parse.ts';
import type { Clock, Landing, Ledger, Tasks } from '../core/ports.ts';
import { type RequestPointer, signalDocument, taskInputs } from '../core/request.ts';
import { isTold, tellSignal } from '../core/signals.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly landing: Landing;
  readonly tasks: Tasks;
  readonly clock: Clock;
}

/** Which signals end which wait; the state machine catches exactly these. */
const heardBy = {
  upload: ['DeliveryFailed', 'NothingToDeliver', 'OperatorWaived', 'OperatorReissued'],
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
    for (const signalKey of await untoldSignals(ledger, request, heardBy[input.for])) {
      if ((await tellSignal({ ledger, tasks, clock }, signalKey, { key, token })) !== 'settled') break;
    }
    return { registered: key };
  };

/** Signals that this wait may end by, oldest first. */
const untoldSignals = async (ledger: Ledger, request: RequestPointer, heard: readonly string[]): Promise<string[]> => {
  const untold: string[] = [];
  for (const key of await ledger.list(ledgerKeys.signals(request))) {
    const found = await findDocument(ledger, key, signalDocument);
    if (found && heard.includes(found.document.error) && !isTold(found.document)) untold.push(key);
  }
  return untold;
};
