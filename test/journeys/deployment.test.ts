import { loadFeeds } from '../../adapters/feed-files.ts';
import { workflowFunctions } from '../../infra/constructs/workflow.ts';
import { Airlock, curlLineOf } from '../support/airlock.ts';
import { assemblyWith } from '../support/assembly.ts';

const newCode = "exports.handler = async () => { throw new Error('the new code was called'); };";
const waiting = 20;

/** The feed that waits is not in it any more, and what the workflow calls is other code. */
const changedApp = () =>
  assemblyWith({
    feeds: loadFeeds('test/feeds').filter(({ partner }) => partner !== 'initech'),
    code: Object.fromEntries(workflowFunctions.map((name) => [name, newCode])),
  });

describe('a changed app, deployed over twenty waiting executions', () => {
  let airlock: Airlock;
  let executions: string[];
  beforeAll(async () => {
    airlock = await Airlock.start();
    const { now } = { now: await airlock.now() };
    const hours = Array.from({ length: waiting }, (_, index) => new Date(now - index * 3_600_000 + 600_000));
    executions = [];
    for (const hour of hours.slice(0, 1))
      executions.push((await airlock.run('initech/hourly', hour.toISOString())).executionArn);
    await airlock.settle();
    for (let index = 1; index < waiting; index += 1)
      executions.push(await airlock.open('acme/orders', { inDays: index }));
    airlock = await airlock.restart({ assembly: changedApp() });
  });
  afterAll(() => airlock.stop());

  it('leaves them waiting', async () => {
    const states = await Promise.all(executions.map(async (arn) => (await airlock.path(arn)).at(-1)));
    expect(states).toEqual(Array(waiting).fill('Wait for upload'));
  });

  it('lets all finish on the code that they started with, removed feed included', async () => {
    const mails = (await airlock.emails()).filter(({ text }) => text.includes('curl '));
    expect(mails).toHaveLength(waiting);
    for (const mail of mails) {
      const body = mail.tags.requestId?.startsWith('initech')
        ? 'meter,value\n1,2\n'
        : 'id,day,amount\n1,2026-11-20,1\n';
      expect((await airlock.upload(body, curlLineOf(mail))).status).toBe(200);
    }
    await airlock.settle();
    const endings = await Promise.all(executions.map((arn) => airlock.ending(arn)));
    expect(endings).toEqual(Array(waiting).fill('SUCCEEDED'));
  });

  it('runs new executions on the new code', async () => {
    const execution = await airlock.open('acme/orders', { inDays: 40 });
    expect((await airlock.describe(execution)).cause).toContain('the new code was called');
  });
});

describe('schedules in stacks of their own', () => {
  it('start executions as those in the main stack do', async () => {
    const airlock = await Airlock.start({ assembly: assemblyWith({ scheduleStacks: 3 }) });
    const execution = await airlock.open('acme/orders');
    expect((await airlock.path(execution)).at(-1)).toBe('Wait for upload');
    await airlock.stop();
  });
});
