import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Airlock } from './airlock.ts';

/** Signatures and session tokens of every URL that was mailed, secrets of links, and every task token. */
export const secretsOf = async (airlock: Airlock, executions: readonly string[]): Promise<string[]> => {
  const texts = (await airlock.emails()).map(({ text }) => text);
  const urls = texts.flatMap((text) => /'(http[^']*)'$/m.exec(text)?.[1] ?? []);
  const fromUrls = urls.flatMap((url) => {
    const { searchParams } = new URL(url);
    const token = searchParams.get('X-Amz-Security-Token') ?? '';
    return [searchParams.get('X-Amz-Signature') ?? '', token, encodeURIComponent(token)];
  });
  const fromLinks = texts.flatMap((text) => /\/u\/[\w-]+#([\w-]{20,})/.exec(text)?.[1] ?? []);
  return [...fromUrls, ...fromLinks, ...(await tokensOf(airlock, executions))].filter((secret) => secret !== '');
};

/** Every task token of executions. */
export const tokensOf = async (airlock: Airlock, executions: readonly string[]): Promise<string[]> => {
  const histories = await Promise.all(executions.map((one) => airlock.history(one)));
  return histories.flat().flatMap(({ taskScheduledEventDetails: details }) => {
    const token: string | undefined = JSON.parse(details?.parameters ?? '{}').Payload?.token;
    return token === undefined ? [] : [token];
  });
};

/** Where a secret is that should not be there; none when all is well. */
export const leaksOf = async (airlock: Airlock, executions: readonly string[]): Promise<string[]> => {
  const secrets = await secretsOf(airlock, executions);
  const places = await allText(airlock, executions);
  return Object.entries(places).flatMap(([place, text]) => (secrets.some((one) => text.includes(one)) ? [place] : []));
};

/** Everything that was written or said, by place, but for the places where a secret belongs. */
const allText = async (airlock: Airlock, executions: readonly string[]): Promise<Record<string, string>> => {
  const places: Record<string, string> = { output: airlock.output };
  for (const execution of executions) {
    for (const event of await airlock.history(execution)) {
      const isWait = event.taskScheduledEventDetails?.resource === 'invoke.waitForTaskToken';
      if (!isWait) places[`${execution} ${event.id} ${event.type}`] = JSON.stringify(event);
    }
    places[execution] = JSON.stringify(await airlock.describe(execution));
  }
  for (const name of readdirSync(join(airlock.dataDir, 'logs')))
    places[name] = readFileSync(join(airlock.dataDir, 'logs', name), 'utf8');
  for (const bucket of ['Landing', 'Accepted', 'Quarantine', 'Ledger', 'Archive'] as const) {
    for (const key of await airlock.keys(bucket)) {
      if (!/^(links|waits)\//.test(key)) places[`${bucket}/${key}`] = await airlock.text(bucket, key);
    }
  }
  places.published = JSON.stringify(await airlock.published());
  return places;
};
