import fc from 'fast-check';
import { settleArrival } from '../../core/arrivals.ts';
import { TransientFault } from '../../core/errors.ts';
import { appendInTurn, appendToChain } from '../../core/evidence/chain.ts';
import { ledgerKeys } from '../../core/names.ts';
import { waiveRequest } from '../../core/operating/intervene.ts';
import { tellNewestWait } from '../../core/signals.ts';
import { createCloseRequest } from '../../handlers/close-request.ts';
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
  turnsOf,
  uploadOf,
} from '../support/racing.ts';

const numRuns = process.env.AIRLOCK_TESTS === 'full' ? 5_000 : 300;

/** One request, open, and everybody who may touch it at the same moment. */
const world = (scheduler: fc.Scheduler) => {
  const turn = turnsOf(scheduler);
  const ledger = new RacingLedger(turn);
  const landing = new RacingLanding(turn);
  const tasks = new RacingTasks(turn);
  const { notices, announcements, told } = collect();
  const deps = { ledger, landing, tasks, notices, announcements, metrics, clock };
  ledger.write(ledgerKeys.request(pointer), openRequest());
  const receive = createReceiveUpload(deps);
  const register = createRegisterWait(deps);
  const close = createCloseRequest(deps);
  const upload = uploadOf(1);
  return {
    ledger,
    tasks,
    told,
    /** S3 stores a file, and later tells of it: once, or more often. */
    sends: async (events: number) => {
      await turn('S3 stores the file', () => {
        landing.upload = upload;
      });
      await Promise.all(
        Array.from({ length: events }, () =>
          receive({
            time: upload.arrivedAt,
            'detail-type': 'Object Created',
            detail: { object: { key: upload.key, size: upload.size, 'version-id': upload.versionId } },
          }),
        ),
      );
    },
    /** The machine enters a wait. */
    waits: async (token: string, enteredAt = '2026-11-22T12:30:00.000Z') => {
      tasks.waiting.add(token);
      await register({
        for: 'upload',
        request: pointer,
        attempt: 1,
        token,
        enteredAt,
        retry: 0,
      });
    },
    /** Somebody has something to say: written first, and only then a wait is looked for. */
    says: async (name: string, error: string) => {
      const key = `${ledgerKeys.signals(pointer)}${name}.json`;
      await ledger.create(key, { version: 1, error, cause: 'for the test' });
      return tellNewestWait({ ledger, tasks, clock }, key, [
        ledgerKeys.decisionWaits(pointer),
        ledgerKeys.waits(pointer, 1),
      ]);
    },
    signal: (name: string) => ledger.read(`${ledgerKeys.signals(pointer)}${name}.json`),
    /** An operator wants it waived, over the API. */
    orders: () =>
      waiveRequest(
        { ledger, tasks, clock },
        { id: pointer.requestId, caller: 'the operator', body: { reason: 'a race' } },
      ),
    /** The window is over. */
    closes: (outcome: 'missed' | 'waived') => close({ request: pointer, attempt: 1, outcome, reason: 'for the test' }),
    settled: (): string | undefined => ledger.read(ledgerKeys.arrival(pointer, 1, upload.versionId))?.settled,
    status: (): string => ledger.read(ledgerKeys.request(pointer)).status,
  };
};

const inAnyOrder = (property: (scheduler: fc.Scheduler) => Promise<unknown>): Promise<void> =>
  fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      await property(scheduler);
    }),
    { numRuns },
  );

/** Everything at once, each moment in the order that the scheduler likes. */
const all = async (scheduler: fc.Scheduler, ...parts: readonly Promise<unknown>[]): Promise<unknown[]> => {
  const together = Promise.all(parts);
  await scheduler.waitFor(together);
  return together;
};

