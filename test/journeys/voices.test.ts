import { loadFeeds } from '../../adapters/feed-files.ts';
import { resolvedFeed } from '../../core/feed.ts';
import { Airlock, goodCsv } from '../support/airlock.ts';
import { assemblyWith } from '../support/assembly.ts';

const orders = loadFeeds('test/feeds').find(({ feed }) => feed === 'orders');

/** Orders of a German partner, whose owner wants to hear before it is late. */
const feed = resolvedFeed.parse({
  ...orders,
  // Nobody but the test starts it, whatever the hour is.
  schedule: { ...orders?.schedule, enabled: false },
  brand: { name: 'Beispiel Handel', replyTo: 'daten@beispiel.example' },
  ownerReminders: [45 * 60],
  contacts: {
    partner: [{ name: 'Datenstelle', email: 'daten@acme.example', locale: 'de' }],
    backup: [],
    owner: [{ name: 'Auftragsteam', email: 'orders@example.com', locale: 'de' }],
    oncall: [{ name: 'On call', email: 'oncall@example.com', locale: 'en' }],
  },
});

describe('whom a request speaks to', () => {
  let airlock: Airlock;
  let execution: string;
  beforeEach(async () => {
    airlock = await Airlock.start({ assembly: assemblyWith({ feeds: [feed] }) });
    execution = await airlock.open('acme/orders');
  });
  afterEach(() => airlock.stop());

  it('in their own language: asked, reminded, alarmed, and told that all is well again', async () => {
    await airlock.advance('PT46M');
    expect((await airlock.subjects()).map((line) => line.replace(/ für .*| for .*/, ''))).toEqual([
      'daten@acme.example: Bitte senden: Orders',
      'daten@acme.example: Erinnerung: Orders',
      'orders@example.com: Bald fällig: acme: Orders',
    ]);
    await airlock.advance('PT1H16M');
    await airlock.upload(goodCsv, await airlock.link('daten@acme.example'));
    await airlock.settle();
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    const lines = (await airlock.subjects()).map((line) => line.replace(/ für .*| for .*/, '')).slice(3);
    expect(lines.filter((line) => !line.startsWith('daten@'))).toEqual([
      'orders@example.com: Nicht geliefert: acme: Orders',
      'orders@example.com: Nicht geliefert: acme: Orders',
      'oncall@example.com: Not delivered: acme: Orders',
      'orders@example.com: Doch noch geliefert: acme: Orders',
      'oncall@example.com: Delivered after all: acme: Orders',
    ]);
    expect((await airlock.notices()).at(-1)).toMatchObject({
      subject: expect.stringMatching(/^Delivered after all: acme: Orders/),
      message: expect.stringMatching(/has arrived after all. Accepted late at/),
    });
    const receipt = (await airlock.emails()).find(({ subject }) => subject.startsWith('Erhalten'));
    expect(receipt?.text).toMatch(/Vielen Dank: „Orders“ für .* ist angekommen und gültig\.\n\nAngekommen: /);
    expect(receipt?.html).toContain('Beispiel Handel');
  });

  it('nobody is told of a recovery who was not alarmed', async () => {
    await airlock.upload(goodCsv);
    await airlock.settle();
    expect((await airlock.subjects()).map((line) => line.replace(/ für .*/, ''))).toEqual([
      'daten@acme.example: Bitte senden: Orders',
      'daten@acme.example: Erhalten: Orders',
    ]);
  });

  it('a waiver is told to whoever was asked', async () => {
    await airlock.signal(execution, 'OperatorWaived', 'Feiertag');
    expect((await airlock.subjects()).at(-1)).toMatch(/^daten@acme\.example: Nicht mehr nötig: Orders/);
    expect(await airlock.path(execution)).toEqual(
      expect.arrayContaining(['Close as waived', 'Email waiver', 'Waived']),
    );
  });

  it('findings come in the partner’s language, with the cure', async () => {
    await airlock.upload('id,day,amount\n1,20.11.2026,10.50\n');
    await airlock.settle();
    const mail = (await airlock.emails()).at(-1);
    expect(mail?.subject).toMatch(/^Bitte berichtigen: Orders/);
    expect(mail?.text).toContain('Zeile 2, Spalte day: erwartet ein Datum wie 2026-11-22, gefunden „20.11.2026“.');
  });
});
