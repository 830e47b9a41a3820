import { dueMilestone, hasTimeBefore, isUrgent, makePlan, nextMilestone, plan as planSchema } from '../../core/plan.ts';

const at = (minutes: number): Date => new Date(Date.parse('2026-11-23T06:00:00.000Z') + minutes * 60_000);
const feed: Parameters<typeof makePlan>[0] = {
  delivery: { mode: 'direct', channels: ['email'], nothingToDeliver: false },
  window: { dueSeconds: 5400, closeSeconds: 8100 },
  reminders: [2700],
  escalation: [
    { afterDueSeconds: 1800, to: ['owner', 'oncall'] },
    { afterDueSeconds: 0, to: ['owner'] },
  ],
};
const plan = makePlan(feed, at(0).toISOString());

describe('a plan', () => {
  it('is ordered by time and ends with the close, after upload grace and event delay', () => {
    expect(plan.milestones.map(({ kind, at: when }) => `${kind} ${when.slice(11, 16)}`)).toEqual([
      'remind 06:45',
      'escalate 07:30',
      'escalate 08:00',
      'close 08:35',
    ]);
    expect(plan.closesAt).toBe('2026-11-23T08:15:00.000Z');
  });

  it('of links closes later by the life of a URL: minting ends with the window, uploads a little later', () => {
    const links = makePlan({ ...feed, delivery: { ...feed.delivery, mode: 'link' } }, at(0).toISOString());
    expect(links.closesAt).toBe(plan.closesAt);
    expect(links.milestones.at(-1)?.at).toBe('2026-11-23T08:50:00.000Z');
  });

  it('takes rungs at the same moment for one', () => {
    const both = [
      { afterDueSeconds: 0, to: ['owner' as const] },
      { afterDueSeconds: 0, to: ['oncall' as const, 'owner' as const] },
    ];
    const { milestones } = makePlan({ ...feed, escalation: both }, at(0).toISOString());
    expect(milestones.filter(({ kind }) => kind === 'escalate')).toMatchObject([{ to: ['owner', 'oncall'] }]);
  });

  it('tells each milestone to whom it is meant for, and keeps apart what is told at different moments', () => {
    const told = ({ milestones }: typeof plan) => milestones.map(({ kind, to }) => [kind, to]);
    expect(told(plan)).toEqual([
      ['remind', ['partner']],
      ['escalate', ['owner']],
      ['escalate', ['owner', 'oncall']],
      ['close', []],
    ]);
    const copied = makePlan({ ...feed, reminders: [2700, 900], ownerReminders: [900] }, at(0).toISOString());
    expect(told(copied).slice(0, 2)).toEqual([
      ['remind', ['partner']],
      ['remind', ['partner', 'owner']],
    ]);
  });

  it('of a partner whose habits are known warns the owner, says by when they usually deliver, and can be kept', () => {
    const warned = makePlan(feed, at(0).toISOString(), { usuallyAfterSeconds: 2400, warnAfterSeconds: 2760 });
    expect(warned.usuallyBy).toBe(at(40).toISOString());
    expect(warned.milestones[1]).toEqual({ index: 1, kind: 'warn', at: at(46).toISOString(), to: ['owner'] });
    expect(planSchema.parse(warned)).toEqual(warned);
    expect(plan).not.toHaveProperty('usuallyBy');
    expect(planSchema.safeParse({ ...plan, milestones: [] }).success).toBe(false);
  });

  it('offers nothing any more in its last minute', () => {
    const end = at(10).toISOString();
    expect([at(0), at(9), new Date(at(9).getTime() + 1), at(11)].map((now) => hasTimeBefore(end, now))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('has the owner hear of a rejection as soon as so much is left as the feed says, and where it says nothing never', () => {
    const urgent = (minute: number, escalateRejectionsSeconds?: number) =>
      isUrgent({ plan, feedConfig: { escalateRejectionsSeconds } as never }, at(minute));
    // Due after 90 minutes.
    expect([29, 30, 31, 120].map((minute) => urgent(minute, 3600))).toEqual([false, true, true, true]);
    expect([29, 120].map((minute) => urgent(minute))).toEqual([false, false]);
  });

  it('waits for the first milestone that is not past', () => {
    expect(nextMilestone(plan, at(0)).index).toBe(0);
    expect([at(45), at(46)].map((now) => nextMilestone(plan, now).index)).toEqual([1, 1]);
  });

  it('waits for the close when all else is past', () => {
    expect(nextMilestone(plan, at(9999)).kind).toBe('close');
  });

  it('takes the milestone that was waited for, even where clocks differ by a moment', () => {
    expect(dueMilestone(plan, new Date(at(45).getTime() - 5), 0).index).toBe(0);
  });

  it('lets the latest of several overtaken milestones speak for all', () => {
    expect([at(89), at(90)].map((now) => dueMilestone(plan, now, 0).index)).toEqual([0, 1]);
    expect(dueMilestone(plan, at(125), 0)).toMatchObject({ index: 2, kind: 'escalate' });
    expect(dueMilestone(plan, at(300), 0).kind).toBe('close');
  });

  it('lets no warning to the owner speak for the partner’s reminder', () => {
    const usual = { usuallyAfterSeconds: 2400, warnAfterSeconds: 2760 };
    const warned = makePlan(feed, at(0).toISOString(), usual);
    expect(warned.milestones.slice(0, 2).map(({ kind }) => kind)).toEqual(['remind', 'warn']);
    expect(dueMilestone(warned, at(50), 0).kind).toBe('remind');
    expect(dueMilestone(warned, at(50), 1).kind).toBe('warn');
    expect(dueMilestone(warned, at(91), 1).kind).toBe('escalate');
    const early = makePlan(feed, at(0).toISOString(), { ...usual, warnAfterSeconds: 2400 });
    expect(dueMilestone(early, at(40), 0).kind).toBe('warn');
  });
});
