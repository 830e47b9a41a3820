import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Airlock } from '../support/airlock.ts';
import { changedAssembly } from '../support/changed-assembly.ts';

interface Statement {
  readonly Sid: string;
}

const feed = 'initech/hourly';
const partner = 'meters@initech.example';
const good = 'meter,value\n1,2\n';
const bad = 'meter,value\n1\n';

/** A journey in an hour of its own. What it returns tells where it failed. */
type Journey = (airlock: Airlock, hour: string) => Promise<string>;

const whereItFailed = async (airlock: Airlock, execution: string): Promise<string> => {
  const { status, error = '', cause = '' } = await airlock.describe(execution);
  return `${(await airlock.path(execution)).at(-1)}: ${status} ${error} ${cause}`;
};

const openAt = async (airlock: Airlock, hour: string): Promise<string> => {
  const { executionArn } = await airlock.run(feed, hour);
  await airlock.settle();
  return executionArn;
};

const open: Journey = async (airlock, hour) => whereItFailed(airlock, await openAt(airlock, hour));

/** A feed with links asks once a day, so it has a day of its own. */
const openByLink: Journey = async (airlock) => {
  await airlock.advance('P2D');
  const { executionArn } = await airlock.run('acme/files');
  await airlock.settle();
  return whereItFailed(airlock, executionArn);
};

/** As a schedule that was kept from firing for a year. */
const openLate: Journey = (airlock, hour) => open(airlock, new Date(Date.parse(hour) - 365 * 86_400_000).toISOString());

const openTwice: Journey = async (airlock, hour) => {
  await openAt(airlock, hour);
  return open(airlock, hour);
};

const delivery =
  (body: string): Journey =>
  async (airlock, hour) => {
    const execution = await openAt(airlock, hour);
    await airlock.upload(body, await airlock.link(partner));
    await airlock.settle();
    return whereItFailed(airlock, execution);
  };

/** Nothing comes until `duration` after the scheduled time. */
const silence =
  (duration: string): Journey =>
  async (airlock, hour) => {
    const execution = await openAt(airlock, hour);
    await airlock.advance(duration);
    return whereItFailed(airlock, execution);
  };

const keyOf = (hour: string): string => {
  // The feed asks for the hour before, in the zone of Berlin.
  const local = new Date(Date.parse(hour) - 3_600_000).toLocaleString('sv-SE', { timeZone: 'Europe/Berlin' });
  return `initech/hourly/${local.slice(0, 10)}-${local.slice(11, 13)}/1/1/upload.csv`;
};

const put = (airlock: Airlock, Key: string) =>
  airlock.s3.send(new PutObjectCommand({ Bucket: airlock.bucket('Landing'), Key, Body: good, IfNoneMatch: '*' }));

const earlyFile: Journey = async (airlock, hour) => {
  await put(airlock, keyOf(hour));
  return open(airlock, hour);
};

const signal: Journey = async (airlock, hour) => {
  const [, , period] = keyOf(hour).split('/');
  const Key = `signals/initech/hourly/${period}/1/1.json`;
  const Body = JSON.stringify({ version: 1, error: 'OperatorWaived', cause: 'for the test' });
  await airlock.s3.send(new PutObjectCommand({ Bucket: airlock.bucket('Ledger'), Key, Body }));
  return open(airlock, hour);
};

/** A function that is called by an event fails in its own queue, after its retries. */
const failedEvent = async (airlock: Airlock, fn = 'receive-upload'): Promise<string> => {
  await airlock.advance('PT5M');
  const sqs = new SQSClient(airlock.client);
  const QueueUrl = `${airlock.status.endpoint}/000000000000/airlock-dev-failed-invocations`;
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 43_200 }),
  );
  const payloads = Messages.map(({ Body = '{}' }) => JSON.parse(Body).responsePayload?.errorMessage);
  return `${fn}: FAILED ${payloads.join(' ')}`;
};

