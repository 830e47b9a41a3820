import fc from 'fast-check';
import { canonicalJson } from '../../core/evidence/canonical.ts';
import { landingKey, parseLandingKey, parseRequestId, requestId } from '../../core/names.ts';
import { dueMilestone, extendedPlan, makePlan, nextMilestone } from '../../core/plan.ts';
import { clockTime, durationSeconds } from '../../core/time.ts';

const numRuns = process.env.AIRLOCK_TESTS === 'full' ? 5_000 : 500;
const always = <T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => void): void =>
  fc.assert(
    fc.property(arbitrary, (value) => holds(value)),
    { numRuns },
  );

const id = fc.stringMatching(/^[a-z0-9-]{1,24}$/);
const period = fc.constantFrom(
  '2026-11-22',
  '2026-w47',
  '2026-11',
  '2026-11-22-06',
  '2026-10-25-02-p0200',
  'summer-2026',
);
const request = fc.record({ partner: id, feed: id, period, generation: fc.integer({ min: 1, max: 9999 }) });

describe('the names of things', () => {
  it('are read back as they were made', () => {
    const made = fc.tuple(request, fc.integer({ min: 1, max: 9999 }), fc.stringMatching(/^[a-z0-9]{1,8}$/));
    always(made, ([key, attempt, extension]) => {
      expect(parseLandingKey(landingKey(key, attempt, extension))).toEqual({ request: key, attempt });
      const { generation: _, ...of } = key;
      expect(parseRequestId(requestId(key))).toEqual(of);
    });
  });

  it('are ours or nobody’s: what is read back of any key makes that very key', () => {
    const piece = fc.oneof(
      id,
      period,
      fc.string({ maxLength: 12 }),
      fc.constantFrom('..', '', '1', '01', '0', 'upload.csv'),
    );
    const key = fc.oneof(
      fc.string(),
      fc.array(piece, { minLength: 1, maxLength: 8 }).map((parts) => parts.join('/')),
    );
    always(key, (text) => {
      const read = parseLandingKey(text);
      const [, extension = ''] = /\.([a-z0-9]+)$/.exec(text) ?? [];
      if (read) expect(landingKey(read.request, read.attempt, extension)).toBe(text);
    });
  });
});

const hours = (most: number) => fc.integer({ min: 1, max: most * 3600 });
const feed = fc
  .record({
    dueSeconds: hours(240),
    extra: fc.integer({ min: 0, max: 240 * 3600 }),
    reminders: fc.array(hours(24), { maxLength: 4 }),
    rungs: fc.array(fc.integer({ min: 0, max: 24 * 3600 }), { maxLength: 4 }),
    mode: fc.constantFrom('link' as const, 'direct' as const),
  })
  .map(({ dueSeconds, extra, reminders, rungs, mode }) => ({
    delivery: { mode, channels: ['email' as const], nothingToDeliver: false },
    window: { dueSeconds, closeSeconds: dueSeconds + extra },
    reminders,
    escalation: rungs.map((afterDueSeconds) => ({ afterDueSeconds, to: ['owner' as const] })),
  }));
const instant = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const shift = (at: string, ms: number): Date => new Date(Date.parse(at) + ms);

describe('any plan', () => {
  it('is finite, in order, numbered, and its last word is the close, after the window', () => {
    always(fc.tuple(feed, instant), ([one, at]) => {
      const { milestones, dueAt, closesAt, opensAt } = makePlan(one, at);
      expect(opensAt <= dueAt && dueAt <= closesAt).toBe(true);
      expect(milestones.map(({ index }) => index)).toEqual(milestones.map((_, index) => index));
      const moments = milestones.map(({ at: when }) => Date.parse(when));
      expect(moments).toEqual(moments.toSorted((a, b) => a - b));
      const closes = milestones.filter(({ kind }) => kind === 'close');
      expect(closes).toHaveLength(1);
      // Upload grace and event delay, and in link mode the life of the last URL.
      const grace = (one.delivery.mode === 'link' ? 35 : 20) * 60_000;
      expect(Date.parse(closes[0]?.at ?? '') - Date.parse(closesAt)).toBe(grace);
    });
  });

  it('has a next milestone at every moment: the first to come, or the close', () => {
    always(fc.tuple(feed, instant, fc.integer({ min: -3600_000, max: 40 * 86_400_000 })), ([one, at, ms]) => {
      const plan = makePlan(one, at);
      const now = shift(at, ms);
      const next = nextMilestone(plan, now);
      const isPast = Date.parse(next.at) <= now.getTime();
      expect(isPast ? next.index : 'to come').toBe(isPast ? plan.milestones.length - 1 : 'to come');
      expect(
        plan.milestones.filter(({ at: when, index }) => index < next.index && Date.parse(when) > now.getTime()),
      ).toEqual([]);
    });
  });

  it('never takes a milestone before the one that was waited for, and none that is to come', () => {
    const when = fc.tuple(feed, instant, fc.integer({ min: 0, max: 40 * 86_400_000 }), fc.nat());
    always(when, ([one, at, ms, pick]) => {
      const plan = makePlan(one, at);
      const waitedFor = pick % plan.milestones.length;
      const now = shift(at, ms);
      const due = dueMilestone(plan, now, waitedFor);
      expect(due.index).toBeGreaterThanOrEqual(waitedFor);
      if (due.index > waitedFor) expect(Date.parse(due.at)).toBeLessThanOrEqual(now.getTime());
    });
  });

  it('that is extended keeps what was measured from its due time, and its opening', () => {
    always(fc.tuple(feed, instant, fc.integer({ min: 1, max: 20 * 86_400 })), ([one, at, laterSeconds]) => {
      const before = makePlan(one, at);
      const dueAt = shift(before.dueAt, laterSeconds * 1000).toISOString();
      const after = extendedPlan(one, before, dueAt);
      expect([after.dueAt, after.opensAt]).toEqual([dueAt, before.opensAt]);
      const distances = (plan: typeof before) =>
        plan.milestones.map(({ kind, at: when }) => `${kind} ${Date.parse(when) - Date.parse(plan.dueAt)}`);
      expect(distances(after)).toEqual(distances(before));
    });
  });
});

describe('canonical JSON', () => {
  const same = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

  it('says what was said, whatever the order of its members', () => {
    always(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(same(value));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    });
    always(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(turned)).toBe(canonicalJson(value));
    });
  });
});

describe('times', () => {
  it('of any zone are told without a fault, and no duration is taken for another', () => {
    const zones = fc.constantFrom('Europe/Berlin', 'America/St_Johns', 'Pacific/Apia', 'Australia/Lord_Howe', 'UTC');
    always(fc.tuple(instant, zones), ([at, zone]) => expect(clockTime(at, zone)).toMatch(/^\d\d:\d\d \(.+\)$/));
    always(fc.integer({ min: 0, max: 10_000_000 }), (seconds) =>
      expect(durationSeconds(`PT${seconds}S`)).toBe(seconds),
    );
  });
});
