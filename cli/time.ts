import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientSettings } from './clients.ts';

/** Product time, and a way to let it pass: the wall's on AWS, the endpoint's own on this machine. */
export const timeOf = ({ endpoint }: ClientSettings) => (endpoint === undefined ? wallTime : productTime(endpoint));

const wallTime = { now: async () => Date.now(), pass: (ms: number) => sleep(ms) };

/** The embedded AWS has a clock of its own, which moves when it is told. */
const productTime = (endpoint: string) => {
  const clock = async (method: string, body?: object): Promise<number> => {
    const response = await fetch(`${endpoint}/_local/clock`, { method, ...(body && { body: JSON.stringify(body) }) });
    const { now }: { now: string } = JSON.parse(await response.text());
    return Date.parse(now);
  };
  return {
    now: () => clock('GET'),
    pass: async (advanceMs: number) => {
      await clock('POST', { advanceMs });
    },
  };
};
