import { PutSuppressedDestinationCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { Airlock, goodCsv } from '../support/airlock.ts';

const partner = 'data@acme.example';

describe('a mail that is not delivered', () => {
  let airlock: Airlock;
  beforeEach(async () => {
    airlock = await Airlock.start();
  });
  afterEach(() => airlock.stop());

  const fates = async (): Promise<string[]> => {
    const keys = await airlock.keys('Ledger', 'notifications/');
    const records = await Promise.all(keys.map(async (key) => JSON.parse(await airlock.text('Ledger', key))));
    return records.flatMap(({ kind, fate }) => (fate ? [`${kind} ${fate.state} (${fate.reason})`] : [])).sort();
  };

  it('ends the wait: the owner hears of it, and another URL is issued', async () => {
    await airlock.local('PUT', 'mailbox', { address: partner, fate: 'bounced' });
    const execution = await airlock.open('acme/orders');
    expect(await airlock.path(execution)).toEqual([
      'Open request',
      'Generate upload URL',
      'Email upload URL',
      'Wait for upload',
      'Escalate bounced mail',
      'Generate upload URL',
      'Email upload URL',
      'Wait for upload',
    ]);
    expect((await airlock.subjects()).map((line) => line.replace(/ for .*/, ''))).toEqual([
      'orders@example.com: Mail bounced: acme: Orders',
    ]);
  });

  it('to an address that stays dead is told once, not for ever', async () => {
    await airlock.local('PUT', 'mailbox', { address: partner, fate: 'bounced' });
    const execution = await airlock.open('acme/orders');
    await airlock.advance('PT30M');
    const escalations = (await airlock.path(execution)).filter((state) => state === 'Escalate bounced mail');
    expect(escalations).toHaveLength(1);
    expect(await fates()).toEqual([
      'reissued undelivered (Bounce Permanent OnAccountSuppressionList)',
      'request undelivered (Bounce Permanent General)',
    ]);
  });

  it('is never the last word: the file is taken all the same', async () => {
    await airlock.local('PUT', 'mailbox', { address: partner, fate: 'bounced' });
    const execution = await airlock.open('acme/orders');
    await airlock.local('PUT', 'mailbox', { address: partner, fate: 'delivered' });
    await airlock.advance('PT46M');
    await airlock.upload(goodCsv, await airlock.link(partner));
    await airlock.settle();
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
  });

  it('because the address is suppressed is known, though SES took the mail', async () => {
    const ses = new SESv2Client(airlock.client);
    await ses.send(new PutSuppressedDestinationCommand({ EmailAddress: partner, Reason: 'BOUNCE' }));
    const execution = await airlock.open('acme/orders');
    expect(await airlock.path(execution)).toContain('Escalate bounced mail');
  });

  it('because the mailbox is full has failed for good: SES has tried long enough', async () => {
    await airlock.local('PUT', 'mailbox', { address: partner, fate: 'mailboxFull' });
    const execution = await airlock.open('acme/orders');
    expect(await airlock.path(execution)).toContain('Escalate bounced mail');
    expect(await fates()).toContain('request undelivered (Bounce Transient MailboxFull)');
  });

  it('because that person once complained is no complaint, but a mail that was never sent', async () => {
    const ses = new SESv2Client(airlock.client);
    await ses.send(new PutSuppressedDestinationCommand({ EmailAddress: partner, Reason: 'COMPLAINT' }));
    const execution = await airlock.open('acme/orders');
    expect(await airlock.path(execution)).toContain('Escalate bounced mail');
    expect(await fates()).toContain('request undelivered (Complaint OnAccountSuppressionList)');
  });

  it('only later is recorded and changes nothing', async () => {
    await airlock.local('PUT', 'mailbox', { address: partner, fate: 'delayed' });
    const execution = await airlock.open('acme/orders');
    expect((await airlock.path(execution)).at(-1)).toBe('Wait for upload');
    expect(await fates()).toEqual(['request delayed (DeliveryDelay)']);
  });

  it('to our own people is no signal: the operators hear of it', async () => {
    await airlock.local('PUT', 'mailbox', { address: 'orders@example.com', fate: 'bounced' });
    const execution = await airlock.open('acme/orders');
    await airlock.advance('PT91M');
    expect((await airlock.path(execution)).filter((state) => state === 'Escalate bounced mail')).toEqual([]);
    expect((await airlock.notices()).map(({ subject }) => subject)).toContainEqual(
      expect.stringMatching(/^Mail undelivered: acme_orders_/),
    );
  });

  it('leaves no address and no words of the other server in the ledger’s records, the notices or the history', async () => {
    await airlock.local('PUT', 'mailbox', { address: partner, fate: 'complained' });
    const execution = await airlock.open('acme/orders');
    const keys = await airlock.keys('Ledger');
    const texts = await Promise.all(
      keys.filter((key) => !/^(people|links|waits)\//.test(key)).map((key) => airlock.text('Ledger', key)),
    );
    const all = JSON.stringify([texts, await airlock.notices(), await airlock.history(execution)]);
    expect(all).toContain('complained');
    expect(all).not.toContain(partner);
  });
});
