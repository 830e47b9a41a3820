import { PutObjectCommand } from '@aws-sdk/client-s3';
import { Airlock, badCsv, goodCsv } from '../support/airlock.ts';

/** How often the wait was ended by a token. */
const completions = async (airlock: Airlock, execution: string): Promise<number> =>
  (await airlock.history(execution)).filter(
    ({ type, taskSucceededEventDetails: details }) =>
      type === 'TaskSucceeded' && details?.resource === 'invoke.waitForTaskToken',
  ).length;

const settledAs = async (airlock: Airlock): Promise<string[]> => {
  const keys = await airlock.keys('Ledger', 'arrivals/');
  return Promise.all(keys.map(async (key) => JSON.parse(await airlock.text('Ledger', key)).settled));
};

/** Where the file of a request belongs, as soon as the request is claimed and before it is mailed. */
const firstKey = async (airlock: Airlock) => {
  for (;;) {
    const [key] = await airlock.keys('Ledger', 'requests/');
    if (key !== undefined) return `${key.replace('requests/', '').replace('.json', '')}/1/1/upload.csv`;
  }
};

describe('an arrival', () => {
  let airlock: Airlock;
  beforeEach(async () => {
    airlock = await Airlock.start();
  });
  afterEach(() => airlock.stop());

  it('whose event comes three times, late and out of order ends the wait once', async () => {
    const execution = await airlock.open('acme/orders');
    await airlock.fateOfEvents({ source: 'aws.s3', copies: 3, delaySeconds: [20, 0, 10] });
    await airlock.upload(goodCsv);
    await airlock.advance('PT1M');
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    expect(await completions(airlock, execution)).toBe(1);
    expect(await settledAs(airlock)).toEqual(['taken']);
  });

  it('whose event is lost is found at the next milestone, before anybody is bothered', async () => {
    const execution = await airlock.open('acme/orders');
    await airlock.fateOfEvents({ source: 'aws.s3', copies: 0 });
    await airlock.upload(goodCsv);
    await airlock.settle();
    expect(await airlock.ending(execution)).toBe('RUNNING');
    await airlock.advance('PT46M');
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    expect((await airlock.subjects()).some((subject) => subject.includes('Reminder'))).toBe(false);
  });

  it('that comes before anybody waits is found by the wait', async () => {
    const { executionArn } = await airlock.run('acme/orders');
    const Key = await firstKey(airlock);
    await airlock.s3.send(
      new PutObjectCommand({ Bucket: airlock.bucket('Landing'), Key, Body: goodCsv, IfNoneMatch: '*' }),
    );
    await airlock.settle();
    expect(await airlock.ending(executionArn)).toBe('SUCCEEDED');
    expect(await completions(airlock, executionArn)).toBe(1);
  });

  it('that was there before anybody asked is told to operators, and taken when somebody asks', async () => {
    const period = new Date(await airlock.now()).toLocaleDateString('sv-SE', { timeZone: 'Europe/Berlin' });
    const Key = `acme/orders/${period}/1/1/upload.csv`;
    await airlock.s3.send(
      new PutObjectCommand({ Bucket: airlock.bucket('Landing'), Key, Body: goodCsv, IfNoneMatch: '*' }),
    );
    await airlock.settle();
    expect(await settledAs(airlock)).toEqual(['unexpected']);
    const execution = await airlock.open('acme/orders');
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    expect(await settledAs(airlock)).toEqual(['taken']);
  });

  it('in the middle of an escalation is accepted as late', async () => {
    const execution = await airlock.open('acme/orders');
    await airlock.advance('PT91M');
    const link = await airlock.link('data@acme.example');
    const escalation = airlock.advance('PT30M');
    while ((await airlock.path(execution)).filter((state) => state === 'Escalate').length < 2);
    expect((await airlock.upload(goodCsv, link)).status).toBe(200);
    await escalation;
    await airlock.settle();
    expect(await airlock.outcome(execution)).toMatch(/^Accepted late at .* 2 rows, 1 reminder$/);
    expect(await completions(airlock, execution)).toBe(1);
  });

  it('while the request is being closed is taken or recorded, never lost', async () => {
    const execution = await airlock.open('acme/orders');
    await airlock.advance('PT2H10M');
    const link = await airlock.link('data@acme.example');
    const Key = decodeURIComponent(new URL(link.url).pathname.split('/').slice(2).join('/'));
    const closing = airlock.advance('PT1H');
    while ((await airlock.path(execution)).at(-1) !== 'Close as missed');
    await airlock.s3.send(
      new PutObjectCommand({ Bucket: airlock.bucket('Landing'), Key, Body: goodCsv, IfNoneMatch: '*' }),
    );
    await closing;
    await airlock.settle();
    const ended = `${await airlock.ending(execution)}, ${await settledAs(airlock)}`;
    expect(['SUCCEEDED, taken', 'FAILED UploadNotReceived, afterClose']).toContain(ended);
  });

  it('between the last URL and the close is taken, though its event is lost', async () => {
    const execution = await airlock.open('acme/orders');
    await airlock.advance('PT2H5M');
    await airlock.fateOfEvents({ source: 'aws.s3', copies: 0 });
    await airlock.upload(goodCsv, await airlock.link('data@acme.example'));
    await airlock.advance('PT1H');
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    expect(await airlock.outcome(execution)).toMatch(/^Accepted late/);
    expect(await settledAs(airlock)).toEqual(['taken']);
  });

  it('after the end is recorded, told to operators, and its file kept', async () => {
    const execution = await airlock.open('acme/orders');
    const [first = ''] = [(await airlock.link()).url];
    await airlock.advance('PT3H');
    expect(await airlock.ending(execution)).toBe('FAILED UploadNotReceived');
    const Key = decodeURIComponent(new URL(first).pathname.split('/').slice(2).join('/'));
    await airlock.s3.send(
      new PutObjectCommand({ Bucket: airlock.bucket('Landing'), Key, Body: goodCsv, IfNoneMatch: '*' }),
    );
    await airlock.settle();
    expect(await settledAs(airlock)).toEqual(['afterClose']);
    expect((await airlock.notices()).at(-1)?.subject).toMatch(/^Upload after the end: acme_orders_/);
    expect(await airlock.keys('Landing')).toEqual([Key]);
  });

  it('at a key that no request asked for is kept and told to operators', async () => {
    for (const Key of ['acme/unknown/2026-11-22/1/1/upload.csv', 'stray.txt']) {
      await airlock.s3.send(
        new PutObjectCommand({ Bucket: airlock.bucket('Landing'), Key, Body: 'x', IfNoneMatch: '*' }),
      );
    }
    await airlock.settle();
    expect(await settledAs(airlock)).toEqual(['unexpected', 'unexpected']);
    expect((await airlock.notices()).map(({ subject }) => subject)).toEqual(['Unexpected upload', 'Unexpected upload']);
  });

  it('without If-None-Match is refused by the bucket, even from its owner', async () => {
    const put = airlock.s3.send(new PutObjectCommand({ Bucket: airlock.bucket('Landing'), Key: 'a', Body: 'x' }));
    await expect(put).rejects.toThrow(/explicit deny in a resource-based policy/);
  });
});

describe('an attempt', () => {
  it('never finds the file of the attempt before, whose event comes again', async () => {
    const airlock = await Airlock.start();
    const execution = await airlock.open('acme/orders');
    await airlock.fateOfEvents({ source: 'aws.s3', copies: 2, delaySeconds: [0, 120] });
    await airlock.upload(badCsv);
    await airlock.advance('PT5M');
    expect((await airlock.path(execution)).at(-1)).toBe('Wait for upload');
    expect((await airlock.path(execution)).filter((state) => state === 'Validate upload')).toHaveLength(1);
    await airlock.stop();
  });
});
