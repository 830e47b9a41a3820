import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parse as parseYaml } from 'yaml';
import { loadFeeds } from '../../adapters/feed-files.ts';
import { createCalendars } from '../../adapters/holiday-calendars.ts';
import { resolvedFeed } from '../../core/feed.ts';
import { readFeed } from '../../core/feed-rules.ts';
import { sampleMails } from '../../core/messages/samples.ts';
import { createArchiveExecution } from '../../handlers/archive-execution.ts';
import { createReceiveBounce } from '../../handlers/receive-bounce.ts';
import { createReceiveScan } from '../../handlers/receive-scan.ts';
import { createReceiveTrail } from '../../handlers/receive-trail.ts';
import { createReceiveUpload } from '../../handlers/receive-upload.ts';
import { createRegisterWait } from '../../handlers/register-wait.ts';
import {
  clock,
  collect,
  digest,
  metrics,
  openRequest,
  pointer,
  RacingArchive,
  RacingLanding,
  RacingLedger,
  RacingTasks,
  uploadOf,
} from '../support/racing.ts';

/** With those of test/core/validation/mutation.test.ts and test/local/fuzz.test.ts more than 50,000 in the long run. */
const numRuns = process.env.AIRLOCK_TESTS === 'full' ? 4_000 : 200;

const secret = 'AQCxTheTokenOfSomeTask';

/** JSON that was right, with some of it cut out, turned into something else, or put where it does not belong. */
const spoiled = (whole: unknown): fc.Arbitrary<unknown> =>
  fc
    .array(fc.tuple(fc.nat(), fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.string(), fc.double())), {
      maxLength: 3,
    })
    .map((changes) => {
      let value: unknown = structuredClone(whole);
      for (const [where, what] of changes) value = changedAt(value, where, what);
      return value;
    });

const changedAt = (value: unknown, where: number, what: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return what;
  const names = Object.keys(value);
  const name = names[where % (names.length + 1)];
  if (name === undefined) return what;
  const copy: Record<string, unknown> = { ...value };
  copy[name] = where % 3 === 0 ? what : changedAt(copy[name], Math.floor(where / 3), what);
  return copy;
};

const upload = uploadOf(1);
const created = {
  time: upload.arrivedAt,
  'detail-type': 'Object Created',
  detail: { object: { key: upload.key, size: 1, 'version-id': 'v1' }, 'source-ip-address': '192.0.2.1' },
};
const bounced = {
  detail: {
    eventType: 'Bounce',
    mail: {
      tags: {
        requestId: [pointer.requestId],
        generation: ['1'],
        claim: ['1'],
        attempt: ['1'],
        issue: ['1'],
        kind: ['request'],
        person: ['p'],
        notificationId: ['n'],
      },
    },
    bounce: { bounceType: 'Permanent', bounceSubType: 'General' },
  },
};
const scanned = {
  time: upload.arrivedAt,
  'detail-type': 'GuardDuty Malware Protection Object Scan Result',
  detail: {
    s3ObjectDetails: { objectKey: upload.key, versionId: 'v1' },
    scanResultDetails: { scanResultStatus: 'NO_THREATS_FOUND', threats: null },
  },
};
const sent = {
  detail: {
    eventName: 'UploadPart',
    eventTime: upload.arrivedAt,
    sourceIPAddress: '192.0.2.1',
    userAgent: '[curl/8.5.0]',
    requestParameters: { key: upload.key, uploadId: 'u1' },
  },
};
const over = {
  detail: { executionArn: 'arn:x', name: 'n', status: 'SUCCEEDED', startDate: 1, stopDate: 2, redriveCount: 0 },
};
const waiting = {
  for: 'upload',
  request: pointer,
  attempt: 1,
  token: secret,
  enteredAt: '2026-11-22T12:30:00.000Z',
  retry: 0,
};

