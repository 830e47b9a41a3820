import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { Airlock, badCsv, goodCsv } from '../support/airlock.ts';

describe('an alarm', () => {
  let airlock: Airlock;
  beforeEach(async () => {
    airlock = await Airlock.start();
  });
  afterEach(() => airlock.stop());

  const calling = async (): Promise<string[]> => {
    const cloudwatch = new CloudWatchClient(airlock.client);
    const { MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({ StateValue: 'ALARM' }));
    return MetricAlarms.map(({ AlarmName = '' }) => AlarmName.replace('airlock-dev-', '')).sort();
  };

  it('calls for a missed delivery, and is over when the next five minutes are quiet', async () => {
    await airlock.open('acme/orders');
    await airlock.advance('PT3H');
    expect((await airlock.alarms()).filter((line) => line.includes('requests-missed'))).toEqual([
      'ALARM requests-missed',
    ]);
    expect(await airlock.alarms()).toContain('ALARM executions-failed');
    expect(await calling()).toEqual([]);
    const called = (await airlock.published()).find(({ subject }) => subject?.includes('requests-missed'));
    expect(JSON.parse(called?.message ?? '{}').AlarmDescription).toMatch(/docs\/runbook\.md#requests-missed$/);
  });

  it('calls for a rejected delivery', async () => {
    await airlock.open('initech/hourly');
    await airlock.upload('meter,value\n1\n', await airlock.link('meters@initech.example'));
    await airlock.advance('PT2H');
    expect(await airlock.alarms()).toContain('ALARM requests-rejected');
  });

  it('calls when five requests are escalated within an hour, not for four', async () => {
    await airlock.local('PUT', 'mailbox', { address: 'data@acme.example', fate: 'bounced' });
    for (let inDays = 0; inDays < 5; inDays += 1) {
      expect(await airlock.alarms()).not.toContain('ALARM requests-escalated');
      await airlock.open('acme/orders', { inDays });
    }
    expect(await airlock.alarms()).toContain('ALARM requests-escalated');
  });

  it('calls for a file that nobody takes, and for a mail that is not delivered', async () => {
    await airlock.putFile('stray.txt', 'x');
    await airlock.local('PUT', 'mailbox', { address: 'data@acme.example', fate: 'bounced' });
    await airlock.open('acme/orders');
    expect(await calling()).toEqual(expect.arrayContaining(['mails-undelivered', 'uploads-unexpected']));
    expect(await airlock.alarms()).toContain('ALARM mail-bounce-rate');
  });

  it('calls while a message lies in a queue of failures', async () => {
    for (const nonsense of [1, 2, 3]) await airlock.invoke('receive-upload', { nonsense });
    expect(await airlock.alarms()).toContain('ALARM receive-upload-errors');
    await airlock.advance('PT20M');
    expect(await calling()).toEqual(['failed-invocations-waiting']);
  });

  it('is silent while all goes well', async () => {
    await airlock.open('acme/orders');
    await airlock.upload(badCsv);
    await airlock.settle();
    await airlock.upload(goodCsv);
    // Shorter than any window: whatever the hour, no delivery of the schedules can be missed meanwhile.
    await airlock.advance('PT2H');
    expect((await airlock.alarms()).filter((line) => line.startsWith('ALARM'))).toEqual([]);
  });
});

describe('the dashboard', () => {
  it('finds the last word on every request in the log lines that it asks', async () => {
    const airlock = await Airlock.start();
    await airlock.open('acme/orders');
    await airlock.upload(goodCsv);
    await airlock.settle();
    await airlock.open('globex/claims');
    await airlock.advance('PT2H');
    const lines = ['open-request', 'escalate', 'validate-upload', 'accept-upload', 'close-request']
      .flatMap((name) => airlock.logLines(name))
      .filter(({ requestId, event }) => requestId && event)
      .sort((a, b) => Number(a._aws?.Timestamp) - Number(b._aws?.Timestamp));
    const last = new Map(lines.map(({ requestId, event }) => [String(requestId).split('_')[0], event]));
    expect([...last].sort()).toEqual([
      ['acme', 'UploadAccepted'],
      ['globex', 'RequestMissed'],
    ]);
    await airlock.stop();
  });
});
