import { Airlock, badCsv, goodCsv } from '../support/airlock.ts';
import { leaksOf, secretsOf, tokensOf } from '../support/leaks.ts';

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

    expect((await tokensOf(airlock, [execution])).length).toBeGreaterThan(1);
    expect((await secretsOf(airlock, [execution])).length).toBeGreaterThan(8);
    expect(await leaksOf(airlock, [execution])).toEqual([]);
    await airlock.stop();
  });
});
