import { RedriveExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { loadFeeds } from '../../adapters/feed-files.ts';
import { Airlock, goodCsv } from '../support/airlock.ts';
import { assemblyWith } from '../support/assembly.ts';
import { airlockCommand } from '../support/command.ts';

describe('what no event told', () => {
  let airlock: Airlock;
  beforeAll(async () => {
    // Nobody but the test starts anything: days pass in a moment.
    const feeds = loadFeeds('test/feeds').map((feed) => ({ ...feed, schedule: { ...feed.schedule, enabled: false } }));
    airlock = await Airlock.start({ assembly: assemblyWith({ feeds }) });
  });
  afterAll(() => airlock.stop());

  const evidence = async (execution: string): Promise<string[]> => {
    const name = execution.split(':').at(-1) ?? '';
    return (await airlock.keys('Archive'))
      .filter((key) => key.includes(`/${name}-`) && key.endsWith('evidence.json'))
      .map((key) => key.split('/').at(-2) ?? '');
  };
  const madeGood = async (): Promise<string[]> =>
    (await airlock.notices()).flatMap(({ subject = '' }) => (subject.startsWith('Made good') ? [subject] : []));

  it('nothing: then a day passes in silence', async () => {
    await airlock.open('acme/orders');
    await airlock.upload(goodCsv);
    await airlock.advance('P1D');
    expect(await madeGood()).toEqual([]);
    const { completeTo } = JSON.parse(await airlock.text('Ledger', 'watch/reconciled.json'));
    expect(Date.parse(completeTo)).toBeGreaterThan((await airlock.now()) - 2 * 86_400_000);
  });

  it('an end: within a day it has its evidence, in the chain, and operators are told', async () => {
    await airlock.fateOfEvents({ source: 'aws.states', copies: 0 });
    const execution = await airlock.open('acme/orders', { inDays: 30 });
    await airlock.upload(goodCsv);
    await airlock.settle();
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    await airlock.noFaults();
    expect(await evidence(execution)).toEqual([]);
    await airlock.advance('P1DT1H');
    expect(await evidence(execution)).toHaveLength(1);
    expect(await madeGood()).toEqual(['Made good: 1 run without evidence, 0 uploads without an answer']);
    expect(await airlock.alarms()).toContain('ALARM unreconciled');
    expect((await airlockCommand(airlock, 'audit', 'verify')).code).toBe(0);
  });

  it('the first of two ends, before a redrive: each has evidence of its own', async () => {
    await airlock.fault({ point: 'function', name: 'accept-upload', effect: 'error', times: 0 });
    await airlock.fault({ point: 'event', source: 'aws.states', copies: 0, times: 0 });
    const execution = await airlock.open('acme/orders', { inDays: 31 });
    await airlock.upload(goodCsv);
    await airlock.advance('PT10M');
    expect(await airlock.ending(execution)).toMatch(/^FAILED/);
    await airlock.noFaults();
    await airlock.sfn.send(new RedriveExecutionCommand({ executionArn: execution }));
    await airlock.settle();
    expect(await evidence(execution)).toEqual([expect.stringMatching(/-1$/)]);
    await airlock.advance('P1DT1H');
    expect((await evidence(execution)).sort()).toEqual([expect.stringMatching(/-0$/), expect.stringMatching(/-1$/)]);
  });

  it('the last of two ends, days after all was well: it is looked for as long as a run can be redriven', async () => {
    await airlock.fault({ point: 'function', name: 'accept-upload', effect: 'error', times: 0 });
    const execution = await airlock.open('acme/orders', { inDays: 45 });
    await airlock.upload(goodCsv);
    await airlock.advance('PT10M');
    await airlock.noFaults();
    expect(await airlock.ending(execution)).toMatch(/^FAILED/);
    await airlock.advance('P4D');
    await airlock.fateOfEvents({ source: 'aws.states', copies: 0 });
    await airlock.sfn.send(new RedriveExecutionCommand({ executionArn: execution }));
    await airlock.settle();
    await airlock.noFaults();
    expect(await evidence(execution)).toEqual([expect.stringMatching(/-0$/)]);
    await airlock.advance('P1DT1H');
    expect(await evidence(execution)).toHaveLength(2);
  });

  it('a run of somebody else’s, started by hand: nobody is called for it', async () => {
    const before = await madeGood();
    await airlock.sfn.send(
      new StartExecutionCommand({ stateMachineArn: airlock.status.outputs.StateMachineArn, input: '{"x":1}' }),
    );
    await airlock.advance('P2D');
    expect(await madeGood()).toEqual(before);
  });

  it('an upload that nobody asked for: it is recorded and told, and not twice', async () => {
    await airlock.fateOfEvents({ source: 'aws.s3', copies: 0 });
    await airlock.putFile('stray.txt', 'x');
    await airlock.noFaults();
    await airlock.advance('P1DT1H');
    const strays = (await airlock.notices()).filter(({ subject }) => subject === 'Unexpected upload');
    expect(strays).toHaveLength(1);
    const before = await madeGood();
    await airlock.advance('P1D');
    expect(await madeGood()).toEqual(before);
  });
});
