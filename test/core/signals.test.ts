import type { Ledger, Stored } from '../../core/ports.ts';
import { tellNewestWait, tellSignal, withdrawSignal } from '../../core/signals.ts';
import { clock, RacingLedger, RacingTasks } from '../support/racing.ts';

const key = 'signals/acme/orders/2026-11-22/1/bounce.json';
const first = { key: 'waits/acme/orders/2026-11-22/1/1/a.json', token: 'first' };
const second = { key: 'waits/acme/orders/2026-11-22/1/1/b.json', token: 'second' };
const untold = { version: 1, error: 'DeliveryFailed', cause: 'no such mailbox' };

/** One document and the tasks that wait. */
const world = (signal: object, waiting: string[]) => {
  let stored: Stored = { body: signal, etag: '1' };
  const told: string[] = [];
  const ledger: Pick<Ledger, 'find' | 'replace'> = {
    find: async () => stored,
    replace: async (_, body, etag) => {
      if (etag !== stored.etag) return false;
      stored = { body, etag: String(Number(etag) + 1) };
      return true;
    },
  };
  const tasks = {
    fail: async (token: string) => {
      if (!waiting.includes(token)) return 'over' as const;
      waiting.splice(waiting.indexOf(token), 1);
      told.push(token);
      return 'resumed' as const;
    },
  };
  const deps = { ledger, tasks, clock: { now: () => new Date('2026-11-22T06:00:00Z') } };
  return { told, deps, tell: (wait: typeof first) => tellSignal(deps, key, wait) };
};

describe('a signal', () => {
  it('is told once', async () => {
    const { tell, told } = world(untold, ['first', 'second']);
    expect([await tell(first), await tell(second)]).toEqual(['resumed', 'settled']);
    expect(told).toEqual(['first']);
  });

  it('for a wait that is over stays for the next one', async () => {
    const { tell, told } = world(untold, ['second']);
    expect([await tell(first), await tell(second)]).toEqual(['over', 'resumed']);
    expect(told).toEqual(['second']);
  });

  it('whose teller died after taking it is told by whoever comes next, a retry or the next wait', async () => {
    const taken = { ...untold, takenFor: first.key };
    const retried = world(taken, ['first']);
    expect(await retried.tell(first)).toBe('resumed');
    const next = world(taken, ['second']);
    expect(await next.tell(second)).toBe('resumed');
  });

  it('that two would tell at the same moment is told by one', async () => {
    const { deps, told } = world(untold, ['first', 'second']);
    const results = await Promise.all([tellSignal(deps, key, first), tellSignal(deps, key, second)]);
    expect([results.sort(), told.length]).toEqual([['resumed', 'settled'], 1]);
  });

  it('is told all the same where the answer to its taking was lost, and the next try met itself', async () => {
    const { deps, told } = world(untold, ['first']);
    const { replace } = deps.ledger;
    deps.ledger.replace = async (...written) => {
      deps.ledger.replace = replace;
      return (await replace(...written)) && false;
    };
    expect(await tellSignal(deps, key, first)).toBe('resumed');
    expect(told).toEqual(['first']);
  });

  it('that was withdrawn is told to nobody, and one that was told is not withdrawn', async () => {
    const withdrawn = world(untold, ['first']);
    expect(await withdrawSignal(withdrawn.deps, key)).toBe(true);
    expect([await withdrawn.tell(first), withdrawn.told]).toEqual(['settled', []]);
    const before = world(untold, ['first']);
    await before.tell(first);
    expect(await withdrawSignal(before.deps, key)).toBe(false);
  });

  it('that the first format calls consumed was told', async () => {
    const { tell } = world({ ...untold, consumedBy: 'upload-1' }, ['first']);
    expect(await tell(first)).toBe('settled');
  });
});

describe('a signal for whoever waits', () => {
  const prefixes = ['waits/acme/orders/2026-11-22/1/1/', 'waits/acme/orders/2026-11-22/1/decision/'];
  const [upload, decision] = prefixes.map((prefix) => `${prefix}a.json`);

  /** Waits by the keys of their documents; the token of each is its key. */
  const waits = (
    stored: readonly (string | undefined)[],
    open: readonly (string | undefined)[] = stored,
    hears?: string[],
  ) => {
    const now = async <T>(_: string, work: () => T): Promise<T> => work();
    const [ledger, tasks] = [new RacingLedger(now), new RacingTasks(now)];
    ledger.write(key, untold);
    for (const one of stored) {
      ledger.write(one ?? '', {
        version: 1,
        token: one,
        registeredAt: clock.now().toISOString(),
        ...(hears && { hears }),
      });
    }
    for (const one of open) tasks.waiting.add(one ?? '');
    return { ledger, tasks, tell: () => tellNewestWait({ ledger, tasks, clock }, key, prefixes) };
  };

  it('ends one wait, of the first kind that there is', async () => {
    const both = waits([upload, decision]);
    expect(await both.tell()).toBe('resumed');
    expect([...both.tasks.ended.keys()]).toEqual([upload]);
    const later = waits([decision]);
    expect(await later.tell()).toBe('resumed');
  });

  it('is there for the next wait where there is none, or the newest is over', async () => {
    expect(await waits([]).tell()).toBe('recorded');
    const over = waits([upload], []);
    expect(await over.tell()).toBe('recorded');
    expect(over.ledger.read(key).toldAt).toBeUndefined();
  });

  it('is not told to a wait whose definition does not catch it', async () => {
    const deaf = waits([upload], [upload], ['OperatorWaived']);
    expect(await deaf.tell()).toBe('recorded');
    expect([deaf.tasks.ended.size, deaf.ledger.read(key)]).toEqual([0, untold]);
  });

  it('that was told before ends no other wait', async () => {
    const { ledger, tasks, tell } = waits([upload, decision]);
    ledger.write(key, { ...untold, toldAt: clock.now().toISOString() });
    expect(await tell()).toBe('settled');
    expect(tasks.ended.size).toBe(0);
  });
});
