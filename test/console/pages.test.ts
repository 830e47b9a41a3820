import { request } from 'node:http';
import { loadFeeds } from '../../adapters/feed-files.ts';
import { daysLater, fromNow } from '../../console/when.ts';
import { resolvedFeed } from '../../core/feed.ts';
import { Airlock, badCsv, goodCsv } from '../support/airlock.ts';
import { LinkClient } from '../support/api-client.ts';
import { assemblyWith } from '../support/assembly.ts';
import { linkOf, PartnerBrowser } from '../support/partner-page.ts';

const files = loadFeeds('test/feeds').find(({ feed }) => feed === 'files');
/** Named as hostile as a title may be; nobody but the test starts it. */
const feed = resolvedFeed.parse({
  ...files,
  title: 'Files <b onclick="x">',
  schedule: { ...files?.schedule, enabled: false },
  window: { dueSeconds: 3600, closeSeconds: 2 * 3600 },
  reminders: [],
});

describe('the console', () => {
  let airlock: Airlock;
  let id: string;
  let execution: string;
  beforeAll(async () => {
    airlock = await Airlock.start({ assembly: assemblyWith({ feeds: [feed] }) });
    // A day of its own, whatever the hour is.
    const tomorrow = new Date((await airlock.now()) + 86_400_000).toISOString().slice(0, 10);
    await airlock.local('POST', 'clock', { to: `${tomorrow}T08:00:00Z` });
    execution = await airlock.open('acme/files');
    id = (await airlock.requestId(execution)) ?? '';
  });
  afterAll(() => airlock.stop());

  const get = async (path: string) => {
    const response = await fetch(`${airlock.consoleUrl}${path}`);
    return { status: response.status, text: await response.text() };
  };
  const press = async (path: string, form: Record<string, string>, referer = '/') => {
    const response = await fetch(`${airlock.consoleUrl}${path}`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { referer: `${airlock.consoleUrl}${referer}` },
      redirect: 'manual',
    });
    return response.headers.get('location') ?? '';
  };
  const text = async (path: string) => (await get(path)).text.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
  const why = { reason: 'the partner called', until: 'PT4H' };

  it('tells what is due today: what waits, with a countdown, and what came of the rest', async () => {
    expect(await text('/')).toMatch(
      new RegExp(`1 Waiting .* 09:00 in (59|1) (min|h) .* ${id} waits; takes files until`),
    );
    expect(await text(`/today/${daysLater(new Date(await airlock.now()).toISOString().slice(0, 10), 1)}`)).toContain(
      'Nothing that was asked for is due on',
    );
  });

  it('knows days of the calendar alone', async () => {
    const { status, text: shown } = await get('/today/2026-13-45');
    expect([status, shown]).toEqual([404, expect.stringContaining('a day such as 2026-11-25')]);
  });

  it('fits a phone: no page is wider than its screen', async () => {
    const browser = await PartnerBrowser.launch();
    const day = new Date(await airlock.now()).toISOString().slice(0, 10);
    const paths = ['/today', '/feeds', '/feeds/acme/files', '/executions', '/inbox', '/objects', '/alarms', '/clock'];
    const wide: string[] = [];
    for (const path of [...paths, `/today/${day}`, `/requests/${id}`]) {
      const page = await browser.open(`${airlock.consoleUrl}${path}`, { viewport: { width: 390, height: 800 } });
      const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
      if (width > 390) wide.push(`${path}: ${width}`);
    }
    await browser.close();
    expect(wide).toEqual([]);
  });

  it('shows a request: the workflow where it is, what happened and is planned, its mails, what can be ordered', async () => {
    const shown = await text(`/requests/${id}`);
    expect(shown).toMatch(/Waits for a file, attempt 1; due in (59 min|1 h)/);
    expect(shown).toMatch(/opened by acme_files_.* mail request to .* Planned .* escalate owner in (59 min|1 h)/);
    expect(shown).toMatch(/Mail a new link Revoke every link Give more time Take it on Take it on until Waive it/);
    expect(shown).toContain('Please send: Files &lt;b onclick=&quot;x&quot;&gt;');
    expect((await get(`/requests/${id}`)).text).toMatch(/class="state current"[^>]*\/><text[^>]*>Wait for upload</);
  });

  it('gives an order over the API, and shows a refusal', async () => {
    expect(await press(`/requests/${id}/extend`, why)).toBe(`/requests/${id}`);
    expect(await text(`/requests/${id}`)).toMatch(/OperatorExtended until .*: the partner called \(arn:aws:iam/);
    const refused = await press(`/requests/${id}/accept`, why);
    expect(await text(refused)).toMatch(/refused: The request is not in the state for this: .* waits for a file/);
    expect((await get('/requests/acme_files_2001-01-01')).status).toBe(404);
    expect(await text('/requests/nonsense')).toContain('ids look like acme_daily-orders_2026-11-23');
    expect((await fetch(`${airlock.consoleUrl}/requests/${id}/explode`, { method: 'POST' })).status).toBe(404);
  });

  it('offers a decision when the owner must decide, a redrive when we failed, and to ask once more at the end', async () => {
    const send = async (content: string) => {
      await new LinkClient(await linkOf(airlock)).upload(content);
      await airlock.settle();
    };
    await send(badCsv);
    await send(badCsv);
    const undecided = await text(`/requests/${id}`);
    expect(undecided).toMatch(/Accept the file as it is Ask for another Waive it/);
    expect(undecided).toMatch(/Findings of attempt 2 3 in all line 2, day expected .*, got “20\.11\.2026”/);
    await press(`/requests/${id}/accept`, why);
    expect(await text(`/requests/${id}`)).toMatch(/Accepted by an operator on time .* Ask once more/);
    expect(await press(`/requests/${id}/reopen`, why)).toBe(`/requests/${id}`);
    expect(await text(`/requests/${id}`)).toMatch(/generation 2/);
    await airlock.withoutPermission('Airlock-dev-AirlockFunctionsValidateUploadRole', 'ReadPinnedUploads', () =>
      send(goodCsv),
    );
    expect(await text(`/requests/${id}`)).toMatch(/Red by a fault of ours.* Redrive it/);
    await press(`/requests/${id}/redrive`, why);
    expect(await text(`/requests/${id}`)).toMatch(/Accepted on time/);
  });

  it('shows how a feed has done, and asks for it now', async () => {
    expect(await text('/feeds')).toContain('acme/files Files &lt;b onclick=&quot;x&quot;&gt;');
    expect(await text('/feeds/acme/files')).toMatch(/100 % punctual 1 on time 0 late .* accepted on time/);
    await airlock.advance('P1D');
    const asked = await press('/feeds/acme/files/ask', {});
    expect(asked).toMatch(/^\/requests\/acme_files_/);
    expect(await text(asked)).toMatch(/asked for by arn:aws:iam::000000000000:root/);
    await airlock.advance('PT3H');
    expect(await text('/feeds/acme/files')).toMatch(/50 % punctual .* 1 missed/);
    expect((await get('/feeds/acme/nothing')).status).toBe(404);
  });

  it('says of a page that is none what there is, and goes on', async () => {
    const { hostname, port } = new URL(airlock.consoleUrl);
    const raw = (path: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        request({ hostname, port, path }, (answer) => resolve(answer.resume().statusCode))
          .on('error', reject)
          .end();
      });
    for (const path of ['/constructor', '/toString', '/nowhere']) expect([path, await raw(path)]).toEqual([path, 404]);
    expect([await raw('/%'), await raw('//')]).toEqual([400, 200]);
    expect((await get('/?')).status).toBe(200);
  });

  it('moves the clock, and stays on its page', async () => {
    const before = await airlock.now();
    expect(await press('/clock/move', { advance: 'PT1H' }, '/feeds')).toBe('/feeds');
    expect(await airlock.now()).toBeGreaterThanOrEqual(before + 3_600_000);
  });
});

describe('a distance in time', () => {
  it.each([
    ['2026-11-25T10:00:00Z', 'now'],
    ['2026-11-25T10:59:59Z', 'in 59 min'],
    ['2026-11-25T11:20:00Z', 'in 1 h 20 min'],
    ['2026-11-28T10:00:30Z', 'in 3 d'],
    ['2026-11-24T09:00:00Z', '1 d 1 h ago'],
  ])('to %s is %s', (at, said) => {
    expect(fromNow(at, '2026-11-25T10:00:00Z')).toBe(said);
  });
});
