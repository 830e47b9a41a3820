import { type Check, type CheckContext, type Finding, failed } from './checks/check.ts';
import { mail } from './checks/mail.ts';
import { alarms, queues, schedules } from './checks/running.ts';
import { storage } from './checks/storage.ts';
import { upload } from './checks/upload.ts';

const checks: { readonly [area: string]: Check } = { mail, storage, upload, queues, schedules, alarms };

export interface AreaFinding {
  readonly area: string;
  readonly finding: Finding;
}

/** Looks at every area of a deployment and tells each finding as it comes. A check that cannot look has failed. */
export const examine = async (context: CheckContext, tell: (found: AreaFinding) => void): Promise<AreaFinding[]> => {
  const all: AreaFinding[] = [];
  for (const [area, check] of Object.entries(checks)) {
    for (const finding of await check(context).catch(unableToLook)) {
      const found = { area, finding };
      all.push(found);
      tell(found);
    }
  }
  return all;
};

const unableToLook = (error: Error): Finding[] => [
  failed(`cannot be looked at: ${error.name}: ${error.message}`, 'run this with the permission to read that'),
];
