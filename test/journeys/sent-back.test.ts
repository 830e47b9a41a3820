import { Airlock, badCsv, goodCsv } from '../support/airlock.ts';

describe('a file that is sent back', () => {
  let airlock: Airlock;
  let execution: string;

  beforeAll(async () => {
    airlock = await Airlock.start();
    execution = await airlock.open('acme/orders');
    await airlock.upload(badCsv);
    await airlock.settle();
  });
  afterAll(() => airlock.stop());

  it('tells the partner line, column, what was expected, what came, and how to mend it', async () => {
    const mail = (await airlock.emails()).at(-1);
    expect(mail?.subject).toMatch(/^Please correct: Orders/);
    expect(mail?.text).toContain('Line 2, column day: expected a date such as 2026-11-22, got “20.11.2026”.');
    expect(mail?.text).toContain('Line 3, column id: expected a whole number such as 42, got “x”.');
    expect(mail?.text).toContain('Line 3, column amount: expected at least 0, got “-7”.');
    expect(mail?.text).toContain('attempt 2 of 2');
  });

  it('is kept in quarantine, and nothing is accepted', async () => {
    const [key = ''] = await airlock.keys('Quarantine');
    expect(key).toMatch(/\/1\/1\/upload\.csv$/);
    expect(await airlock.text('Quarantine', key)).toBe(badCsv);
    expect(await airlock.keys('Accepted')).toEqual([]);
  });

  it('opens a second attempt with a key of its own, which does not find the first file again', async () => {
    expect((await airlock.link()).url).toContain('/1/2/upload.csv?');
    expect((await airlock.path(execution)).at(-1)).toBe('Wait for upload');
    expect(await airlock.ending(execution)).toBe('RUNNING');
  });

  it('is accepted when it was mended', async () => {
    expect((await airlock.upload(goodCsv)).status).toBe(200);
    await airlock.settle();
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    expect(await airlock.outcome(execution)).toMatch(/^Accepted on time .* 2 rows$/);
  });
});

describe('a file that is still wrong after the last attempt', () => {
  let airlock: Airlock;
  let execution: string;

  beforeEach(async () => {
    airlock = await Airlock.start();
    execution = await airlock.open('acme/orders');
    for (const body of [badCsv, badCsv]) {
      await airlock.upload(body);
      await airlock.settle();
    }
  });
  afterEach(() => airlock.stop());

  it('is escalated to the owner with its findings, and rejected when the request closes', async () => {
    const mail = (await airlock.emails()).at(-1);
    expect(mail?.to).toEqual(['orders@example.com']);
    expect(mail?.subject).toMatch(/^Rejected: acme: Orders/);
    expect(mail?.text).toContain('Line 2, column day');
    expect((await airlock.path(execution)).at(-1)).toBe('Wait for the owner');
    await airlock.advance('PT3H');
    expect(await airlock.ending(execution)).toBe('FAILED UploadRejected');
  });

  it('is accepted all the same when an operator says so, and the outcome tells', async () => {
    await airlock.signal(execution, 'OperatorAccepted', 'checked by hand');
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    expect(await airlock.outcome(execution)).toMatch(/^Accepted by an operator on time/);
  });

  it('may be sent once more when an operator asks for another', async () => {
    await airlock.signal(execution, 'OperatorReissued', 'they mended it');
    await airlock.upload(goodCsv);
    await airlock.settle();
    expect(await airlock.outcome(execution)).toMatch(/^Accepted on time/);
  });

  it('is waived with a reason when an operator excuses it', async () => {
    await airlock.signal(execution, 'OperatorWaived', 'public holiday at the partner');
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    expect(await airlock.outcome(execution)).toBe('Waived: public holiday at the partner');
  });
});
