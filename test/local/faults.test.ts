import { Airlock, goodCsv } from '../support/airlock.ts';

describe('a fault', () => {
  let airlock: Airlock;
  beforeAll(async () => {
    airlock = await Airlock.start();
  });
  afterAll(() => airlock.stop());
  afterEach(() => airlock.noFaults());

  it('strikes once unless more is asked for, lets pass what it is told to, and says how often', async () => {
    await airlock.fault({ point: 'function', name: 'generate-upload-url', effect: 'kill', skip: 1 });
    const [first, second] = [await airlock.open('acme/orders'), await airlock.open('acme/orders', { inDays: 1 })];
    const failures = async (execution: string) =>
      (await airlock.history(execution)).flatMap(({ taskFailedEventDetails: details }) => details?.error ?? []);
    expect([await failures(first), await failures(second)]).toEqual([[], ['Runtime.ExitError']]);
    await airlock.advance('PT1M');
    expect(await airlock.faults()).toEqual([expect.objectContaining({ struck: 1 })]);
  });

  it('of a service meets the app, and not who looks at it', async () => {
    await airlock.fault({
      point: 'service',
      service: 's3',
      operation: 'PutObject',
      code: 'SlowDown',
      status: 503,
      times: 0,
    });
    await airlock.putFile('stray-of-the-root.txt', 'x');
    expect(await airlock.faults()).toEqual([expect.objectContaining({ struck: 0 })]);
    await airlock.settle();
    const [{ struck } = { struck: 0 }] = await airlock.faults();
    expect(struck).toBeGreaterThan(0);
  });

  it('can be an answer that never comes: what was asked for is done all the same', async () => {
    await airlock.open('acme/orders', { inDays: 2 });
    await airlock.fault({ point: 'service', service: 's3', operation: 'PutObject', effect: 'hangUp', when: 'after' });
    await expect(airlock.upload(goodCsv)).rejects.toThrow('fetch failed');
    expect((await airlock.upload(goodCsv)).status).toBe(412);
  });

  it('can be a clock that is set: what was planned in between is done late, and at once', async () => {
    const before = await airlock.now();
    await airlock.fault({ point: 'clock', jumpSeconds: 600 });
    expect((await airlock.now()) - before).toBeGreaterThanOrEqual(600_000);
    await airlock.fault({ point: 'clock', jumpSeconds: -60 });
    expect((await airlock.now()) - before).toBeLessThan(600_000);
    await airlock.settle();
  });

  it.each([
    [{ point: 'nowhere' }, 'point: got nowhere, allowed function, service, event, journal, disk, clock'],
    [{ point: 'function', effect: 'melt' }, 'effect: allowed error, timeout, kill, throttle, delay'],
    [{ point: 'service', service: 'email' }, 'service: allowed s3, states, ses'],
    [{ point: 'event', source: 'aws.s3', copies: 'many' }, 'copies: expected'],
    [{ point: 'disk', effect: 'full', when: 'after' }, 'there is no when'],
  ])('that there is not is refused with those that there are: %j', async (fault, said) => {
    await expect(airlock.fault(fault)).rejects.toThrow(said);
    expect(await airlock.faults()).toEqual([]);
  });
});
