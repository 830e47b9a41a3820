import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Feed } from '../../core/feed.ts';
import { readFeed } from '../../core/feed-rules.ts';
import { type Settings, withDefaults } from '../../infra/config.ts';
import { exposureOf } from '../../tools/threats/exposure.ts';
import { weaknessesOf } from '../../tools/threats/weaknesses.ts';

const root = join(import.meta.dirname, '../..');
const person = (email: string) => ({ name: 'A', email });

/** A feed that leaves nothing open. */
const source = {
  title: 'Orders',
  schedule: { expression: 'cron(0 6 ? * MON-FRI *)', timezone: 'Europe/Berlin' },
  window: { due: 'PT4H', close: 'PT8H' },
  contacts: {
    partner: [person('data@acme.example')],
    backup: [person('desk@acme.example')],
    owner: [person('orders@example.com')],
    oncall: [person('oncall@example.com')],
  },
  escalation: [{ at: 'PT0S', to: ['owner', 'oncall'] }],
  file: { format: 'csv', extension: 'csv', maxBytes: '5MB', schema: 'orders.schema.json' },
};
const schema = JSON.stringify({ fields: [{ name: 'id', type: 'integer' }] });

const feedOf = (changes: object = {}, partner = 'acme'): Feed => {
  const result = readFeed({ partner, feed: 'orders' }, { ...source, ...changes }, () => schema);
  if ('feed' in result) return result.feed;
  throw new Error(JSON.stringify(result.problems));
};

/** Settings that leave nothing open. */
const closed: Settings = {
  stage: 'prod',
  domain: 'example.com',
  allowedCidrs: ['203.0.113.0/24'],
  apiDomain: 'upload.example.com',
  certificate: 'arn:aws:acm:eu-west-1:000000000000:certificate/a',
  lockAcceptedDays: 30,
  recordUserAgents: 'new',
  signEvidence: true,
  malwareScan: true,
};
const open = (feeds: readonly Feed[], settings: Settings = closed) => weaknessesOf(feeds, withDefaults(settings));
const { schema: _, ...withoutSchema } = source.file;

