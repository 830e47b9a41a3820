import type { Feed } from '../../core/feed.ts';
import { readFeed } from '../../core/feed-rules.ts';
import { ledgerKeys } from '../../core/names.ts';
import { acceptUpload, extendRequest } from '../../core/operating/intervene.ts';
import { openAdHoc } from '../../core/operating/open-ad-hoc.ts';
import { reopenRequest } from '../../core/operating/reopen.ts';
import type { RequestDocument } from '../../core/request.ts';
import { clock, openRequest, pointer, RacingLedger, RacingTasks, uploadOf } from '../support/racing.ts';

const dayMs = 86_400_000;
const at = (ms: number): string => new Date(clock.now().getTime() + ms).toISOString();

/** A request in link mode that waits, whoever may order what, and executions that are started by name. */
const world = (
  changes: Partial<RequestDocument> = {},
  { taken = [] as readonly string[], state = 'running' as const } = {},
) => {
  const now = async <T>(_: string, work: () => T): Promise<T> => work();
  const [ledger, tasks] = [new RacingLedger(now), new RacingTasks(now)];
  const before = openRequest();
  const feedConfig = { ...before.feedConfig, delivery: { mode: 'link' as const, channels: ['email' as const] } };
  const request: RequestDocument = { ...before, feedConfig, ...changes };
  ledger.write(ledgerKeys.request(pointer), request);
  const started: { name: string; input: unknown }[] = [];
  const starter = {
    start: async (name: string, input: unknown) => {
      if (taken.includes(name)) return false;
      started.push({ name, input });
      return true;
    },
  };
  const executions = { state: async (): Promise<'running' | 'ended' | 'unknown'> => state };
  return {
    request,
    started,
    ledger,
    tasks,
    deps: { ledger, tasks, clock, starter, executions, linkIds: { next: () => 'abcdefghijkl' } },
  };
};

const act = (body: object) => ({ id: pointer.requestId, caller: 'the operator', body });
const wait = (hears: readonly string[], attempt: number) => ({
  version: 1,
  token: `token ${attempt}`,
  registeredAt: clock.now().toISOString(),
  hears,
  attempt,
});
const uploadWait = ledgerKeys.wait(pointer, 1, '2026-11-22T12:00:00.000Z', 0);
const decisionWait = ledgerKeys.decisionWait(pointer, '2026-11-22T12:10:00.000Z', 0);

describe('an order to accept', () => {
  const hears = ['OperatorAccepted', 'OperatorWaived', 'OperatorReissued'];

  it('is about the file that waits for a decision', async () => {
    const { deps, ledger, tasks } = world();
    ledger.write(decisionWait, wait(hears, 1));
    tasks.waiting.add('token 1');
    await acceptUpload(deps, act({ reason: 'fine' }));
    expect(tasks.ended.get('token 1')).toBe('OperatorAccepted');
    const [signal = ''] = await ledger.list(ledgerKeys.signals(pointer));
    expect(ledger.read(signal)).toMatchObject({ attempt: 1 });
  });

  it('is refused once the next attempt was issued: that decision is over', async () => {
    const { deps, ledger } = world();
    ledger.write(decisionWait, wait(hears, 1));
    ledger.write(ledgerKeys.link({ ...pointer, claim: 1 }, 2, 1), {});
    await expect(acceptUpload(deps, act({ reason: 'fine' }))).rejects.toMatchObject({ problem: 'wrong-state' });
    expect(await ledger.list(ledgerKeys.signals(pointer))).toEqual([]);
  });
});

describe('more time', () => {
  const hears = ['OperatorWaived', 'OperatorReissued', 'OperatorExtended'];
  const extend = ({ deps, ledger }: ReturnType<typeof world>, until: string) => {
    ledger.write(uploadWait, wait(hears, 1));
    return extendRequest(deps, act({ reason: 'they asked', until }));
  };

  it('is refused while a file is being checked: nobody would hear it', async () => {
    const here = world();
    here.ledger.write(ledgerKeys.arrival(pointer, 1, 'v1'), { version: 1, ...uploadOf(1), settled: 'taken' });
    await expect(extend(here, at(dayMs))).rejects.toMatchObject({ problem: 'wrong-state' });
  });

  it('ends before the workflow does, its close included', async () => {
    const { plan } = world().request;
    const last = plan.milestones.length - 1;
    const closesLate = {
      ...plan,
      milestones: plan.milestones.with(last, {
        index: last,
        kind: 'close' as const,
        at: new Date(Date.parse(plan.dueAt) + 29 * dayMs).toISOString(),
        to: [],
      }),
    };
    const openedAt = clock.now().toISOString();
    await expect(extend(world({ openedAt }), at(20 * dayMs))).resolves.toBeUndefined();
    await expect(extend(world({ openedAt, plan: closesLate }), at(20 * dayMs))).rejects.toMatchObject({
      problem: 'bad-request',
      message: expect.stringContaining(`no later than ${at(5 * dayMs)}`),
    });
  });
});

describe('what is opened by name', () => {
  const outcome = { kind: 'missed' as const, at: clock.now().toISOString(), line: 'Missed' };

  it('takes another where one of that name has died before it claimed anything', async () => {
    const name = `${pointer.requestId}_g2`;
    const { deps, started } = world({ status: 'ended', outcome }, { taken: [name] });
    expect(await reopenRequest(deps, act({ reason: 'a correction' }))).toBe(2);
    expect(started.map((one) => one.name)).toEqual([`${name}_abcd`]);
  });

  it.each([
    ['is found, not opened, while its execution runs', 'running', []],
    ['is taken over where its execution has died, for the time and the period that it was for', 'ended', ['again']],
  ] as const)('%s', async (_, state, expected) => {
    const { deps, started, request } = world({}, { state: state as 'running' });
    const { opened } = await openAdHoc(
      {
        ...deps,
        feeds: { find: async () => ({ feed: daily, hash: 'h' }), all: async () => [] },
        secrets: { secretOf: async () => 's', isGenuine: async () => true },
        page: 'https://page.example',
      },
      'a system',
      { partner: pointer.partner, feed: pointer.feed, period: pointer.period },
    );
    expect(opened).toBe(expected.length === 1);
    expect(started.map(({ input }) => input)).toEqual(
      expected.map(() => expect.objectContaining({ scheduledTime: request.scheduledAt, period: pointer.period })),
    );
  });
});

const read = readFeed(
  { partner: pointer.partner, feed: pointer.feed },
  {
    title: 'Orders',
    schedule: { expression: 'cron(0 6 * * ? *)' },
    window: { due: 'PT4H' },
    contacts: { partner: [{ name: 'A', email: 'a@acme.example' }], owner: [{ name: 'B', email: 'b@example.com' }] },
    file: { format: 'csv', extension: 'csv', maxBytes: '1MB' },
  },
  () => undefined,
);
if (!('feed' in read)) throw new Error('the feed is right');
const daily: Feed = read.feed;