const event: Journey = async (airlock, hour) => {
  await openAt(airlock, hour);
  await airlock.upload(good, await airlock.link(partner));
  return failedEvent(airlock);
};

/** The partner's mail ends like this. */
const mailThat =
  (fate: 'bounced' | 'complained'): Journey =>
  async (airlock, hour) => {
    await airlock.local('PUT', 'mailbox', { address: partner, fate });
    // Told when the wait is there: before that, the wait itself would find the signal.
    await airlock.fateOfEvents({ source: 'aws.ses', copies: 1, delaySeconds: [5] });
    await openAt(airlock, hour);
    await airlock.noFaults();
    await airlock.local('PUT', 'mailbox', { address: partner, fate: 'delivered' });
    return failedEvent(airlock, 'receive-bounce');
  };

const stray: Journey = async (airlock, hour) => {
  await put(airlock, `stray-${hour.slice(0, 13).toLowerCase()}.txt`);
  return failedEvent(airlock);
};

const waivedWhileArriving: Journey = async (airlock, hour) => {
  const execution = await openAt(airlock, hour);
  await airlock.fateOfEvents({ source: 'aws.s3', copies: 0 });
  await airlock.upload(good, await airlock.link(partner));
  await airlock.noFaults();
  await airlock.signal(execution, 'OperatorWaived', 'for the test');
  return whereItFailed(airlock, execution);
};

/** A run that has ended; its event fails in the queue. */
const ended: Journey = async (airlock, hour) => {
  await openAt(airlock, hour);
  await airlock.upload(good, await airlock.link(partner));
  await airlock.settle();
  return failedEvent(airlock, 'archive-execution');
};

/** Its event comes twice: the second finds what the first wrote. */
const endedTwice: Journey = async (airlock, hour) => {
  await airlock.fateOfEvents({ source: 'aws.states', copies: 2, delaySeconds: [0, 10] });
  const failed = await ended(airlock, hour);
  await airlock.noFaults();
  return failed;
};

/** An end and an upload that no event told of, and the look that finds them. */
const untold: Journey = async (airlock, hour) => {
  await airlock.fateOfEvents({ source: 'aws.states', copies: 0 });
  await airlock.fault({ point: 'event', source: 'aws.s3', copies: 0, times: 0 });
  const execution = await openAt(airlock, hour);
  await airlock.signal(execution, 'OperatorWaived', 'for the test');
  await put(airlock, `untold-${hour.slice(0, 13).toLowerCase()}.txt`);
  await airlock.noFaults();
  await airlock.advance('PT2H');
  await airlock.invoke('reconcile', {});
  return failedEvent(airlock, 'reconcile');
};