/** Everybody who hears of something, in a world of their own. */
const listeners = () => {
  const now = async <T>(_: string, work: () => T): Promise<T> => work();
  const ledger = new RacingLedger(now);
  ledger.write(`requests/${pointer.requestId.replaceAll('_', '/')}.json`, openRequest());
  const tasks = new RacingTasks(now);
  const landing = new RacingLanding(now);
  const { notices, told } = collect();
  const deps = { ledger, landing, tasks, notices, metrics, clock };
  const histories = {
    read: async () => [
      {
        id: 1,
        type: 'ExecutionStarted',
        executionStartedEventDetails: { input: '{"partner":"acme","feed":"orders"}' },
      },
      {
        id: 2,
        type: 'ExecutionSucceeded',
        executionSucceededEventDetails: { output: '{"outcome":"Skipped: a holiday"}' },
      },
    ],
  };
  return {
    told,
    ledger,
    hear: {
      'receive-upload': createReceiveUpload(deps),
      'receive-bounce': createReceiveBounce(deps),
      'receive-scan': createReceiveScan(deps),
      'receive-trail': createReceiveTrail(deps),
      'register-wait': createRegisterWait(deps),
      'archive-execution': createArchiveExecution({
        histories,
        ledger,
        archive: new RacingArchive(now),
        clock,
        digest,
        pause: async () => undefined,
        sign: undefined,
      }),
    },
  };
};

describe('whatever event comes', () => {
  it.each([
    ['receive-upload', created],
    ['receive-bounce', bounced],
    ['receive-scan', scanned],
    ['receive-trail', sent],
    ['archive-execution', over],
    ['register-wait', waiting],
  ] as const)('to %s, it is heard, or refused by name, without repeating a secret', async (name, whole) => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          { weight: 4, arbitrary: spoiled({ token: secret, ...whole }) },
          { weight: 1, arbitrary: fc.anything() },
        ),
        async (event) => {
          const { hear, told, ledger } = listeners();
          const error: unknown = await hear[name](event).then(
            () => undefined,
            (reason: unknown) => reason,
          );
          if (error !== undefined)
            expect([event, error instanceof Error && error.name]).toEqual([
              event,
              expect.stringMatching(/^(InvalidInput|TransientFault)$/),
            ]);
          const said = `${error instanceof Error ? error.message : ''} ${told.join(' ')}`;
          expect(said).not.toContain(secret);
          // Where a token belongs, and nowhere else.
          for (const [key, { text }] of ledger.documents)
            if (!key.startsWith('waits/')) expect([key, text.includes(`"token":"${secret}"`)]).toEqual([key, false]);
        },
      ),
      { numRuns },
    );
  });
});

const source = readFileSync('feeds/acme/daily-orders.yaml', 'utf8');
const beside = (name: string): string => readFileSync(`feeds/acme/${name}`, 'utf8');
const calendars = createCalendars(2026, 2029);
const read = (value: unknown) => {
  // What it names beside itself may be anything; there is one file.
  const schema = (name: string) => (name === 'daily-orders.schema.json' ? beside(name) : undefined);
  return readFeed({ partner: 'acme', feed: 'daily-orders' }, value, schema, calendars);
};

describe('whatever a feed says', () => {
  it('is a feed, or refused with what came and what may come', () => {
    fc.assert(
      fc.property(spoiled(parseYaml(source)), (value) => {
        const result = read(value);
        if ('feed' in result) {
          expect(resolvedFeed.safeParse(result.feed).success).toBe(true);
          return;
        }
        expect(result.problems.length).toBeGreaterThan(0);
        for (const { path, got, allowed, fix } of result.problems)
          expect([path, got, allowed, fix].every((one) => typeof one === 'string')).toBe(true);
      }),
      { numRuns },
    );
  });

  it('is a mail that holds it as text: no markup, no second header', () => {
    const [base] = loadFeeds('test/feeds').filter(({ feed }) => feed === 'files');
    if (!base) throw new Error('no such feed');
    const hostile = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        'a\r\nBcc: b@example.com',
        '\u202efdp.exe',
        '&lt;b&gt;',
        "' onmouseover='x",
      ),
    );
    fc.assert(
      fc.property(hostile, hostile, (title, name) => {
        const [contact] = base.contacts.partner;
        const feed = {
          ...base,
          title,
          brand: { ...base.brand, name },
          contacts: { ...base.contacts, partner: contact ? [{ ...contact, name }] : [] },
        };
        // What has line breaks, or is too long, is no title and no name.
        if (!resolvedFeed.safeParse(feed).success) return;
        for (const { mail } of sampleMails(feed, '2026-11-23T05:00:00.000Z')) {
          expect(mail.html).not.toMatch(/<script|<img|onmouseover='|onerror=alert\(1\)>/i);
          expect(mail.subject).not.toMatch(/[\r\n]/);
        }
      }),
      { numRuns: Math.ceil(numRuns / 10) },
    );
  });
});
