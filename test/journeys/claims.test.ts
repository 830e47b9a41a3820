import { StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { Airlock } from '../support/airlock.ts';
import { airlockCommand } from '../support/command.ts';

describe('a period', () => {
  let airlock: Airlock;
  beforeAll(async () => {
    airlock = await Airlock.start();
  });
  afterAll(() => airlock.stop());

  it('is asked for once, though its schedule fires 20 times at once', async () => {
    const at = new Date(await airlock.now()).toISOString();
    await Promise.all(Array.from({ length: 20 }, () => airlock.run('acme/orders', at)));
    await airlock.settle();
    const endings = (await airlock.executions()).map(
      ({ status, output }) => `${status} ${JSON.parse(output ?? '{}').outcome?.slice(0, 12)}`,
    );
    expect(endings.filter((ending) => ending === 'RUNNING undefined')).toHaveLength(1);
    expect(endings.filter((ending) => ending === 'SUCCEEDED Already open')).toHaveLength(19);
    expect(await airlock.subjects()).toHaveLength(1);
  });

  it('comes from the scheduled time, never from now', async () => {
    const { executionArn } = await airlock.run('acme/orders', '2026-12-31T23:30:00Z');
    await airlock.settle();
    expect(await airlock.keys('Ledger', 'requests/acme/orders/2027-01-01')).toHaveLength(1);
    expect(await airlock.ending(executionArn)).toBe('RUNNING');
  });

  it('of a skipped date is visible as an execution that says so', async () => {
    const execution = (await airlock.run('acme/orders', '2026-12-25T05:00:00Z')).executionArn;
    await airlock.settle();
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    expect(await airlock.outcome(execution)).toMatch(/^Skipped: acme\/orders expects nothing on 2026-12-25/);
    expect((await airlock.path(execution)).at(-1)).toBe('Not a delivery day');
  });

  it('of an hour carries its UTC offset where the clocks go back', async () => {
    await airlock.run('initech/hourly', '2027-10-31T01:00:00Z');
    await airlock.run('initech/hourly', '2027-10-31T02:00:00Z');
    await airlock.settle();
    expect(await airlock.keys('Ledger', 'requests/initech/')).toEqual([
      'requests/initech/hourly/2027-10-31-02-p0100.json',
      'requests/initech/hourly/2027-10-31-02-p0200.json',
    ]);
  });

  it('whose owner died of a fault may be taken over; its upload is not lost', async () => {
    const stateMachineArn = airlock.status.outputs.StateMachineArn;
    const input = JSON.stringify({
      partner: 'globex',
      feed: 'claims',
      scheduledTime: new Date(await airlock.now()).toISOString(),
    });
    const start = (name: string) => airlock.sfn.send(new StartExecutionCommand({ stateMachineArn, name, input }));
    const { executionArn: first = '' } = await start('first');
    await airlock.settle();
    await airlock.sfn.send(new StopExecutionCommand({ executionArn: first }));
    await airlock.upload('the file', await airlock.link('claims@globex.example'));
    await airlock.settle();
    const { executionArn: second = '' } = await start('second');
    await airlock.settle();
    expect(await airlock.ending(second)).toBe('SUCCEEDED');
    expect(await airlock.outcome(second)).toMatch(/^Accepted on time .* 8 bytes/);
  });

  it('that is taken over is asked for again, and its file is accepted once', async () => {
    const at = new Date((await airlock.now()) + 10 * 86_400_000).toISOString();
    const { executionArn: first } = await airlock.run('initech/hourly', at);
    await airlock.settle();
    await airlock.sfn.send(new StopExecutionCommand({ executionArn: first }));
    const mails = (await airlock.emails()).length;
    const { executionArn: second } = await airlock.run('initech/hourly', at);
    await airlock.settle();
    expect((await airlock.emails()).length).toBe(mails + 1);
    expect((await airlock.upload('a\n1\n', await airlock.link('meters@initech.example'))).status).toBe(200);
    await airlock.settle();
    expect(await airlock.ending(second)).toBe('SUCCEEDED');
  });

  it('that somebody gave more time for keeps it, whoever takes it over', async () => {
    const first = await airlock.open('acme/files', { inDays: 7 });
    const id = (await airlock.requestId(first)) ?? '';
    const document = async () => JSON.parse(await airlock.text('Ledger', `requests/${id.replaceAll('_', '/')}.json`));
    const until = new Date(Date.parse((await document()).plan.dueAt) + 3_600_000).toISOString();
    const { err } = await airlockCommand(
      airlock,
      'request',
      'extend',
      id,
      '--until',
      until,
      '--reason',
      'for the test',
    );
    expect(err).toBe('');
    await airlock.settle();
    const { dueAt, closesAt, milestones } = (await document()).plan;
    expect(dueAt).toBe(until);
    await airlock.sfn.send(new StopExecutionCommand({ executionArn: first }));
    await airlock.open('acme/files', { inDays: 7 });
    expect(await document()).toMatchObject({ claim: 2, plan: { dueAt, closesAt, milestones } });
  });

  it('that opened late is told of once, whoever takes it over', async () => {
    const at = new Date((await airlock.now()) - 40 * 60_000).toISOString();
    const told = async () => (await airlock.notices()).filter(({ subject }) => subject?.startsWith('Opened late'));
    const late = async () => {
      const keys = await airlock.keys('Ledger', 'requests/initech/hourly/');
      const all = await Promise.all(keys.map(async (key) => JSON.parse(await airlock.text('Ledger', key))));
      return all.flatMap(({ startedLateSeconds }) => startedLateSeconds ?? []);
    };
    const { executionArn: first } = await airlock.run('initech/hourly', at);
    await airlock.settle();
    const before = await late();
    expect([Math.floor(before[0] / 60), before.length, (await told()).length]).toEqual([40, 1, 1]);
    await airlock.sfn.send(new StopExecutionCommand({ executionArn: first }));
    await airlock.advance('PT5M');
    const { executionArn: second } = await airlock.run('initech/hourly', at);
    await airlock.settle();
    expect([await airlock.ending(second), await late(), (await told()).length]).toEqual(['RUNNING', before, 1]);
  });

  it('starts by its own schedule at its local time', async () => {
    const before = (await airlock.executions()).length;
    // Over any weekend.
    await airlock.advance('P3D');
    const started = (await airlock.executions()).slice(0, (await airlock.executions()).length - before);
    expect(started.map(({ input }) => JSON.parse(input ?? '{}').scheduledTime.slice(11)).sort()).toContain('05:00:00Z');
  });
});
