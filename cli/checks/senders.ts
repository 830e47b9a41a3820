import { createS3Ledger } from '../../adapters/s3-ledger.ts';
import { findDocuments } from '../../core/documents.ts';
import { ledgerKeys, parseDue, parseLandingKey } from '../../core/names.ts';
import type { Ledger } from '../../core/ports.ts';
import { type ArrivalDocument, arrivalDocument } from '../../core/request.ts';
import { findSender } from '../../core/upload-sender.ts';
import { type Check, failed, ok } from './check.ts';

/** CloudTrail tells within a quarter of an hour or so, and a look too early would call a good trail a bad one. */
const patienceMs = 3600_000;

const days = 7;
const dayMs = 86_400_000;
/** So many requests of a day are looked into: one upload whose sender is known is enough. */
const requestsOfDay = 20;

/**
 * Whether the trail tells what it is there for. Of a trail that the account has had before (`recordUserAgents=existing`)
 * nobody but its effect says whether it logs what is written to the landing bucket.
 */
export const senders: Check = async ({ clients: { s3 }, deployment, now }) => {
  if (!deployment.recordsUserAgents) return [];
  const ledger = createS3Ledger(s3, deployment.buckets.Ledger);
  const at = await now();
  let looked = 0;
  for (let back = 0; back <= days; back += 1) {
    const date = new Date(at - back * dayMs).toISOString().slice(0, 10);
    for (const arrival of await arrivalsOn(ledger, date)) {
      if (Date.parse(arrival.arrivedAt) > at - patienceMs) continue;
      looked += 1;
      if (await hasSender(ledger, arrival)) return [ok('a trail tells which programs send uploads')];
    }
  }
  if (looked === 0) return [ok('no upload of this week yet that a trail could have told of')];
  return [
    failed(
      `of ${looked} upload${looked === 1 ? '' : 's'} of this week no trail has told the program: evidence says “not recorded”`,
      `a trail of this region must log data events of writes to ${deployment.buckets.Landing} (aws cloudtrail get-event-selectors, get-trail-status), or deploy with -c recordUserAgents=new`,
    ),
  ];
};

/** What came for some of the requests that are due on a date. */
const arrivalsOn = async (ledger: Ledger, date: string): Promise<ArrivalDocument[]> => {
  const found: ArrivalDocument[] = [];
  for (const mark of (await ledger.list(ledgerKeys.dueOn(date))).slice(0, requestsOfDay)) {
    const keys = await ledger.list(ledgerKeys.arrivals({ ...parseDue(mark), generation: 1 }));
    found.push(...(await findDocuments(ledger, keys, arrivalDocument)).map(({ document }) => document));
  }
  return found;
};

const hasSender = async (ledger: Ledger, { key }: ArrivalDocument): Promise<boolean> => {
  const landed = parseLandingKey(key);
  return landed !== undefined && (await findSender(ledger, landed.request, landed.attempt)) !== undefined;
};
