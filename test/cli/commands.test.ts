import { PutSuppressedDestinationCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { loadFeeds } from '../../adapters/feed-files.ts';
import { Airlock, goodCsv, testAssembly } from '../support/airlock.ts';
import { assemblyWith } from '../support/assembly.ts';
import { changedAssembly } from '../support/changed-assembly.ts';
import { airlockCommand } from '../support/command.ts';

interface Found {
  readonly area: string;
  readonly status: string;
  readonly what: string;
  readonly fix?: string;
}

describe('the doctor', () => {
  let airlock: Airlock;
  beforeEach(async () => {
    airlock = await Airlock.start();
  });
  afterEach(() => airlock.stop());

  const bad = async (): Promise<Found[]> => {
    const { out } = await airlockCommand(airlock, 'doctor', '--json');
    const all: Found[] = JSON.parse(out);
    return all.filter(({ status }) => status === 'failed');
  };

  it('finds nothing wrong with a fresh deployment, and says what it looked at', async () => {
    const { code, out } = await airlockCommand(airlock, 'doctor');
    expect(out).toMatch(/ok: 2\d, warnings: 2, failed: 0/);
    expect(out).toContain('a signed URL takes a file');
    expect(out).toContain('the schedule initech_hourly is disabled');
    expect(code).toBe(0);
  });

  it('leaves a probe that no rule sees', async () => {
    await airlockCommand(airlock, 'doctor');
    await airlock.settle();
    expect(await airlock.keys('Ledger', 'arrivals/')).toEqual([]);
    expect(await airlock.keys('Landing')).toEqual([expect.stringMatching(/^_doctor\//)]);
    await airlock.advance('P3D');
    expect(await airlock.keys('Landing')).toEqual([]);
  });

  it('finds a contact whose mails are not sent, and how to mend it', async () => {
    await airlock.open('acme/orders');
    await new SESv2Client(airlock.client).send(
      new PutSuppressedDestinationCommand({ EmailAddress: 'data@acme.example', Reason: 'BOUNCE' }),
    );
    expect(await bad()).toEqual([
      {
        area: 'mail',
        status: 'failed',
        what: 'data@acme.example is on the suppression list: mails to it are not sent',
        fix: expect.stringContaining('delete-suppressed-destination --email-address data@acme.example'),
      },
    ]);
  });

  it('finds a queue that is not empty and an alarm that calls; the queue can be driven again', async () => {
    await airlock.invoke('receive-upload', { nonsense: true });
    await airlock.advance('PT20M');
    expect((await bad()).map(({ what }) => what)).toEqual([
      'failed-invocations holds 1 message',
      'the alarm airlock-dev-failed-invocations-waiting calls',
    ]);
    expect((await airlockCommand(airlock, 'dlq', 'list')).out).toMatch(/failed-invocations\s+1/);
    const again = await airlockCommand(airlock, 'dlq', 'redrive', 'failed-invocations');
    expect(again.out).toContain('failed-invocations: 1 handed over, 0 failed');
    expect((await airlockCommand(airlock, 'dlq', 'list')).out).toMatch(/failed-invocations\s+0/);
  });

  it('warns of the sandbox, and fails when no upload works from here', async () => {
    await airlock.local('PUT', 'ses-account', { productionAccess: false });
    const sandbox = await airlockCommand(airlock, 'doctor');
    expect(sandbox.out).toMatch(/warning {2}mail.*sandbox/);
    expect(sandbox.code).toBe(0);
    const locked = await airlock.restart({ assembly: assemblyWith({ operators: [], allowedCidrs: ['10.0.0.0/8'] }) });
    const result = await airlockCommand(locked, 'doctor');
    expect(result.out).toMatch(/FAILED {3}upload.*a signed URL was answered 403/);
    expect(result.code).toBe(1);
    airlock = locked;
  });

  it.each([
    [['doctor', '--stack', 'Nope'], /stack Nope cannot be looked up: .* does not exist; name it with --stack/],
    [['dlq', 'redrive', 'other'], /no queue "other", allowed failed-starts, failed-events, failed-invocations/],
    [['heal'], /no command "heal", allowed validate, simulate, .*dlq redrive/],
    [['request', 'close'], /no command "request close", allowed request list, .*request upload;/],
    [['doctor', '--loud'], /--loud: doctor takes no such flag\s+doctor {14}look at a whole deployment/],
    [['request', 'list', '--feed', 'acme/orders'], /--feed: request list takes no such flag/],
    [['feed', 'pause', 'acme/orders', 'acme/files', '--reason', 'x'], /got "acme\/files" more than it takes/],
    [['request', 'list', '--due'], /--due: got nothing, allowed a value/],
    [['doctor', '--json=3'], /--json: got 3, allowed none/],
  ])('refuses %j with what is allowed, exit code 2', async (args, message) => {
    const { code, err } = await airlockCommand(airlock, ...args);
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });
});

describe('what failed for good', () => {
  it('is started again from its queue when it was a start', async () => {
    const airlock = await Airlock.start();
    await airlock.withoutPermission('airlock-dev-scheduler', 'Start', () => airlock.advance('P3D'));
    expect((await airlockCommand(airlock, 'dlq', 'list')).out).toMatch(/failed-starts\s+[1-9]/);
    const { out } = await airlockCommand(airlock, 'dlq', 'redrive', 'failed-starts');
    expect(out).toMatch(/started acme_orders_/);
    await airlock.settle();
    expect((await airlock.executions()).length).toBeGreaterThan(0);
    await airlock.stop();
  });
});

describe('an event that could not be handed over', () => {
  it('is handed over again from its queue, and the upload is taken at once', async () => {
    const closed = changedAssembly(({ Resources }) => {
      for (const [id, { Type }] of Object.entries(Resources))
        if (Type === 'AWS::Lambda::Permission') delete Resources[id];
    });
    let airlock = await Airlock.start({ assembly: closed });
    const execution = await airlock.open('acme/orders');
    await airlock.upload(goodCsv);
    await airlock.settle();
    expect((await airlock.path(execution)).at(-1)).toBe('Wait for upload');
    expect((await airlockCommand(airlock, 'dlq', 'list')).out).toMatch(/failed-events\s+1/);
    airlock = await airlock.restart({ assembly: testAssembly });
    expect((await airlockCommand(airlock, 'dlq', 'redrive', 'failed-events')).out).toContain(
      'failed-events: 1 handed over, 0 failed; messages in it now: 0',
    );
    await airlock.settle();
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    await airlock.stop();
  });
});

describe('the smoke test', () => {
  it('says what is missing where its feeds are not deployed, and starts nothing', async () => {
    const airlock = await Airlock.start();
    const { err, code } = await airlockCommand(airlock, 'smoke');
    expect([code, err]).toEqual([2, expect.stringContaining('deploy it with -c smoke=true')]);
    expect(await airlock.executions()).toEqual([]);
    await airlock.stop();
  });

  it('tells both stories against a deployment, with the clock of this machine', async () => {
    const airlock = await Airlock.start({ assembly: assemblyWith({ feeds: loadFeeds('infra/smoke-feeds') }) });
    const hour = new Date(Math.ceil((await airlock.now()) / 3_600_000) * 3_600_000).toISOString();
    await airlock.local('POST', 'clock', { to: hour });
    const { out, code } = await airlockCommand(airlock, 'smoke');
    expect(out).toMatch(/a second upload is refused \(412\)\n\s+Accepted on time/);
    expect(out).toMatch(/Missed: nothing arrived/);
    expect(out).toContain('both stories ended as they should');
    expect(code).toBe(0);
    const again = await airlockCommand(airlock, 'smoke');
    expect([again.code, again.out]).toEqual([1, expect.stringContaining('try again in the next hour')]);
    await airlock.stop();
  });
});
