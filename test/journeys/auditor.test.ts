import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  GetExecutionHistoryCommand,
  RedriveExecutionCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { loadFeeds } from '../../adapters/feed-files.ts';
import { Airlock, goodCsv, temporaryFolder } from '../support/airlock.ts';
import { assemblyWith } from '../support/assembly.ts';
import { tokensOf } from '../support/leaks.ts';

describe('an auditor', () => {
  let airlock: Airlock;
  let accepted: string;
  let waiting: string;
  let credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };

  beforeAll(async () => {
    const feeds = loadFeeds('test/feeds');
    const assembly = assemblyWith({ feeds, encryptWorkflow: true, auditors: ['arn:aws:iam::000000000000:root'] });
    airlock = await Airlock.start({ assembly });
    accepted = await airlock.open('acme/orders');
    await airlock.upload(goodCsv);
    await airlock.settle();
    waiting = await airlock.open('acme/orders', { inDays: 1 });
    const { Credentials } = await new STSClient(airlock.client).send(
      new AssumeRoleCommand({ RoleArn: airlock.status.outputs.AuditorRoleArn, RoleSessionName: 'auditor' }),
    );
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  });
  afterAll(() => airlock.stop());

  const scratch = temporaryFolder();

  /** A command as the auditor runs it: with the role's credentials, and nothing else of ours. */
  const command = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const env = {
        ...process.env,
        AWS_ENDPOINT_URL: airlock.status.endpoint,
        AWS_REGION: airlock.status.region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken,
        TMPDIR: scratch,
      };
      execFile(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', 'cli/main.ts', ...args],
        { env },
        (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });
  const quarterOfToday = (): string => {
    const day = new Date();
    return `${day.getUTCFullYear()}Q${Math.floor(day.getUTCMonth() / 3) + 1}`;
  };

  it('verifies the evidence of a deployment, and leaves no copy of it behind', async () => {
    const { code, out } = await command('audit', 'verify');
    expect([code, out]).toEqual([0, '1 packs of 1 feeds: all of it holds\n']);
    expect(readdirSync(scratch)).toEqual([]);
  });

  it('reports on a quarter, as lines, page, table and JSON', async () => {
    const folder = temporaryFolder();
    const [html, csv] = [join(folder, 'report.html'), join(folder, 'report.csv')];
    const flags = ['--quarter', quarterOfToday(), '--html', html, '--csv', csv];
    const { code, out, err } = await command('audit', 'report', '--partner', 'acme', ...flags);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^acme, \d{4}Q\d: 100\.0 % on time: 1 of 1 deliveries that were due\.\n\nfeed .*\nacme\/orders /,
    );
    expect(readFileSync(html, 'utf8')).toContain('Deliveries of acme');
    expect(readFileSync(csv, 'utf8').split('\r\n')).toHaveLength(3);
    const all = await command('audit', 'report', '--quarter', quarterOfToday(), '--json');
    expect(JSON.parse(all.out).partners).toEqual([expect.objectContaining({ name: 'acme', shareOnTime: 1 })]);
  });

  it('is told what can be asked for, where the question is none', async () => {
    const answers = await Promise.all([
      command('audit', 'report'),
      command('audit', 'report', '--quarter', '2026'),
      command('audit', 'report', '--quarter', '2026Q3', '--partner', 'Acme Inc'),
      command('audit', 'report', '/nowhere', '--quarter', '2026Q3'),
      command('audit', 'report', '--quarter', '2026Q3', '--partner', 'acmee'),
      command('audit', 'verify', '--partner', 'acmee'),
      command('audit', 'verify', '--from', '2026-02-30'),
    ]);
    expect(answers.map(({ code }) => code)).toEqual(Array(7).fill(2));
    for (const { err } of answers.slice(4, 6)) expect(err).toContain('got acmee, allowed one that has evidence: acme');
    expect(answers[6]?.err).toContain('--from: got 2026-02-30, allowed a day such as 2026-07-01');
    expect(answers[0]?.err).toContain('--quarter: got nothing, allowed a year and a quarter');
    expect(answers[1]?.err).toContain('--quarter: got 2026,');
    expect(answers[2]?.err).toContain('--partner: got Acme Inc,');
    expect(answers[3]?.err).toContain('audit report: got /nowhere, allowed a copy of the archive bucket');
  });

  it('reads the history of an execution, its data encrypted or not', async () => {
    const sfn = new SFNClient({ ...airlock.client, credentials });
    const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn: accepted }));
    expect(events.length).toBeGreaterThan(10);
  });

  it('can act on nothing, and sees neither files nor addresses', async () => {
    const client = { ...airlock.client, credentials };
    const [s3, sfn, lambda] = [new S3Client(client), new SFNClient(client), new LambdaClient(client)];
    const [token = ''] = await tokensOf(airlock, [waiting]);
    const [pack = ''] = (await airlock.keys('Archive')).filter((key) => key.endsWith('evidence.json'));
    const [file = ''] = await airlock.keys('Accepted');
    const [person = ''] = await airlock.keys('Ledger', 'people/');
    const object = (bucket: Parameters<Airlock['bucket']>[0], Key: string) => ({ Bucket: airlock.bucket(bucket), Key });
    const tries: Readonly<Record<string, () => Promise<unknown>>> = {
      'completes a task': () => sfn.send(new SendTaskSuccessCommand({ taskToken: token, output: '{}' })),
      starts: () => sfn.send(new StartExecutionCommand({ stateMachineArn: airlock.status.outputs.StateMachineArn })),
      stops: () => sfn.send(new StopExecutionCommand({ executionArn: waiting })),
      redrives: () => sfn.send(new RedriveExecutionCommand({ executionArn: accepted })),
      invokes: () =>
        lambda.send(new InvokeCommand({ FunctionName: 'airlock-dev-archive-execution', InvocationType: 'Event' })),
      'writes evidence': () => s3.send(new PutObjectCommand({ ...object('Archive', 'x'), Body: 'x' })),
      'replaces evidence': () => s3.send(new PutObjectCommand({ ...object('Archive', pack), Body: 'x' })),
      'hides evidence': () => s3.send(new DeleteObjectCommand(object('Archive', pack))),
      'reads a file': () => s3.send(new GetObjectCommand(object('Accepted', file))),
      'reads an address': () => s3.send(new GetObjectCommand(object('Ledger', person))),
    };
    const done = await Promise.all(
      Object.entries(tries).map(async ([what, work]) => {
        const error = await work().then(
          () => 'done',
          (reason: Error) => reason.name,
        );
        return [what, error];
      }),
    );
    expect(done.filter(([, error]) => !/^AccessDenied(Exception)?$/.test(error ?? ''))).toEqual([]);
    expect((await airlock.describe(waiting)).status).toBe('RUNNING');
  });
});
