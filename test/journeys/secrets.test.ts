import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Airlock, badCsv, goodCsv } from '../support/airlock.ts';

describe('a secret', () => {
  it('is nowhere but in the inbox, links/, waits/ and the Wait task that passes it', async () => {
    const airlock = await Airlock.start();
    const execution = await airlock.open('acme/orders');
    await airlock.upload(badCsv);
    await airlock.settle();
    await airlock.advance('PT1H');
    await airlock.upload(goodCsv);
    await airlock.settle();
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');

    const secrets = await secretsOf(airlock, execution);
    expect(secrets.length).toBeGreaterThan(8);
    const places = await allText(airlock, execution);
    const leaks = Object.entries(places).filter(([, text]) => secrets.some((secret) => text.includes(secret)));
    expect(leaks.map(([place]) => place)).toEqual([]);
    await airlock.stop();
  });
});

/** Signatures and session tokens of every URL that was mailed, and every task token. */
const secretsOf = async (airlock: Airlock, execution: string): Promise<string[]> => {
  const urls = (await airlock.emails()).flatMap(({ text }) => /'(http[^']*)'$/m.exec(text)?.[1] ?? []);
  const fromUrls = urls.flatMap((url) => {
    const { searchParams } = new URL(url);
    const token = searchParams.get('X-Amz-Security-Token') ?? '';
    return [searchParams.get('X-Amz-Signature') ?? '', token, encodeURIComponent(token)];
  });
  const tokens = (await airlock.history(execution)).flatMap(({ taskScheduledEventDetails: details }) => {
    const token: string | undefined = JSON.parse(details?.parameters ?? '{}').Payload?.token;
    return token === undefined ? [] : [token];
  });
  expect(tokens.length).toBeGreaterThan(1);
  return [...fromUrls, ...tokens];
};

/** Everything that the run wrote or said, by place, but for the places where a secret belongs. */
const allText = async (airlock: Airlock, execution: string): Promise<Record<string, string>> => {
  const places: Record<string, string> = { output: airlock.output };
  for (const event of await airlock.history(execution)) {
    const isWait = event.taskScheduledEventDetails?.resource === 'invoke.waitForTaskToken';
    if (!isWait) places[`history ${event.id} ${event.type}`] = JSON.stringify(event);
  }
  for (const name of readdirSync(join(airlock.dataDir, 'logs')))
    places[name] = readFileSync(join(airlock.dataDir, 'logs', name), 'utf8');
  for (const bucket of ['Landing', 'Accepted', 'Quarantine', 'Ledger', 'Archive'] as const) {
    for (const key of await airlock.keys(bucket)) {
      if (!/^(links|waits)\//.test(key)) places[`${bucket}/${key}`] = await airlock.text(bucket, key);
    }
  }
  places.published = JSON.stringify(await airlock.published());
  places.describe = JSON.stringify(await airlock.describe(execution));
  return places;
};
