import { type Check, type CheckContext, type Finding, failed } from './checks/check.ts';
import { account, contacts, events, identity } from './checks/mail.ts';
import { page } from './checks/page.ts';
import { alarms, queues, schedules, subscribers } from './checks/running.ts';
import { senders } from './checks/senders.ts';
import { buckets, cors, evidenceLock, key } from './checks/storage.ts';
import { upload } from './checks/upload.ts';

/** By area, and one by one: what cannot be looked at hides nothing else. */
const checks: { readonly [area: string]: readonly Check[] } = {
  mail: [account, identity, events, contacts],
  storage: [...buckets, key, evidenceLock, cors],
  upload: [upload],
  page: [page],
  evidence: [senders],
  queues: queues,
  schedules: [schedules],
  alarms: [alarms, subscribers],
};

export interface AreaFinding {
  readonly area: string;
  readonly finding: Finding;
}

/** Looks at every area of a deployment and tells each finding as it comes. A check that cannot look has failed. */
export const examine = async (context: CheckContext, tell: (found: AreaFinding) => void): Promise<AreaFinding[]> => {
  const all: AreaFinding[] = [];
  for (const [area, ofArea] of Object.entries(checks)) {
    for (const check of ofArea) {
      for (const finding of await check(context).catch(unableToLook)) {
        const found = { area, finding };
        all.push(found);
        tell(found);
      }
    }
  }
  return all;
};

const unableToLook = (error: Error): Finding[] => [
  failed(
    `cannot be looked at: ${error.name}: ${error.message}`,
    'run this with the permission to read that, as one of the operators that the key lets in (-c operators=…)',
  ),
];