describe('npm run threats', () => {
  it('finds nothing where feeds and settings leave nothing open', () => {
    expect(open([feedOf()])).toEqual([]);
  });

  it.each<[string, object, RegExp]>([
    ['an opaque file', { file: { format: 'opaque', extension: 'bin', maxBytes: '5MB' } }, /^medium .*only the size/],
    ['a table without a schema', { file: withoutSchema }, /^medium .*need not have any columns/],
    [
      'a rule that only warns',
      { file: { ...source.file, severity: { 'cell.type': 'warning' } } },
      /^low .*rules were made/,
    ],
    [
      'rows that are let pass',
      { file: { ...source.file, tolerate: { 'cell.type': '1%' } } },
      /^low .*rules were made to warn/,
    ],
    [
      'the URL itself in the mail',
      { delivery: { mode: 'direct' }, window: { due: 'PT50M' } },
      /^medium .*the mail holds the upload URL itself/,
    ],
    ['links on a topic', { delivery: { mode: 'link', channels: ['email', 'sns'] } }, /^medium .*topic of notices/],
    ['a link that works for weeks', { window: { due: 'P7D', close: 'P14D' } }, /^low .*more than 3 days/],
    ['an owner alone', { escalation: [{ at: 'PT0S', to: ['owner'] }] }, /^medium .*nobody but the owner/],
    ['one mailbox', { contacts: { ...source.contacts, backup: [] } }, /^low .*one dead mailbox/],
    ['“nothing to deliver”', { delivery: { mode: 'link', nothingToDeliver: true } }, /^low .*nothing to deliver/],
  ])('finds %s, and nothing else', (_, changes, told) => {
    const found = open([feedOf(), feedOf(changes, 'globex')]).filter(({ what }) => !what.startsWith('a mailbox'));
    expect(found.map(({ gravity, what }) => `${gravity} ${what}`)).toEqual([expect.stringMatching(told)]);
    expect(found[0]?.feeds).toEqual(['globex/orders']);
  });

  it('finds a mailbox that two partners share, however it is written, and no other', () => {
    const shared = {
      contacts: { ...source.contacts, partner: [person('Data@ACME.example')], backup: [person('b@x.example')] },
    };
    const own = { contacts: { ...source.contacts, partner: [person('c@y.example')], backup: [person('d@y.example')] } };
    expect(open([feedOf(), feedOf(shared, 'globex'), feedOf(own, 'initech')])).toMatchObject([
      { what: expect.stringMatching(/^a mailbox/), feeds: ['acme/orders', 'globex/orders'] },
    ]);
  });

  it('calls it grave when neither rules nor a scanner look at what comes', () => {
    const opaque = feedOf({ file: { format: 'opaque', extension: 'bin', maxBytes: '5MB' } });
    const found = open([opaque], { ...closed, malwareScan: false });
    expect(found.map(({ gravity }) => gravity)).toEqual(['high', 'medium']);
  });

  it.each<[keyof Settings, Settings, RegExp]>([
    ['malwareScan', { malwareScan: false }, /malware/],
    ['encryption', { encryption: 'aws-managed' }, /no key of their own/],
    ['lockAcceptedDays', { lockAcceptedDays: 0 }, /can be deleted/],
    ['allowedCidrs', { allowedCidrs: [] }, /any network/],
    ['signEvidence', { signEvidence: false }, /not signed/],
    ['recordDeliveries', { recordDeliveries: false }, /reached the recipient’s server/],
    ['reserveConcurrency', { reserveConcurrency: false }, /a flood of the page/],
  ])('names %s as what closes its gap', (setting, changes, told) => {
    const [only, ...others] = open([feedOf()], { ...closed, ...changes });
    expect(only?.what).toMatch(told);
    expect(only?.closedBy).toContain(`-c ${setting}=`);
    expect(others).toEqual([]);
  });

  it('tells of a stage that keeps nothing, under an address of nobody, as of what it is', () => {
    const found = open([feedOf()], {}).map(({ closedBy }) => closedBy);
    for (const setting of ['stage=prod', 'apiDomain=', 'recordUserAgents=new']) {
      expect(found).toContainEqual(expect.stringContaining(`-c ${setting}`));
    }
  });

  it('sorts by gravity, and names assets as the table of threats does', () => {
    const everything = open(
      [
        feedOf({
          file: { format: 'opaque', extension: 'bin', maxBytes: '5MB' },
          delivery: { mode: 'link', channels: ['email', 'sns'] },
        }),
      ],
      {},
    );
    const order = everything.map(({ gravity }) => 'high medium low'.indexOf(gravity));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    const documented = readFileSync(join(root, 'docs/security.md'), 'utf8');
    for (const { asset } of everything) expect(documented).toContain(`\n| ${asset} |`);
  });

  it('counts how long secrets work: a link until the close, a URL for its hour, in the feed’s own year', () => {
    const from = Date.UTC(2027, 0, 1);
    expect(exposureOf(feedOf(), from)).toEqual({
      feed: 'acme/orders',
      secret: 'link',
      worksSeconds: 8 * 3600,
      mailboxes: 2,
      onTopic: false,
      requestsPerMonth: 261 / 12,
      openHoursPerMonth: (261 / 12) * 8,
      mostBytesPerRequest: 15_000_000,
    });
    const direct = feedOf({
      delivery: { mode: 'direct', channels: ['email', 'sns'] },
      window: { due: 'PT50M', close: 'PT100M' },
    });
    expect(exposureOf(direct, from)).toMatchObject({ secret: 'URL', worksSeconds: 3600, onTopic: false });
    expect(exposureOf(feedOf({ schedule: { ...source.schedule, enabled: false } }), from)).toMatchObject({
      requestsPerMonth: 0,
      openHoursPerMonth: 0,
    });
  });
});

describe('the command', () => {
  const run = (...args: string[]) => {
    const { promise, resolve } = Promise.withResolvers<{ code: number; out: string; err: string }>();
    const command = ['--disable-warning=ExperimentalWarning', 'tools/threats/main.ts', ...args];
    execFile(process.execPath, command, { cwd: root }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
    return promise;
  };

  it('tells of the feeds of this folder with the settings of a deployment, and writes down no address', async () => {
    const { code, out } = await run('-c', 'stage=prod', '-c', 'domain=your.domain', '-c', 'malwareScan=true');
    expect(code).toBe(0);
    expect(out).toContain('Airlock-prod');
    expect(out).toContain('globex/monthly-claims');
    expect(out).not.toMatch(/malware|@/);
    const { out: json } = await run('--json');
    expect(JSON.parse(json)).toMatchObject({ stage: 'dev', exposures: [{ feed: 'acme/daily-orders' }, {}] });
    expect(json).not.toContain('@');
  });

  it('fails a pipeline where something as grave as it says is left open', async () => {
    expect((await run('--fail-on', 'high')).code).toBe(0);
    expect((await run('--fail-on', 'medium')).code).toBe(1);
  });

  it.each([
    [['--fail-on', 'worst'], '--fail-on: got worst, allowed high, medium, low'],
    [['-c', 'stage'], '-c: got stage, allowed KEY=VALUE'],
    [['-c', 'malwareScam=true'], 'there is no setting "malwareScam"'],
    [['-c', 'feeds=nowhere'], 'nowhere'],
    [['--loud'], "Unknown option '--loud'"],
  ])('refuses %j', async (args, told) => {
    const { code, out, err } = await run(...args);
    expect(err).toContain(told);
    expect([code, out]).toEqual([2, '']);
  });
});