describe('in every order of their moments', () => {
  it('a wait and an upload: the wait ends, by the upload, once', () =>
    inAnyOrder(async (scheduler) => {
      const { sends, waits, tasks } = world(scheduler);
      await all(scheduler, waits('token'), sends(1));
      expect([...tasks.ended.keys()]).toEqual(['token']);
      expect(tasks.ended.get('token')).toMatchObject({ versionId: 'v1' });
    }));

  it('a wait, and an upload that is told of three times: the wait ends once', () =>
    inAnyOrder(async (scheduler) => {
      const { sends, waits, tasks } = world(scheduler);
      await all(scheduler, waits('token'), sends(3));
      expect(tasks.ended.size).toBe(1);
    }));

  it('a wait that is over, a new one, and an upload between: the new one ends', () =>
    inAnyOrder(async (scheduler) => {
      const { sends, waits, tasks } = world(scheduler);
      // The first was entered, and timed out before anything came.
      await all(scheduler, waits('old'));
      tasks.waiting.delete('old');
      await all(scheduler, waits('new'), sends(1));
      expect([...tasks.ended.keys()]).toEqual(['new']);
    }));

  it('a wait and a signal: the wait ends by it, once, and it counts as told', () =>
    inAnyOrder(async (scheduler) => {
      const { waits, says, tasks, signal } = world(scheduler);
      const [, heard] = await all(scheduler, waits('token'), says('a', 'OperatorWaived'));
      expect([...tasks.ended]).toEqual([['token', 'OperatorWaived']]);
      expect(signal('a').toldAt).toBe(clock.now().toISOString());
      expect(['resumed', 'recorded', 'settled']).toContain(heard);
    }));

  it('a wait and two signals: one ends it, the other stays for the wait after it', () =>
    inAnyOrder(async (scheduler) => {
      const { waits, says, tasks, signal } = world(scheduler);
      await all(scheduler, waits('first'), says('a', 'OperatorReissued'), says('b', 'OperatorExtended'));
      expect([...tasks.ended.keys()]).toEqual(['first']);
      expect(['a', 'b'].filter((name) => signal(name).toldAt !== undefined)).toHaveLength(1);
      await all(scheduler, waits('second', '2026-11-22T12:40:00.000Z'));
      expect([...tasks.ended.keys()]).toEqual(['first', 'second']);
      expect(new Set(tasks.ended.values())).toEqual(new Set(['OperatorReissued', 'OperatorExtended']));
      await all(scheduler, waits('third', '2026-11-22T12:50:00.000Z'));
      expect(tasks.waiting).toEqual(new Set(['third']));
    }));

  it('a signal for a wait that is over: it is told to the next one, in either order of its coming', () =>
    inAnyOrder(async (scheduler) => {
      const { waits, says, tasks } = world(scheduler);
      await all(scheduler, waits('old'));
      tasks.waiting.delete('old');
      await all(scheduler, waits('new', '2026-11-22T12:40:00.000Z'), says('a', 'OperatorWaived'));
      expect([...tasks.ended]).toEqual([['new', 'OperatorWaived']]);
    }));

  it('a signal that this wait does not catch: it waits for one that does', () =>
    inAnyOrder(async (scheduler) => {
      const { waits, says, tasks, signal } = world(scheduler);
      const [, heard] = await all(scheduler, waits('token'), says('a', 'OperatorAccepted'));
      expect([heard, tasks.ended.size, signal('a').toldAt]).toEqual(['recorded', 0, undefined]);
    }));

  it('an upload and a signal: the wait ends by one of them, and neither is lost', () =>
    inAnyOrder(async (scheduler) => {
      const { waits, says, sends, tasks, signal, settled } = world(scheduler);
      await all(scheduler, waits('token'), says('a', 'OperatorWaived'), sends(1));
      expect(tasks.ended.size).toBe(1);
      const isWaived = tasks.ended.get('token') === 'OperatorWaived';
      expect(signal('a').toldAt !== undefined).toBe(isWaived);
      // Recorded either way: whoever is next finds it.
      expect(settled()).toBe('open');
    }));

  it('an upload and the close: it is taken, and the request goes on; or it is set aside, and operators are told; never both', () =>
    inAnyOrder(async (scheduler) => {
      const { sends, closes, settled, status, told } = world(scheduler);
      const [, ended] = await all(scheduler, sends(1), closes('missed'));
      const isTaken = (ended as { upload: unknown }).upload !== null;
      expect([settled(), status()]).toEqual(isTaken ? ['taken', 'open'] : ['afterClose', 'ended']);
      expect(told.includes('uploadAfterClose')).toBe(!isTaken);
    }));

  it('an order and the close: it is carried out, or whoever gave it hears that it came too late', () =>
    inAnyOrder(async (scheduler) => {
      const { orders, closes, status } = world(scheduler);
      const nameOf = (error: Error) => ('problem' in error ? String(error.problem) : error.name);
      const [ordered, closed] = await all(
        scheduler,
        orders().then(() => 'taken', nameOf),
        closes('missed').then(() => 'missed', nameOf),
      );
      expect([
        ['taken', 'OperatorWaived', 'open'],
        ['request-ended', 'missed', 'ended'],
      ]).toContainEqual([ordered, closed, status()]);
    }));

  it('an upload that is told of twice, and a waiver: it is set aside, told once, and the request has ended', () =>
    inAnyOrder(async (scheduler) => {
      const { sends, closes, settled, status, told } = world(scheduler);
      await all(scheduler, sends(2), closes('waived'));
      expect([settled(), status()]).toEqual(['afterClose', 'ended']);
      expect(told).toContain('uploadAfterClose');
    }));

  it('many who would settle an arrival: one decides, and all hear the same', () =>
    inAnyOrder(async (scheduler) => {
      const ledger = new RacingLedger(turnsOf(scheduler));
      const kinds = ['taken', 'afterClose', 'taken', 'afterClose'] as const;
      const heard = await all(
        scheduler,
        ...kinds.map((kind) => settleArrival({ ledger, clock }, 'arrivals/x.json', uploadOf(1), kind)),
      );
      expect(new Set(heard).size).toBe(1);
      expect(ledger.read('arrivals/x.json').settled).toBe(heard[0]);
    }));

  it('packs of a feed: each has its own number, none is missing, each names the one before', () =>
    inAnyOrder(async (scheduler) => {
      const turn = turnsOf(scheduler);
      const ledger = new RacingLedger(turn);
      const archive = new RacingArchive(turn);
      const feed = { partner: 'acme', feed: 'orders' };
      const append = async (name: string): Promise<void> => {
        try {
          await appendToChain({ ledger, archive, clock, digest }, feed, `${name}/evidence.json`, (link) =>
            JSON.stringify({ name, ...link }),
          );
        } catch (error) {
          // As Lambda does: an event that failed comes again.
          if (!(error instanceof TransientFault)) throw error;
          await append(name);
        }
      };
      await all(scheduler, append('a'), append('b'), append('a'));
      const packs = [...archive.objects]
        .map(([key, text]) => ({ key, text, ...JSON.parse(text) }))
        .sort((one, other) => one.sequence - other.sequence);
      expect(packs.map(({ sequence }) => sequence)).toEqual([1, 2]);
      expect(packs[1].previous).toEqual({ key: packs[0].key, sha256: digest(packs[0].text) });
      expect(ledger.read(ledgerKeys.chain(feed))).toMatchObject({ sequence: 2, head: { key: packs[1].key } });
    }));

  it('a pack waits for another of its feed that is being written, and not for ever', async () => {
    const feed = { partner: 'acme', feed: 'orders' };
    const now = async <T>(_: string, work: () => T): Promise<T> => work();
    const written = (key: string) => ({
      version: 1,
      sequence: 0,
      head: null,
      writing: { key, at: clock.now().toISOString() },
    });
    const appendAfter = async (pausesUntilFree: number): Promise<number> => {
      const ledger = new RacingLedger(now);
      ledger.write(ledgerKeys.chain(feed), written('other'));
      let pauses = 0;
      const pause = async () => {
        pauses += 1;
        if (pauses === pausesUntilFree) ledger.write(ledgerKeys.chain(feed), { version: 1, sequence: 0, head: null });
      };
      const deps = { ledger, archive: new RacingArchive(now), clock, digest, pause };
      await appendInTurn(deps, feed, 'own/evidence.json', (link) => JSON.stringify(link));
      return pauses;
    };
    expect(await appendAfter(3)).toBe(3);
    await expect(appendAfter(100)).rejects.toThrow('another run of acme/orders is being archived');
  });
});
