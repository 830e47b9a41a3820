import { Airlock, goodCsv } from '../support/airlock.ts';

describe('a file that never comes', () => {
  let airlock: Airlock;
  let execution: string;

  beforeAll(async () => {
    airlock = await Airlock.start();
    execution = await airlock.open('acme/orders');
  });
  afterAll(() => airlock.stop());

  const newSubjects = async (duration: string): Promise<string[]> => {
    const before = (await airlock.subjects()).length;
    await airlock.advance(duration);
    return (await airlock.subjects()).slice(before).map((line) => line.replace(/ for \d{4}-\d\d-\d\d/, ''));
  };

  it('reminds the partner before it is due, and nobody else', async () => {
    expect(await newSubjects('PT46M')).toEqual(['data@acme.example: Reminder: Orders is due soon']);
  });

  it('escalates to the owner when it is due, and gives the partner a URL that works', async () => {
    expect(await newSubjects('PT45M')).toEqual([
      'orders@example.com: Not delivered: acme: Orders',
      'data@acme.example: Late: Orders was due',
    ]);
    const { headers, url } = await airlock.link();
    expect(
      (
        await fetch(url, {
          method: 'PUT',
          headers: { ...headers, 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' },
          body: 'x',
        })
      ).status,
    ).toBe(400);
  });

  it('climbs to the next rung', async () => {
    expect(await newSubjects('PT30M')).toEqual([
      'orders@example.com: Not delivered: acme: Orders',
      'oncall@example.com: Not delivered: acme: Orders',
      'data@acme.example: Late: Orders was due',
    ]);
  });

  it('never puts a URL into a mail to our own people or into a notice', async () => {
    const ours = (await airlock.emails()).filter(({ to }) => to.some((address) => address.endsWith('@example.com')));
    expect(ours.length).toBeGreaterThan(0);
    expect(JSON.stringify([ours, await airlock.notices()])).not.toMatch(/X-Amz-|https?:\/\/127/);
  });

  it('ends red and named when it closes', async () => {
    await airlock.advance('PT40M');
    expect(await airlock.ending(execution)).toBe('FAILED UploadNotReceived');
    expect((await airlock.describe(execution)).cause).toMatch(
      /^Missed: nothing arrived by \d\d:\d\d \(Berlin\).*runbook/,
    );
    expect((await airlock.notices()).at(-1)?.message).toMatch(/^Execution acme_orders_\w+ ended FAILED/);
  });

  it('sends nothing more afterwards', async () => {
    const requestId = (await airlock.emails())[0]?.tags.requestId;
    await airlock.advance('P1D');
    const mails = (await airlock.emails()).filter(({ tags }) => tags.requestId === requestId);
    expect(mails).toHaveLength(7);
  });
});

describe('a request whose due time is its close', () => {
  it('escalates once and issues no URL that could not live', async () => {
    const airlock = await Airlock.start();
    const execution = await airlock.open('globex/claims');
    await airlock.advance('PT30M');
    expect((await airlock.subjects()).map((line) => line.replace(/ for .*/, ''))).toEqual([
      'claims@globex.example: Please send: Claims',
      'analytics@example.com: Not delivered: globex: Claims',
    ]);
    expect((await airlock.upload(goodCsv)).status).toBe(403);
    await airlock.advance('PT20M');
    expect(await airlock.ending(execution)).toBe('FAILED UploadNotReceived');
    await airlock.stop();
  });
});
