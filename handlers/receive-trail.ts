import { parse } from '../core/parse.ts';
import type { Ledger } from '../core/ports.ts';
import { dataEvent, recordOf } from '../core/upload-sender.ts';

interface Deps {
  readonly ledger: Pick<Ledger, 'create'>;
}

/**
 * Records which program sent an upload, as CloudTrail tells minutes after it came, for the evidence. Events come in any order,
 * and more than once.
 *
 * @throws InvalidInput for an event that CloudTrail does not document
 */
export const createReceiveTrail =
  ({ ledger }: Deps) =>
  async (event: unknown): Promise<{ received: 'unrelated' | 'recorded' | 'known' }> => {
    const record = recordOf(parse(dataEvent, event, 'event for receive-trail').detail);
    if (!record) return { received: 'unrelated' };
    const isFirst = await ledger.create(record.key, record.sender);
    return { received: isFirst ? 'recorded' : 'known' };
  };
