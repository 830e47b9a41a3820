import { loadFeeds } from '../../adapters/feed-files.ts';
import { resolvedFeed } from '../../core/feed.ts';
import { Airlock, badCsv, goodCsv } from '../support/airlock.ts';
import { askAsOperator, LinkClient } from '../support/api-client.ts';
import { assemblyWith } from '../support/assembly.ts';
import { linkOf } from '../support/partner-page.ts';

const files = loadFeeds('test/feeds').find(({ feed }) => feed === 'files');
/** A period an hour, that nobody but the test starts. */
const feed = resolvedFeed.parse({
  ...files,
  schedule: { ...files?.schedule, enabled: false },
  period: { unit: 'hour', offset: 0 },
  window: { dueSeconds: 4 * 3600, closeSeconds: 5 * 3600 },
  reminders: [],
  attempts: 5,
});

describe('the owner hears', () => {
  let airlock: Airlock;
  beforeEach(async () => {
    airlock = await Airlock.start({ assembly: assemblyWith({ feeds: [feed] }) });
  });
  afterEach(() => airlock.stop());

  const send = async (content: string) => {
    const status = await new LinkClient(await linkOf(airlock)).upload(content);
    await airlock.settle();
    return status;
  };
  const toOwner = async () =>
    (await airlock.emails()).filter(({ to }) => to.includes('files@example.com')).map(({ subject }) => subject);
  const deliveries = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      await airlock.open('acme/files');
      await airlock.advance('PT10M');
      await send(goodCsv);
      await airlock.advance('PT50M');
    }
  };

  it('that it is later than usual, once eight deliveries say what usual is; the partner is not bothered', async () => {
    await deliveries(7);
    const seventh = await airlock.open('acme/files');
    await airlock.advance('PT1H');
    expect([await toOwner(), await airlock.path(seventh)]).toEqual([[], expect.not.arrayContaining(['Escalate'])]);
    await send(goodCsv);
    // The eighth took an hour: nine in ten of eight are all of them.
    const execution = await airlock.open('acme/files');
    const before = (await airlock.emails()).length;
    await airlock.advance('PT1H49M');
    expect(await toOwner()).toEqual([]);
    await airlock.advance('PT3M');
    expect(await toOwner()).toEqual([expect.stringMatching(/^Later than usual: acme: Files for /)]);
    const [warning, ...more] = (await airlock.emails()).slice(before);
    expect([warning?.text, more]).toEqual([expect.stringMatching(/usually arrives by \d\d:\d\d \(Berlin\)\. For/), []]);
    expect((await airlock.path(execution)).slice(-3)).toEqual([
      'Which milestone is due?',
      'Warn of unusual silence',
      'Wait for upload',
    ]);
    await send(goodCsv);
    expect(await airlock.outcome(execution)).toMatch(/^Accepted on time/);
  });

  it('of a rejection close to due, with what is wrong, while the partner mends it; not of an early one', async () => {
    const execution = await airlock.open('acme/files');
    await send(badCsv);
    expect(await toOwner()).toEqual([]);
    await airlock.advance('PT3H5M');
    await send(badCsv);
    const [mail] = (await airlock.emails()).filter(({ subject }) => subject.startsWith('Not valid'));
    expect(mail?.subject).toMatch(/^Not valid, and little time left: acme: Files/);
    expect(mail?.text).toContain('amount');
    expect((await airlock.subjects()).at(-1)).toMatch(/^deputy@acme\.example: Please correct/);
    await send(goodCsv);
    expect(await airlock.outcome(execution)).toMatch(/^Accepted on time/);
    expect((await airlock.path(execution)).filter((state) => state === 'Warn of rejection')).toHaveLength(1);
  });

  it('nothing of a late start: operators do, with an alarm; what an operator asks for is never late', async () => {
    const late = new Date((await airlock.now()) - 40 * 60_000).toISOString();
    const { executionArn } = await airlock.run('acme/files', late);
    await airlock.settle();
    const id = await airlock.requestId(executionArn);
    const [notice] = await airlock.notices();
    expect(notice).toMatchObject({
      subject: `Opened late: ${id}`,
      message: expect.stringMatching(/and opened 40 minutes later\. It is due /),
    });
    expect(JSON.parse(notice?.messages?.https ?? '{}')).toMatchObject({
      source: 'custom',
      metadata: { eventType: 'airlock.startLate', threadId: id, additionalContext: { partner: 'acme', feed: 'files' } },
    });
    await airlock.advance('PT5M');
    expect(await airlock.alarms()).toContain('ALARM starts-late');
    const { body } = await askAsOperator<{ timeline: { what: string }[] }>(airlock, 'GET', `/requests/${id}/timeline`);
    expect(body.timeline[0]?.what).toMatch(/^opened by \S+, scheduled for \S+, 40 minutes late$/);

    const asked = new Date((await airlock.now()) - 4 * 3_600_000).toISOString();
    const open = { partner: 'acme', feed: 'files', scheduledTime: asked };
    const answer = await askAsOperator<{ requestId: string }>(airlock, 'POST', '/requests', open);
    await airlock.settle();
    expect((await airlock.notices()).filter(({ subject }) => subject?.startsWith('Opened late'))).toHaveLength(1);
    const own = await askAsOperator<{ timeline: { what: string }[] }>(
      airlock,
      'GET',
      `/requests/${answer.body.requestId}/timeline`,
    );
    expect(own.body.timeline[0]?.what).toMatch(/asked for by arn:aws:iam::000000000000:root$/);
  });
});