/** Every statement of every function: the journey that fails without it, and the place. */
const table: Record<string, Record<string, [Journey, string]>> = {
  'close-request': {
    Decrypt: [silence('PT65M'), 'Close as missed'],
    Encrypt: [silence('PT65M'), 'Close as missed'],
    ReadRequestsAndArrivals: [silence('PT65M'), 'Close as missed'],
    FindRequestsAndArrivals: [silence('PT65M'), 'Close as missed'],
    EndRequests: [silence('PT65M'), 'Close as missed'],
    FindUploads: [silence('PT65M'), 'Close as missed'],
    TellOperators: [waivedWhileArriving, 'Close as waived'],
    Announce: [silence('PT65M'), 'Close as missed'],
  },
  'open-request': {
    Decrypt: [openTwice, 'Open request'],
    Encrypt: [open, 'Open request'],
    ClaimPeriods: [open, 'Open request'],
    ReadClaims: [openTwice, 'Open request'],
    FindClaims: [openTwice, 'Open request'],
    LookAtOwners: [openTwice, 'Open request'],
    TellOperators: [openLate, 'Open request'],
  },
  'generate-upload-url': {
    Decrypt: [open, 'Generate upload URL'],
    Encrypt: [open, 'Generate upload URL'],
    ReadRequests: [open, 'Generate upload URL'],
    FindRequests: [open, 'Generate upload URL'],
    StoreLinks: [open, 'Generate upload URL'],
    BecomeSigner: [open, 'Generate upload URL'],
  },
  'email-partner': {
    Decrypt: [open, 'Email upload URL'],
    Encrypt: [open, 'Email upload URL'],
    ReadWhatToSay: [open, 'Email upload URL'],
    FindWhatToSay: [open, 'Email upload URL'],
    RecordMails: [open, 'Email upload URL'],
    SendMail: [open, 'Email upload URL'],
    MakeLinkSecrets: [openByLink, 'Email upload URL'],
    PublishNotices: [open, 'Email upload URL'],
  },
  'register-wait': {
    Decrypt: [signal, 'Wait for upload'],
    Encrypt: [open, 'Wait for upload'],
    StoreTokens: [open, 'Wait for upload'],
    FindSignals: [open, 'Wait for upload'],
    ReadSignals: [signal, 'Wait for upload'],
    TakeSignals: [signal, 'Wait for upload'],
    FindUploads: [open, 'Wait for upload'],
    CompleteTasks: [earlyFile, 'Wait for upload'],
  },
  'receive-upload': {
    Decrypt: [event, 'receive-upload'],
    Encrypt: [event, 'receive-upload'],
    RecordArrivals: [event, 'receive-upload'],
    ReadArrivalsAndWaits: [event, 'receive-upload'],
    FindArrivalsAndWaits: [event, 'receive-upload'],
    CompleteTasks: [event, 'receive-upload'],
    TellOperators: [stray, 'receive-upload'],
  },
  'receive-bounce': {
    Decrypt: [mailThat('bounced'), 'receive-bounce'],
    Encrypt: [mailThat('bounced'), 'receive-bounce'],
    RecordBounces: [mailThat('bounced'), 'receive-bounce'],
    ReadMailsAndWaits: [mailThat('bounced'), 'receive-bounce'],
    FindMailsAndWaits: [mailThat('bounced'), 'receive-bounce'],
    CompleteTasks: [mailThat('bounced'), 'receive-bounce'],
    TellOperators: [mailThat('complained'), 'receive-bounce'],
  },
  'look-for-upload': {
    Decrypt: [silence('PT20M'), 'Look for upload'],
    FindUploads: [silence('PT20M'), 'Look for upload'],
    ReadRequests: [silence('PT20M'), 'Look for upload'],
    FindRequests: [silence('PT20M'), 'Look for upload'],
  },
  'validate-upload': {
    Decrypt: [delivery(good), 'Validate upload'],
    Encrypt: [delivery(good), 'Validate upload'],
    ReadPinnedUploads: [delivery(good), 'Validate upload'],
    ReadWhatIsKnown: [delivery(good), 'Validate upload'],
    FindWhatIsKnown: [delivery(good), 'Validate upload'],
    TakeArrivalsAndReport: [delivery(good), 'Validate upload'],
  },
  'accept-upload': {
    Decrypt: [delivery(good), 'Accept upload'],
    Encrypt: [delivery(good), 'Accept upload'],
    ReadPinnedUploads: [delivery(good), 'Accept upload'],
    Promote: [delivery(good), 'Accept upload'],
    ReadRequests: [delivery(good), 'Accept upload'],
    FindRequests: [delivery(good), 'Accept upload'],
    EndRequests: [delivery(good), 'Accept upload'],
    Announce: [delivery(good), 'Accept upload'],
  },
  'quarantine-upload': {
    Decrypt: [delivery(bad), 'Quarantine upload'],
    Encrypt: [delivery(bad), 'Quarantine upload'],
    ReadPinnedUploads: [delivery(bad), 'Quarantine upload'],
    SetAside: [delivery(bad), 'Quarantine upload'],
    ReadRequests: [delivery(bad), 'Quarantine upload'],
    FindRequests: [delivery(bad), 'Quarantine upload'],
  },
  escalate: {
    Decrypt: [silence('PT20M'), 'Escalate'],
    Encrypt: [silence('PT20M'), 'Escalate'],
    ReadWhatToSay: [silence('PT20M'), 'Escalate'],
    FindWhatToSay: [silence('PT20M'), 'Escalate'],
    RecordMails: [silence('PT20M'), 'Escalate'],
    SendMail: [silence('PT20M'), 'Escalate'],
    TellOperators: [silence('PT20M'), 'Escalate'],
  },
  'archive-execution': {
    Decrypt: [ended, 'archive-execution'],
    Encrypt: [ended, 'archive-execution'],
    ReadHistories: [ended, 'archive-execution'],
    ReadRequests: [ended, 'archive-execution'],
    FindRequests: [ended, 'archive-execution'],
    ExtendChains: [ended, 'archive-execution'],
    KeepEvidence: [ended, 'archive-execution'],
    FindEvidence: [ended, 'archive-execution'],
    ReadEvidence: [endedTwice, 'archive-execution'],
  },
  reconcile: {
    Decrypt: [untold, 'reconcile'],
    Encrypt: [untold, 'reconcile'],
    ListRuns: [untold, 'reconcile'],
    ReadHistories: [untold, 'reconcile'],
    FindUploads: [untold, 'reconcile'],
    ReadArrivals: [untold, 'reconcile'],
    FindArrivals: [untold, 'reconcile'],
    RecordLook: [untold, 'reconcile'],
    HandOverAgain: [untold, 'reconcile'],
    TellOperators: [untold, 'reconcile'],
  },
};

