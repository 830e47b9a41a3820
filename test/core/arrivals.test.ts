import { settleArrival, tellOperatorsOnce } from '../../core/arrivals.ts';
import { ledgerKeys } from '../../core/names.ts';
import type { Notice } from '../../core/notices.ts';
import { createLookForUpload } from '../../handlers/look-for-upload.ts';
import { createReceiveUpload } from '../../handlers/receive-upload.ts';
import { createRegisterWait } from '../../handlers/register-wait.ts';
import { clock, openRequest, pointer, RacingLanding, RacingLedger, RacingTasks, uploadOf } from '../support/racing.ts';

const upload = uploadOf(1);
const recordKey = ledgerKeys.arrival(pointer, 1, upload.versionId);
const created = (key = upload.key, versionId = upload.versionId) => ({
  time: '2026-11-22T12:30:00Z',
  'detail-type': 'Object Created',
  detail: { object: { key, size: 10, 'version-id': versionId }, 'source-ip-address': '192.0.2.7' },
});

/** A ledger, a bucket and tasks in which everything happens at once, and in order. */
const world = (document: object | undefined = openRequest()) => {
  const now = async <T>(_: string, work: () => T): Promise<T> => work();
  const ledger = new RacingLedger(now);
  if (document) ledger.write(ledgerKeys.request(pointer), document);
  const tasks = new RacingTasks(now);
  const landing = new RacingLanding(now);
  const told: Notice[] = [];
  const counted: string[] = [];
  let failures = 0;
  const deps = {
    ledger,
    tasks,
    landing,
    clock,
    notices: {
      publish: async (notice: Notice) => {
        if (failures-- > 0) throw new Error('SNS is busy');
        told.push(notice);
      },
    },
    metrics: { count: (name: string, requestId?: string) => void counted.push(`${name} ${requestId ?? ''}`.trim()) },
  };
  return {
    ledger,
    tasks,
    landing,
    told,
    counted,
    receive: createReceiveUpload(deps),
    register: createRegisterWait(deps),
    look: createLookForUpload(deps),
    failNextNotice: () => {
      failures = 1;
    },
  };
};

