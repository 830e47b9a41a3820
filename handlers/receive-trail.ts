import { ledgerKeys, parseLandingKey } from '../core/names.ts';
import { parse } from '../core/parse.ts';
import type { Ledger } from '../core/ports.ts';
import { dataEvent, senderOf } from '../core/upload-sender.ts';

interface Deps {
  readonly ledger: Pick<Ledger, 'create'>;
}

/**
 * Records which program sent an upload, as CloudTrail tells minutes after it came, for the evidence. A key takes one upload;
 * of one in parts the first part counts.
 *
 * @throws InvalidInput for an event that CloudTrail does not document
 */
export const createReceiveTrail =
  ({ ledger }: Deps) =>
  async (event: unknown): Promise<{ received: 'unrelated' | 'recorded' | 'known' }> => {
    const told = parse(dataEvent, event, 'event for receive-trail');
    const landed = parseLandingKey(told.detail.requestParameters.key);
    if (!landed) return { received: 'unrelated' };
    const isFirst = await ledger.create(ledgerKeys.sender(landed.request, landed.attempt), senderOf(told));
    return { received: isFirst ? 'recorded' : 'known' };
  };
