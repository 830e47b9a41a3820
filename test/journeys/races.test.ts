import aws4 from 'aws4';
import { loadFeeds } from '../../adapters/feed-files.ts';
import { type Feed, resolvedFeed } from '../../core/feed.ts';
import { Airlock, goodCsv } from '../support/airlock.ts';
import { LinkClient } from '../support/api-client.ts';
import { assemblyWith } from '../support/assembly.ts';
import { linkOf } from '../support/partner-page.ts';
import { brokenPromises } from '../support/promises.ts';

const files = loadFeeds('test/feeds').find(({ feed }) => feed === 'files');
/** A period an hour, so that every race has one of its own. Nobody but the test starts it. */
const feed: Feed = resolvedFeed.parse({
  ...files,
  schedule: { ...files?.schedule, enabled: false },
  period: { unit: 'hour', offset: 0 },
  window: { dueSeconds: 20 * 60, closeSeconds: 40 * 60 },
  reminders: [10 * 60],
  escalation: [{ afterDueSeconds: 0, to: ['owner'] }],
});
const beforeReminder = 'PT5M';
const beforeExpiry = 'PT15M';
const beforeClose = 'PT1H10M';

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

describe('two things at the same millisecond', () => {
  let airlock: Airlock;
  let execution: string;
  let id: string;

  beforeAll(async () => {
    airlock = await Airlock.start({ assembly: assemblyWith({ feeds: [feed] }) });
  });
  afterAll(() => airlock.stop());

  /** The URL that the page gets for a file, as a request that puts it. */
  const upload = async (): Promise<Request> => {
    const { body } = await new LinkClient(await linkOf(airlock)).start(goodCsv);
    const { url = '', headers = {} } = body.put ?? {};
    return { method: 'PUT', url, headers, body: goodCsv };
  };
  const signed = (service: string, method: string, address: string, body: string, more = {}): Request => {
    const { host, pathname, origin } = new URL(address);
    const { region } = airlock.status;
    const keys = { accessKeyId: 'local', secretAccessKey: 'local' };
    const { headers = {} } = aws4.sign({ service, region, method, host, path: pathname, headers: more, body }, keys);
    const texts = Object.entries(headers).map(([name, value]) => [name, String(value)]);
    return { method, url: `${origin}${pathname}`, headers: Object.fromEntries(texts), body };
  };
  const order = (verb: string): Request =>
    signed('execute-api', 'POST', `${airlock.status.outputs.PageUrl}/requests/${id}/${verb}`, '{"reason":"a race"}', {
      'content-type': 'application/json',
    });
  /** A transfer that began before its URL ended, and ends long after. */
  const slowUpload = (): Request => {
    const [partner, name, period] = id.split('_');
    const key = `${partner}/${name}/${period}/1/1/upload.csv`;
    return signed('s3', 'PUT', `${airlock.status.endpoint}/${airlock.bucket('Landing')}/${key}`, goodCsv, {
      'if-none-match': '*',
    });
  };
  const planAt = (at: string, request: Request) => airlock.local('POST', 'requests', { at, ...request });
  const answers = async (): Promise<number[]> => {
    const made = JSON.parse(await (await fetch(`${airlock.status.endpoint}/_local/requests`)).text());
    return made.map(({ status }: { status: number }) => status);
  };
  const mails = async () =>
    (await airlock.emails()).flatMap(({ tags: { requestId, kind = '' } }) => (requestId === id ? [kind] : []));
  const endOf = async (): Promise<string> => {
    await airlock.advance('PT3H');
    return airlock.ending(execution);
  };
  const visits = async (state: string) => (await airlock.path(execution)).filter((one) => one === state).length;

  describe.each([
    ['first', false],
    ['last', true],
  ])('when what was planned %s comes first', (_, newestFirst) => {
    afterEach(() => airlock.local('PUT', 'ties', {}));
    beforeEach(async () => {
      // What was left of the race before comes to its end.
      await airlock.advance('PT3H');
      execution = (await airlock.run('acme/files')).executionArn;
      await airlock.settle();
      id = (await airlock.requestId(execution)) ?? '';
      await airlock.local('PUT', 'ties', { newestFirst });
    });

    it('an upload and the reminder: it is accepted once, and at most one reminder is sent', async () => {
      await airlock.advance(beforeReminder);
      await planAt(await airlock.nextDue(), await upload());
      await airlock.advance('PT6M');
      expect(await endOf()).toBe('SUCCEEDED');
      expect(await visits('Accept upload')).toBe(1);
      expect((await mails()).filter((kind) => kind === 'reminder').length).toBeLessThanOrEqual(2);
      expect(await airlock.outcome(execution)).toMatch(/^Accepted on time/);
    });

    it('an upload and the expiry: it is accepted once, whether or not the owner was alarmed', async () => {
      await airlock.advance(beforeExpiry);
      await planAt(await airlock.nextDue(), await upload());
      await airlock.advance('PT6M');
      expect(await endOf()).toBe('SUCCEEDED');
      expect(await visits('Accept upload')).toBe(1);
      const alarmed = (await mails()).includes('escalation-late-1');
      expect((await mails()).includes('escalation-recovered-0')).toBe(alarmed);
    });

    it('an upload and the close: it is accepted late, or recorded as after the close, and never both', async () => {
      await airlock.advance(beforeClose);
      await planAt(await airlock.nextDue(), slowUpload());
      const ended = await endOf();
      expect(['SUCCEEDED', 'FAILED UploadNotReceived']).toContain(ended);
      expect((await answers()).at(-1)).toBe(200);
      const [key = ''] = await airlock.keys('Ledger', `arrivals/${id.replaceAll('_', '/')}/`);
      const { settled } = JSON.parse(await airlock.text('Ledger', key));
      expect([ended, settled]).toEqual([ended, ended === 'SUCCEEDED' ? 'taken' : 'afterClose']);
    });

    it('a waiver and an upload: one of them decides, and the other is recorded', async () => {
      const file = await upload();
      const at = new Date((await airlock.now()) + 60_000).toISOString();
      await planAt(at, order('waive'));
      await planAt(at, file);
      await airlock.advance('PT2M');
      expect(await endOf()).toBe('SUCCEEDED');
      const [first, second] = (await answers()).slice(-2);
      const waiver = first === 200 ? second : first;
      // Either it was taken, or the wait had ended by the time it came.
      expect([200, 202, 409]).toContain(waiver);
      expect([first, second]).toContain(200);
      const [key = ''] = await airlock.keys('Ledger', `arrivals/${id.replaceAll('_', '/')}/`);
      const { settled } = JSON.parse(await airlock.text('Ledger', key));
      const outcome = await airlock.outcome(execution);
      expect([outcome, settled]).toEqual([outcome, outcome.startsWith('Waived') ? 'afterClose' : 'taken']);
    });

    it('a reissue and the expiry: the owner is alarmed, the partner has a link that works', async () => {
      await airlock.advance(beforeExpiry);
      await planAt(await airlock.nextDue(), order('reissue'));
      await airlock.advance('PT6M');
      expect((await answers()).at(-1)).toBe(202);
      expect(await mails()).toContain('escalation-late-1');
      expect(await mails()).toContain('reissued');
      const { url, headers, body } = await upload();
      expect((await fetch(url, { method: 'PUT', headers, body })).status).toBe(200);
      expect(await endOf()).toBe('SUCCEEDED');
    });
  });

  it('breaks no promise, in any of these', async () => {
    expect(await airlock.executions()).toHaveLength(10);
    expect(await brokenPromises(airlock)).toEqual([]);
  });
});
