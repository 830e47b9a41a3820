import type * as z from 'zod/mini';
import { findDocument } from '../core/documents.ts';
import { findScan, recordScan, tellScan } from '../core/malware-scan.ts';
import { attemptPrefix, ledgerKeys } from '../core/names.ts';
import { parse } from '../core/parse.ts';
import type { Clock, Landing, Ledger, Tasks } from '../core/ports.ts';
import { type PinnedUpload, type RequestPointer, signalDocument, taskInputs } from '../core/request.ts';
import { isAbout, isTold, tellSignal } from '../core/signals.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly landing: Landing;
  readonly tasks: Tasks;
  readonly clock: Clock;
}

type Input = z.infer<typeof taskInputs.registerWait>;

/** Which signals end which wait; the state machine catches exactly these. */
const heardBy = {
  upload: ['DeliveryFailed', 'NothingToDeliver', 'OperatorWaived', 'OperatorReissued', 'OperatorExtended'],
  decision: ['OperatorAccepted', 'OperatorWaived', 'OperatorReissued'],
  scan: [],
};

/**
 * Stores this wait's token, and only then looks whether what it waits for is there already: an upload first, then a
 * signal. Whoever comes second sees the first, so nothing falls between (see "Arrival" in docs/architecture.md).
 */
export const createRegisterWait =
  (deps: Deps) =>
  async (event: unknown): Promise<{ registered: string }> => {
    const input = parse(taskInputs.registerWait, event, 'input of register-wait');
    const key = keyOf(input);
    const registeredAt = deps.clock.now().toISOString();
    const { token, attempt } = input;
    await deps.ledger.put(key, { version: 1, token, registeredAt, hears: heardBy[input.for], attempt });
    if (input.for === 'scan') await lookForScan(deps, input, uploadOf(input));
    else if (input.for === 'decision' || !(await isThere(deps, input)))
      await lookForSignal(deps, input, key, input.for);
    return { registered: key };
  };

const keyOf = (input: Input): string => {
  const { request, attempt, enteredAt, retry } = input;
  const keys = {
    upload: ledgerKeys.wait(request, attempt, enteredAt, retry),
    decision: ledgerKeys.decisionWait(request, enteredAt, retry),
    scan: ledgerKeys.scanWait(request, attempt, enteredAt, retry),
  };
  return keys[input.for];
};

const uploadOf = ({ upload }: Input): PinnedUpload => {
  if (!upload) throw new Error('a wait for a scan needs the upload that is scanned');
  return upload;
};

const isThere = async ({ landing, tasks }: Deps, { request, attempt, token }: Input): Promise<boolean> => {
  const [upload] = await landing.find(attemptPrefix(request, attempt));
  if (!upload) return false;
  await tasks.succeed(token, upload);
  return true;
};

/** What the scanner said already; where its event was lost, what it wrote on the object. */
const lookForScan = async (
  { ledger, landing, tasks, clock }: Deps,
  { request, attempt, token }: Input,
  upload: PinnedUpload,
): Promise<void> => {
  const known = (await findScan(ledger, request, attempt, upload))?.document;
  const result = known?.result ?? (await landing.scanResult(upload));
  if (result === undefined) return;
  const scannedAt = clock.now().toISOString();
  const key = ledgerKeys.scan(request, attempt, upload.versionId);
  const scan = known ?? (await recordScan(ledger, key, { version: 1, result, threats: [], scannedAt }));
  await tellScan(tasks, token, scan);
};

const lookForSignal = async (
  { ledger, tasks, clock }: Deps,
  { request, attempt, token }: Input,
  key: string,
  waitsFor: keyof typeof heardBy,
): Promise<void> => {
  for (const signalKey of await untoldSignals(ledger, request, { attempt, heard: heardBy[waitsFor] })) {
    if ((await tellSignal({ ledger, tasks, clock }, signalKey, { key, token })) !== 'settled') break;
  }
};

/** Signals that this wait may end by, oldest first. */
const untoldSignals = async (
  ledger: Ledger,
  request: RequestPointer,
  { attempt, heard }: { readonly attempt: number; readonly heard: readonly string[] },
): Promise<string[]> => {
  const untold: string[] = [];
  for (const key of await ledger.list(ledgerKeys.signals(request))) {
    const found = await findDocument(ledger, key, signalDocument);
    if (!found || !heard.includes(found.document.error) || isTold(found.document)) continue;
    if (isAbout(found.document, attempt)) untold.push(key);
  }
  return untold;
};
