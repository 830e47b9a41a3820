import { UploadWindowClosed } from '../core/errors.ts';
import { landingKey, ledgerKeys } from '../core/names.ts';
import { parse } from '../core/parse.ts';
import { hasTimeBefore } from '../core/plan.ts';
import type { Clock, Ledger, Signer } from '../core/ports.ts';
import { type LinkDocument, taskInputs } from '../core/request.ts';
import { readRequest } from '../core/requests.ts';

interface Deps {
  readonly ledger: Ledger;
  readonly signer: Signer;
  readonly clock: Clock;
}

/**
 * Signs the URL of an attempt and leaves it in the ledger for the mailer. The URL never enters the state.
 *
 * @throws UploadWindowClosed when the request has closed, or is about to
 */
export const createGenerateUploadUrl =
  ({ ledger, signer, clock }: Deps) =>
  async (event: unknown) => {
    const { request, attempt, issue } = parse(taskInputs.generateUploadUrl, event, 'input of generate-upload-url');
    const { document } = await readRequest(ledger, request);
    const { closesAt } = document.plan;
    if (document.status !== 'open' || !hasTimeBefore(closesAt, clock.now())) {
      throw new UploadWindowClosed(`${request.requestId} closes at ${closesAt}: no new URL is issued`);
    }
    const key = landingKey(request, attempt, document.feedConfig.file.extension);
    const signed = await signer.signPut(key, closesAt);
    const link: LinkDocument = { version: 1, ...signed };
    await ledger.put(ledgerKeys.link(request, attempt, issue), link);
    return { key, expiresAt: signed.expiresAt, requiredHeaders: Object.keys(signed.requiredHeaders) };
  };