const rows = Object.entries(table).flatMap(([fn, statements]) =>
  Object.entries(statements).map(([sid, [journey, place]]) => ({ fn, sid, journey, place })),
);

const roleOf = (fn: string): string => {
  const id = fn.replaceAll(/(^|-)([a-z])/g, (_, __, letter) => letter.toUpperCase());
  return `Airlock-dev-AirlockFunctions${id}Role`;
};

describe('a function', () => {
  let airlock: Airlock;

  beforeAll(async () => {
    airlock = await Airlock.start();
    // To the full hour, so that each journey has an hour of its own.
    const start = new Date(Math.ceil((await airlock.now()) / 3_600_000) * 3_600_000).toISOString();
    await airlock.local('POST', 'clock', { to: start });
    // The first look is at nothing that was before it.
    await airlock.invoke('reconcile', {});
  });
  afterAll(() => airlock.stop());

  const policyOf = (fn: string) => airlock.policyOf(roleOf(fn));

  /** Moves the clock to the next full hour. */
  const nextHour = async (): Promise<string> => {
    const hour = new Date(Math.ceil((await airlock.now()) / 3_600_000) * 3_600_000).toISOString();
    await airlock.local('POST', 'clock', { to: hour });
    return hour;
  };

  it.each(Object.keys(table))('%s has no statement that this table does not try', async (fn) => {
    const tried = [
      ...Object.keys(table[fn] ?? {}),
      'WriteLogs',
      'WriteTraces',
      ...(fn.startsWith('receive-') || fn === 'archive-execution' || fn === 'reconcile' ? ['HandOverFailures'] : []),
      // Tried below: a courtesy never fails a delivery.
      ...(fn === 'email-partner' ? ['TellOperators'] : []),
    ];
    expect((await policyOf(fn)).statements.map(({ Sid }) => Sid).sort()).toEqual(tried.sort());
  });

  it.each(rows)('$fn without $sid fails at "$place" with AccessDenied', async ({ fn, sid, journey, place }) => {
    const { statements, write } = await policyOf(fn);
    await write(statements.filter(({ Sid }) => Sid !== sid));
    const hour = await nextHour();
    const failed = await journey(airlock, hour).finally(() => write(statements));
    expect(failed).toMatch(
      new RegExp(`^${place}: FAILED .*is not authorized to perform: [a-z0-9]+:\\w+ on resource: (arn:aws:|\\*)`, 's'),
    );
  });

  it('email-partner without TellOperators tells them of no recovery, and the delivery stands', async () => {
    const { statements, write } = await policyOf('email-partner');
    const execution = await openAt(airlock, await nextHour());
    await airlock.advance('PT25M');
    await write(statements.filter(({ Sid }) => Sid !== 'TellOperators'));
    await airlock.upload(good, await airlock.link(partner));
    await airlock.settle();
    await write(statements);
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    expect((await airlock.notices()).filter(({ subject }) => subject?.startsWith('Delivered after all'))).toEqual([]);
    expect((await airlock.history(execution)).map(({ type }) => type)).toContain('TaskFailed');
  });

  it('receive-upload without HandOverFailures loses a failed event aloud', async () => {
    const { statements, write } = await policyOf('receive-upload');
    await write(statements.filter(({ Sid }) => Sid !== 'HandOverFailures' && Sid !== 'TellOperators'));
    await put(airlock, 'stray-without-destination.txt');
    await airlock.advance('PT5M');
    await write(statements);
    expect(airlock.output).toMatch(
      /receive-upload: a failed event is lost, its destination cannot be used: .*sqs:SendMessage/,
    );
  });

  it('is called by the state machine only while its role may: RunTasks', async () => {
    const { write, statements } = await airlock.policyOf('Airlock-dev-AirlockWorkflowRole');
    await write([]);
    const execution = await openAt(airlock, await nextHour());
    await airlock.advance('PT5M');
    await write(statements);
    expect(await whereItFailed(airlock, execution)).toMatch(
      /^Open request: FAILED Lambda\.AWSLambdaException .*WorkflowRole.* is not authorized to perform: lambda:InvokeFunction/,
    );
  });

  it('is reached from the schedule only while its role may start executions; the start is kept while it may do that', async () => {
    const { write, statements } = await airlock.policyOf('airlock-dev-scheduler');
    await write(statements.filter(({ Sid }) => Sid !== 'Start'));
    await expect(openAt(airlock, await nextHour())).rejects.toThrow(
      /airlock-dev-scheduler.* states:StartExecution on resource/,
    );
    await airlock.advance('P3D');
    await write([]);
    await airlock.advance('P3D');
    await write(statements);
    expect(airlock.output).toMatch(
      /a start of airlock-dev\/acme_orders is lost: .*it cannot be kept: .*sqs:SendMessage/,
    );
    const QueueUrl = `${airlock.status.endpoint}/000000000000/airlock-dev-failed-starts`;
    const { Messages = [] } = await new SQSClient(airlock.client).send(new ReceiveMessageCommand({ QueueUrl }));
    expect(JSON.parse(Messages[0]?.Body ?? '{}').Name).toMatch(/^acme_(archive|files|orders)_/);
  });

  it('without WriteLogs writes no log, and works all the same; with it each writes its own', async () => {
    const names = Object.keys(table);
    const logs = ({ dataDir }: Airlock) =>
      names.filter((name) => existsSync(join(dataDir, 'logs', `airlock-dev-${name}.log`)));
    expect(logs(airlock)).toEqual(expect.arrayContaining(names));
    const silent = await Airlock.start({ assembly: withoutLogs() });
    await silent.open(feed);
    await silent.upload(good, await silent.link(partner));
    await silent.settle();
    expect((await silent.executions()).map(({ status }) => status)).toEqual(['SUCCEEDED']);
    expect(logs(silent)).toEqual([]);
    await silent.stop();
  });
});

/** The test's app, in which no function may write logs. */
const withoutLogs = (): string =>
  changedAssembly(({ Resources }) => {
    for (const { Type, Properties } of Object.values(Resources)) {
      if (Type !== 'AWS::IAM::Policy' || !Properties.PolicyName.startsWith('AirlockFunctions')) continue;
      const { PolicyDocument }: { PolicyDocument: { Statement: Statement[] } } = Properties;
      PolicyDocument.Statement = PolicyDocument.Statement.filter(({ Sid }) => Sid !== 'WriteLogs');
    }
  });