describe('an upload that is told of', () => {
  it('is recorded with whence it came, before a wait is looked for', async () => {
    const { receive, ledger, told, counted } = world();
    expect(await receive(created())).toEqual({ received: 'recorded' });
    expect(ledger.read(recordKey)).toEqual({
      version: 1,
      ...upload,
      arrivedAt: '2026-11-22T12:30:00.000Z',
      recordedAt: clock.now().toISOString(),
      settled: 'open',
      sourceIp: '192.0.2.7',
    });
    expect([told, counted]).toEqual([[], []]);
  });

  it('that was found by a look before tells whence it came all the same', async () => {
    const { receive, ledger } = world();
    ledger.write(recordKey, { version: 1, ...upload, recordedAt: clock.now().toISOString(), settled: 'taken' });
    expect(await receive(created())).toEqual({ received: 'settled' });
    expect(ledger.read(recordKey)).toMatchObject({ settled: 'taken', sourceIp: '192.0.2.7' });
  });

  it('twice changes nothing, whatever the second says of whence it came', async () => {
    const { receive, ledger } = world();
    await receive(created());
    const before = ledger.documents.get(recordKey);
    const again = created();
    again.detail['source-ip-address'] = '198.51.100.1';
    expect(await receive(again)).toEqual({ received: 'recorded' });
    expect(ledger.documents.get(recordKey)).toBe(before);
  });

  it('by an event that tells no address leaves the one that is known, or none', async () => {
    const { receive, ledger } = world();
    const silent = { ...created(), detail: { object: created().detail.object } };
    await receive(silent);
    expect(ledger.read(recordKey)).not.toHaveProperty('sourceIp');
    const before = ledger.documents.get(recordKey);
    await receive(silent);
    expect(ledger.documents.get(recordKey)).toBe(before);
  });

  it('ends the newest wait that still waits', async () => {
    const { receive, register, tasks } = world();
    for (const [token, minute] of [
      ['a', 30],
      ['b', 31],
      ['c', 32],
    ] as const) {
      tasks.waiting.add(token);
      const enteredAt = `2026-11-22T12:${minute}:00.000Z`;
      await register({ for: 'upload', request: pointer, attempt: 1, token, enteredAt, retry: 0 });
    }
    tasks.waiting.delete('c');
    expect(await receive(created())).toEqual({ received: 'resumed' });
    expect([...tasks.ended.keys()]).toEqual(['b']);
    expect(tasks.ended.get('b')).toEqual({ ...upload, arrivedAt: '2026-11-22T12:30:00.000Z' });
  });

  it('under a key that is none of ours is unexpected, counted, and told once', async () => {
    const { receive, ledger, told, counted } = world();
    for (let times = 0; times < 2; times += 1) {
      expect(await receive(created('stray.txt'))).toEqual({ received: 'unexpected' });
    }
    expect(told).toEqual([
      {
        kind: 'unexpectedUpload',
        subject: 'Unexpected upload',
        message: expect.stringContaining('stray.txt (version v1)'),
      },
    ]);
    expect(ledger.read(ledgerKeys.unexpectedArrival('v1'))).toMatchObject({
      settled: 'unexpected',
      toldAt: clock.now().toISOString(),
      sourceIp: '192.0.2.7',
    });
    expect(counted[0]).toBe('UnexpectedUpload');
  });

  it('for a request that nobody opened is unexpected, and is taken once somebody has', async () => {
    const { receive, ledger } = world();
    ledger.documents.delete(ledgerKeys.request(pointer));
    expect(await receive(created())).toEqual({ received: 'unexpected' });
    expect(await settleArrival({ ledger, clock }, recordKey, upload, 'afterClose')).toBe('unexpected');
    expect(await settleArrival({ ledger, clock }, recordKey, upload, 'taken')).toBe('taken');
    expect(await settleArrival({ ledger, clock }, recordKey, upload, 'afterClose')).toBe('taken');
    expect(await receive(created())).toEqual({ received: 'settled' });
  });

  it.each([
    ['has ended', { ...openRequest(), status: 'ended' }],
    ['is closing', { ...openRequest(), status: 'closing' }],
    ['is of another generation by now', { ...openRequest(), generation: 2 }],
  ])('for a request that %s is set aside, counted and told under its name', async (_, document) => {
    const { receive, ledger, told, counted } = world(document);
    expect(await receive(created())).toEqual({ received: 'afterClose' });
    expect(ledger.read(recordKey)).toMatchObject({ settled: 'afterClose' });
    expect(told).toEqual([
      {
        kind: 'uploadAfterClose',
        subject: `Upload after the end: ${pointer.requestId}`,
        message: expect.stringContaining(upload.key),
        requestId: pointer.requestId,
      },
    ]);
    expect(counted).toEqual([`UploadAfterClose ${pointer.requestId}`]);
  });

  it('and was settled as something else before stays that, and is counted once', async () => {
    const { receive, ledger, counted } = world();
    ledger.documents.delete(ledgerKeys.request(pointer));
    await receive(created());
    ledger.write(ledgerKeys.request(pointer), { ...openRequest(), status: 'ended' });
    expect(await receive(created())).toEqual({ received: 'settled' });
    expect(counted).toEqual(['UnexpectedUpload']);
  });

  it('and was taken is nothing to tell operators of', async () => {
    const { ledger, told } = world();
    const publish = async (notice: Notice) => void told.push(notice);
    await settleArrival({ ledger, clock }, recordKey, upload, 'taken');
    await tellOperatorsOnce({ ledger, clock, notices: { publish } }, recordKey, pointer.requestId);
    expect([told, ledger.read(recordKey).toldAt]).toEqual([[], undefined]);
  });

  it('is told by the next try, where the notice failed', async () => {
    const { receive, told, failNextNotice } = world({ ...openRequest(), status: 'ended' });
    failNextNotice();
    await expect(receive(created())).rejects.toThrow('SNS is busy');
    expect(told).toEqual([]);
    await receive(created());
    expect(told).toHaveLength(1);
  });
});

describe('a last look before a milestone', () => {
  it('finds what lies there, or says which milestone is due and which comes next', async () => {
    const { look, landing } = world();
    const { milestones } = openRequest().plan;
    const input = { request: pointer, attempt: 1, waitedFor: milestones[0] };
    const found = await look(input);
    expect([found.upload, found.due, found.next]).toEqual([null, milestones[0], milestones[1]]);
    landing.upload = upload;
    expect((await look(input)).upload).toEqual(upload);
    expect((await look({ ...input, attempt: 2 })).upload).toBeNull();
  });
});

