import type { Evidence } from '../../core/evidence/pack.ts';
import { evidenceAsHtml } from '../../core/evidence/page.ts';

const hash = 'ab'.repeat(32);
const pack: Evidence = {
  version: 1,
  partner: 'acme',
  feed: 'orders',
  outcome: { kind: 'accepted', line: 'Accepted on time at 07:41 (Berlin): 2 rows', at: '2026-11-23T06:41:07.000Z' },
  execution: {
    arn: 'arn:aws:states:eu-west-1:000000000000:execution:airlock-dev-upload:acme_orders_2026-11-23',
    name: 'acme_orders_2026-11-23',
    status: 'SUCCEEDED',
    startedAt: '2026-11-23T05:00:00.000Z',
    stoppedAt: '2026-11-23T06:41:09.000Z',
    redrives: 0,
    history: { key: 'acme/orders/2026-11-23/1/acme_orders_2026-11-23-0/history.json', sha256: hash, events: 61 },
  },
  request: {
    requestId: 'acme_orders_2026-11-23',
    period: '2026-11-23',
    generation: 1,
    title: 'Orders <b>daily</b>',
    timezone: 'Europe/Berlin',
    scheduledAt: '2026-11-23T05:00:00.000Z',
    openedAt: '2026-11-23T05:00:01.000Z',
    feedHash: hash,
    dueAt: '2026-11-23T06:50:00.000Z',
    closesAt: '2026-11-23T07:50:00.000Z',
    milestones: [
      { index: 0, at: '2026-11-23T06:20:00.000Z', kind: 'remind', to: ['partner'] },
      { index: 1, at: '2026-11-23T06:50:00.000Z', kind: 'escalate', to: ['owner', 'oncall'] },
      { index: 2, at: '2026-11-23T08:25:00.000Z', kind: 'close', to: [] },
    ],
  },
  openings: [
    {
      at: '2026-11-23T06:05:00.000Z',
      recipient: 'c44de619a58fc1fb3ff36874',
      sourceIp: '192.0.2.7',
      userAgent: 'Moz <i>',
    },
    { at: '2026-11-23T06:06:00.000Z', recipient: 'topic' },
  ],
  uploads: [
    {
      attempt: 1,
      key: 'acme/orders/2026-11-23/1/1/3f1c.csv',
      versionId: 'v1',
      size: 812,
      arrivedAt: '2026-11-23T06:10:00.000Z',
      sourceIp: '192.0.2.7',
      userAgent: 'curl/8.5.0',
      settled: 'taken',
      check: { valid: false, rows: 12, sha256: hash, findings: { 'cell.type': 3, 'period.other': 1 } },
    },
    {
      attempt: 2,
      key: 'acme/orders/2026-11-23/1/2/9a0b.csv',
      versionId: 'v2',
      size: 790,
      arrivedAt: '2026-11-23T06:41:00.000Z',
      settled: 'taken',
      check: { valid: true, rows: 2, sha256: hash, findings: {} },
    },
  ],
  accepted: { key: 'acme/orders/2026-11-23/1/data.csv', versionId: 'a1', sha256: hash },
  mails: [
    {
      at: '2026-11-23T05:00:03.000Z',
      kind: 'request',
      person: 'c44de619a58fc1fb3ff36874',
      status: 'sent',
      messageId: '0102-ab',
      fate: 'delivered: 250 ok',
    },
  ],
  acts: [{ at: '2026-11-23T06:30:00.000Z', what: 'OperatorReissued', why: '<script>alert(1)</script> (an operator)' }],
  recordedAt: '2026-11-23T06:41:12.000Z',
  chain: {
    sequence: 41,
    previous: { key: 'acme/orders/2026-11-22/1/acme_orders_2026-11-22-0/evidence.json', sha256: hash },
  },
};

describe('the page of a pack of evidence', () => {
  const page = evidenceAsHtml(pack, 'cd'.repeat(32));
  const text = page
    .replaceAll(/<style>.*?<\/style>/gs, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');

  it('says what was planned, came, was found and was done, in UTC and in the feed’s own time', () => {
    expect(text).toContain('Accepted on time at 07:41 (Berlin): 2 rows');
    expect(text).toContain('Due 2026-11-23 06:50:00 UTC, 07:50 (Berlin)');
    expect(text).toContain('2026-11-23 06:50:00 UTC, 07:50 (Berlin) escalate owner, oncall');
    expect(text).toMatch(
      /812 bytes 192\.0\.2\.7, curl\/8\.5\.0 not valid, 12 rows, cell\.type × 3, period\.other × 1, SHA-256 abab/,
    );
    expect(text).toContain('07:05 (Berlin) c44de619a58fc1fb3ff36874 192.0.2.7, Moz &lt;i&gt;');
    expect(text).toContain('07:06 (Berlin) topic address not recorded, program not recorded');
    expect(text).toContain('790 bytes address not recorded, program not recorded valid, 2 rows');
    expect(text).toContain('request c44de619a58fc1fb3ff36874 delivered: 250 ok, 0102-ab');
    expect(text).toContain(`its SHA-256 is ${'cd'.repeat(32)}`);
  });

  it('takes nobody’s words for its own', () => {
    expect(page).not.toMatch(/<script|<b>/);
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt; (an operator)');
  });

  it('says of a run that opened nothing what is known of it', () => {
    const { request: _, accepted: __, ...bare } = pack;
    const short = evidenceAsHtml({ ...bare, uploads: [], mails: [], acts: [] }, hash);
    expect(short).not.toMatch(/undefined|<dt>Due/);
    expect(short).toContain('2026-11-23 06:41:09 UTC, redriven 0 times');
  });
});
