import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Airlock, badCsv, goodCsv } from '../support/airlock.ts';
import { LinkClient } from '../support/api-client.ts';
import { airlockCommand } from '../support/command.ts';
import { linkOf } from '../support/partner-page.ts';

describe('the operators’ commands', () => {
  let airlock: Airlock;
  let day: string;
  let id: string;

  beforeEach(async () => {
    airlock = await Airlock.start();
    day = new Date(await airlock.now()).toISOString().slice(0, 10);
    id = `acme_files_${periodIn('Europe/Berlin', await airlock.now())}`;
  });
  afterEach(() => airlock.stop());

  const periodIn = (timeZone: string, at: number) => new Date(at).toLocaleDateString('sv-SE', { timeZone });
  const run = async (...args: string[]) => {
    const result = await airlockCommand(airlock, ...args);
    await airlock.settle();
    return result;
  };
  const why = ['--reason', 'the partner called'];
  const state = async (request = id) => JSON.parse((await run('request', 'show', request, '--json')).out);
  const send = async (content: string) => {
    const link = new LinkClient(await linkOf(airlock));
    const { body } = await link.start(content);
    const { url = '', headers = {} } = body.put ?? {};
    await fetch(url, { method: 'PUT', headers, body: content });
    await airlock.settle();
  };
  const subjects = async () => (await airlock.emails()).map(({ subject }) => subject);

  it('tell what is due, what is late and what was missed', async () => {
    await airlock.open('acme/files');
    const due = new Date((await airlock.now()) + 4 * 3_600_000).toISOString().slice(0, 10);
    expect((await run('request', 'list', '--due', due)).out).toMatch(new RegExp(`${id}  waiting .*\\n\\n1 request`));
    expect((await run('request', 'list', '--due', 'late')).out).toContain('0 requests');
    await airlock.advance('PT5H');
    expect((await run('request', 'list', '--due', 'late')).out).toMatch(new RegExp(`${id}  late`));
    await airlock.advance('P1D');
    const missed: { requestId: string; state: string; outcome: string }[] = JSON.parse(
      (await run('request', 'list', '--due', 'missing', '--json')).out,
    );
    expect(missed.find(({ requestId }) => requestId === id)).toMatchObject({
      state: 'missed',
      outcome: expect.stringMatching(/^Missed: nothing arrived by/),
    });
    const wrong = await run('request', 'list', '--due', 'soon');
    expect([wrong.code, wrong.err]).toEqual([
      2,
      expect.stringContaining('got soon, allowed today, late, missing or a date'),
    ]);
  });

  it('tell how a feed has done', async () => {
    await airlock.open('acme/files');
    await send(goodCsv);
    const { out } = await run('feed', 'show', 'acme/files');
    expect(out).toMatch(/^acme\/files: Files, cron\(0 7 \? \* MON-FRI \*\) Europe\/Berlin\n/);
    expect(out).toMatch(/accepted {2}due .*Z {2}Accepted on time .*\n\n1 on time, 0 late, .*; 100 % on time\n$/s);
    expect((await run('feed', 'show', 'acme/nothing')).err).toContain('this deployment has no feed acme/nothing');
    expect((await run('feed', 'show', 'acme')).err).toContain('feed show: got "acme", allowed partner/feed');
  });

  it('tell all that happened to a request, and nothing secret', async () => {
    await airlock.open('acme/files');
    // S3 tells of arrivals by the second.
    await airlock.advance('PT1M');
    await send(badCsv);
    await run('request', 'reissue', id, ...why);
    await send(goodCsv);
    const { out } = await run('request', 'show', id);
    const order = [
      'opened by',
      'mail request',
      'bytes arrived from 127.0.0.1',
      'findings',
      'mail fix',
      'OperatorReissued: the partner called',
      'attempt 2 checked: valid, 2 rows',
      'Accepted on time',
    ];
    const places = order.map((text) => out.indexOf(text));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(out).not.toMatch(/#[A-Za-z0-9_-]{43}|X-Amz-Signature|@acme\.example/);
    expect((await run('request', 'reissue', id, ...why)).err).toMatch(
      /refused: The request has ended: .*takes no more orders: Accepted/,
    );
  });

  it('give more time: due, reminder, escalation and close move, and the partner is told', async () => {
    const execution = await airlock.open('acme/files');
    await airlock.advance('PT3H30M');
    expect((await run('request', 'extend', id, ...why)).err).toContain('--until: got nothing, allowed a time such as');
    const extended = await run('request', 'extend', id, '--until', 'PT6H', ...why);
    expect([extended.code, extended.out.trim()]).toEqual([0, `${id}: the partner is told of the new time`]);
    expect((await subjects()).at(-1)).toMatch(/^More time: Files/);
    // The old due time passes, and nobody is alarmed.
    await airlock.advance('PT1H');
    expect((await airlock.path(execution)).filter((name) => name === 'Escalate')).toEqual([]);
    // A reminder an hour before the new one, and the escalation at it.
    await airlock.advance('PT4H30M');
    expect((await subjects()).at(-1)).toMatch(/^Reminder: Files/);
    await airlock.advance('PT1H');
    expect(await subjects()).toContainEqual(expect.stringMatching(/^Not delivered: acme: Files/));
    const before = await run('request', 'extend', id, '--until', '2026-01-01T00:00:00Z', ...why);
    expect([before.code, before.err]).toEqual([
      2,
      expect.stringMatching(/until: got 2026-01-01T00:00:00.000Z, allowed after/),
    ]);
    await airlock.advance('PT24H');
    expect(await airlock.ending(execution)).toBe('FAILED UploadNotReceived');
    expect((await run('request', 'extend', id, '--until', 'PT6H', ...why)).err).toContain('takes no more orders');
  });

  it('take a late request on, so that the rungs to come alarm nobody; snoozed, only until then', async () => {
    const orders = `acme_orders_${periodIn('Europe/Berlin', await airlock.now())}`;
    await airlock.open('acme/orders');
    await airlock.advance('PT1H31M');
    const alarmed = async () => (await subjects()).filter((one) => one.startsWith('Not delivered')).length;
    expect(await alarmed()).toBe(1);
    expect((await run('request', 'acknowledge', orders, ...why)).code).toBe(0);
    await airlock.advance('PT31M');
    expect(await alarmed()).toBe(1);
    expect((await state(orders)).timeline).toContainEqual({
      at: expect.any(String),
      what: 'taken on by arn:aws:iam::000000000000:root: the partner called',
    });
    expect((await run('request', 'snooze', orders, ...why)).err).toContain('until');
  });

  it('snooze ends by itself: a rung after it speaks', async () => {
    const orders = `acme_orders_${periodIn('Europe/Berlin', await airlock.now())}`;
    await airlock.open('acme/orders');
    await airlock.advance('PT1H');
    await run('request', 'snooze', orders, '--until', 'PT45M', ...why);
    await airlock.advance('PT40M');
    expect(await subjects()).not.toContainEqual(expect.stringMatching(/^Not delivered/));
    await airlock.advance('PT25M');
    expect(await subjects()).toContainEqual(expect.stringMatching(/^Not delivered/));
  });

  it('accept a file that the rules rejected for the last time, and only such a one', async () => {
    const execution = await airlock.open('acme/files');
    const early = await run('request', 'accept', id, ...why);
    expect([early.code, early.err]).toEqual([
      2,
      expect.stringMatching(/refused: .*waits for a file: only a file that was rejected for the last time/),
    ]);
    await send(badCsv);
    await send(badCsv);
    expect((await airlock.path(execution)).at(-1)).toBe('Wait for the owner');
    expect((await run('request', 'extend', id, '--until', 'PT9H', ...why)).err).toContain(
      'waits for a decision about a rejected file',
    );
    await run('request', 'accept', id, ...why);
    expect(await airlock.outcome(execution)).toMatch(/^Accepted by an operator/);
    expect((await run('request', 'waive', id, ...why)).err).toContain('takes no more orders: Accepted by an operator');
  });

  it('waive, and ask once more for what has ended: the next generation, with links of its own', async () => {
    await airlock.open('acme/files');
    const old = new LinkClient(await linkOf(airlock));
    expect((await run('request', 'reopen', id, ...why)).err).toContain(
      'is open: only a period that has ended is opened once more',
    );
    await run('request', 'waive', id, ...why);
    expect((await state()).state).toBe('waived');
    expect((await run('request', 'reopen', id, '--reason', 'they found a file')).out.trim()).toBe(
      `${id}: is asked for once more`,
    );
    expect(await state()).toMatchObject({ state: 'waiting', waitsFor: 'upload' });
    expect((await old.show()).status).toBe(410);
    await send(goodCsv);
    const shown = await state();
    expect(shown.state).toBe('accepted');
    const told = shown.timeline.map(({ what }: { what: string }) => what);
    expect(told).toContainEqual(expect.stringMatching(/^generation 1 ended: Waived: the partner called/));
    expect(told).toContainEqual('wanted once more by arn:aws:iam::000000000000:root: they found a file');
    expect(await airlock.keys('Accepted')).toEqual([`${id.replaceAll('_', '/')}/2/data.csv`]);
    // A correction after acceptance: what was accepted stays where it is.
    await run('request', 'reopen', id, '--reason', 'a column was wrong');
    await send(goodCsv.replace('10.50', '11.50'));
    expect(await airlock.keys('Accepted')).toEqual(
      [2, 3].map((generation) => `${id.replaceAll('_', '/')}/${generation}/data.csv`),
    );
  });

  it('open a request for a period, and a range of them, whatever the day is: a backfill stays bound to its period', async () => {
    const open = (...args: string[]) =>
      run('request', 'open', '--feed', 'acme/files', '--feeds', 'test/feeds', ...args);
    expect((await open('--period', '2026-11-02')).out.trim()).toBe('acme_files_2026-11-02: opened');
    expect((await open('--period', '2026-11-02')).out.trim()).toBe('acme_files_2026-11-02: was open already');
    const range = await open('--from', '2026-10-30', '--to', '2026-11-03');
    expect(range.out.trim().split('\n')).toEqual([
      'acme_files_2026-10-30: opened',
      'acme_files_2026-11-02: was open already',
      'acme_files_2026-11-03: opened',
    ]);
    expect((await state('acme_files_2026-10-30')).state).toBe('waiting');
    expect((await open('--period', 'yesterday')).err).toContain('period: got yesterday, allowed such as 2026-11-22');
    expect((await open('--period', '2026-w47')).err).toContain('period: got 2026-w47, allowed such as 2026-11-22');
  });

  it('send a file in the partner’s place', async () => {
    const execution = await airlock.open('acme/files');
    const file = join(mkdtempSync(join(tmpdir(), 'airlock-test-')), 'orders.csv');
    writeFileSync(file, goodCsv);
    const sent = await run('request', 'upload', id, file, ...why);
    expect([sent.err, sent.code]).toEqual([expect.any(String), 0]);
    expect(await airlock.outcome(execution)).toMatch(/^Accepted on time/);
    const grants = await Promise.all(
      (await airlock.keys('Ledger', 'grants/')).map((key) => airlock.text('Ledger', key)),
    );
    expect(grants.filter((text) => text.includes('"reason":"the partner called"'))).toHaveLength(1);
  });

  it('pause a feed: its runs end as skipped with who and why, until it is resumed', async () => {
    expect((await run('feed', 'pause', 'acme/files', ...why)).out).toContain('paused');
    const execution = await airlock.open('acme/files');
    expect(await airlock.outcome(execution)).toMatch(
      /^Skipped: .*paused by arn:aws:iam::000000000000:root: the partner called/,
    );
    expect((await run('feed', 'list')).out).toMatch(/acme\/files .*paused by .*: the partner called/);
    expect(await airlock.keys('Ledger', 'skipped/')).toEqual([`skipped/${id.replaceAll('_', '/')}.json`]);
    await run('feed', 'resume', 'acme/files', ...why);
    expect((await run('feed', 'resume', 'acme/files', ...why)).err).toContain('is not paused');
    expect(await airlock.ending(await airlock.open('acme/files', { inDays: 7 }))).toBe('RUNNING');
    await run('feed', 'pause', 'acme/files', '--until', 'P1D', ...why);
    await airlock.advance('P2D');
    expect((await run('feed', 'list')).out).not.toContain('paused');
    expect((await run('feed', 'pause', 'acme/nothing', ...why)).err).toContain('no feed acme/nothing');
  });

  it('check feeds without any deployment', async () => {
    const good = await run('feed', 'check', '--feeds', 'test/feeds');
    expect([good.code, good.out]).toEqual([0, expect.stringContaining('5 feeds in test/feeds are right')]);
    expect((await run('feed', 'check', '--feeds', 'no-such-folder')).code).toBe(1);
  });

  it('refuse what has no reason, no such request, or no such id, and change nothing', async () => {
    expect((await run('request', 'waive', id)).err).toContain('--reason: got nothing');
    expect((await run('request', 'waive', 'acme_files_1999-01-01', ...why)).err).toContain('no request has this id');
    expect((await run('request', 'waive', 'nonsense', ...why)).err).toContain('allowed the id of a request');
    expect((await run('request', 'dance', id, ...why)).err).toContain('no command "request dance');
    expect([day, await airlock.keys('Ledger', 'signals/')]).toEqual([day, []]);
  });
});

describe('a contact whose mail came back', () => {
  it('is passed over from then on: the backup gets a fresh link within minutes, until an operator clears it', async () => {
    const airlock = await Airlock.start();
    await airlock.local('PUT', 'mailbox', { address: 'claims@globex.example', fate: 'bounced' });
    const execution = await airlock.open('globex/claims');
    const to = async () => (await airlock.emails()).map((mail) => `${mail.to[0]} ${mail.subject.split(':')[0]}`);
    expect(await to()).toEqual(['analytics@example.com Mail bounced', 'desk@globex.example New upload address']);
    await airlock.upload('x', await airlock.link('desk@globex.example'));
    await airlock.settle();
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    // The next period goes to the backup at once.
    await airlock.local('PUT', 'mailbox', { address: 'claims@globex.example', fate: 'delivered' });
    await airlock.open('globex/claims', { inDays: 40 });
    expect((await to()).at(-1)).toBe('desk@globex.example Please send');
    const [dead] = JSON.parse((await airlockCommand(airlock, 'address', 'list', '--json')).out);
    expect(dead).toMatchObject({ reason: expect.stringContaining('Bounce Permanent') });
    const cleared = await airlockCommand(airlock, 'address', 'clear', dead.person, '--reason', 'they mended it');
    expect(cleared.out).toContain('mail goes there again');
    await airlock.open('globex/claims', { inDays: 80 });
    expect((await to()).at(-1)).toBe('claims@globex.example Please send');
    const again = await airlockCommand(airlock, 'address', 'clear', dead.person, '--reason', 'x');
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('no dead address of person')]);
    await airlock.stop();
  });
});