describe('a wait', () => {
  const scan = {
    for: 'scan',
    request: pointer,
    attempt: 1,
    token: 'token',
    enteredAt: '2026-11-22T12:30:00.000Z',
    retry: 1,
  };

  it('is stored with its token and what it hears, under the moment that it was entered', async () => {
    const { register, ledger } = world();
    const { registered } = await register({ ...scan, for: 'upload', retry: 2 });
    expect(registered).toBe(ledgerKeys.wait(pointer, 1, '2026-11-22T12:30:00.000Z', 2));
    expect(ledger.read(registered)).toEqual({
      version: 1,
      token: 'token',
      registeredAt: clock.now().toISOString(),
      hears: ['DeliveryFailed', 'NothingToDeliver', 'OperatorWaived', 'OperatorReissued', 'OperatorExtended'],
      attempt: 1,
    });
    const decision = await register({ ...scan, for: 'decision' });
    expect(decision.registered).toBe(ledgerKeys.decisionWait(pointer, '2026-11-22T12:30:00.000Z', 1));
    expect(ledger.read(decision.registered).hears).toEqual(['OperatorAccepted', 'OperatorWaived', 'OperatorReissued']);
  });

  const waived = { version: 1, error: 'OperatorWaived', cause: 'a holiday' };
  const signalKey = (minute: number) => ledgerKeys.operatorSignal(pointer, 'waive', `2026-11-22T12:0${minute}:00.000Z`);

  it('ends by an upload that is there, and leaves what else was said for whoever waits next', async () => {
    const { register, landing, ledger, tasks } = world();
    landing.upload = upload;
    ledger.write(signalKey(1), waived);
    tasks.waiting.add('token');
    await register({ ...scan, for: 'upload' });
    expect(tasks.ended.get('token')).toEqual(upload);
    expect(ledger.read(signalKey(1))).toEqual(waived);
  });

  it('ends by the oldest signal, passes over one that somebody else tells at this moment, and takes no more', async () => {
    const { register, ledger, tasks } = world();
    for (const minute of [1, 2, 3]) ledger.write(signalKey(minute), waived);
    const replace = ledger.replace.bind(ledger);
    // Somebody is faster with the first.
    ledger.replace = async (key, body, etag) => key !== signalKey(1) && replace(key, body, etag);
    tasks.waiting.add('token');
    const { registered } = await register({ ...scan, for: 'upload' });
    expect(tasks.ended.get('token')).toBe('OperatorWaived');
    expect([1, 2, 3].map((minute) => ledger.read(signalKey(minute)).takenFor)).toEqual([
      undefined,
      registered,
      undefined,
    ]);
  });

  it('for an owner’s decision ends by no word about an earlier file', async () => {
    const { register, ledger, tasks } = world();
    const accepted = { version: 1, error: 'OperatorAccepted', cause: 'fine after all', attempt: 1 };
    ledger.write(signalKey(1), accepted);
    tasks.waiting.add('token');
    await register({ ...scan, for: 'decision', attempt: 2 });
    expect([tasks.waiting.has('token'), ledger.read(signalKey(1))]).toEqual([true, accepted]);
    await register({ ...scan, for: 'decision', attempt: 1 });
    expect(tasks.ended.get('token')).toBe('OperatorAccepted');
  });

  it('for an owner’s decision ends by no upload', async () => {
    const { register, landing, tasks } = world();
    landing.upload = upload;
    tasks.waiting.add('token');
    await register({ ...scan, for: 'decision' });
    expect(tasks.waiting.has('token')).toBe(true);
  });

  it('for a scan hears of it from the ledger, or from the object, and needs the upload', async () => {
    const { register, landing, ledger, tasks } = world();
    await expect(register(scan)).rejects.toThrow('a wait for a scan needs the upload that is scanned');
    tasks.waiting.add('token');
    const { registered } = await register({ ...scan, upload });
    expect([registered, ledger.read(registered).hears]).toEqual([
      ledgerKeys.scanWait(pointer, 1, scan.enteredAt, 1),
      [],
    ]);
    expect(tasks.ended.size).toBe(0);
    landing.scanResult = async () => 'NO_THREATS_FOUND';
    await register({ ...scan, upload });
    expect([...tasks.ended.keys()]).toEqual(['token']);
    expect(ledger.read(ledgerKeys.scan(pointer, 1, 'v1'))).toMatchObject({ result: 'NO_THREATS_FOUND', threats: [] });
  });
});
