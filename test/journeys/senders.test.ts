import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { loadFeeds } from '../../adapters/feed-files.ts';
import type { Evidence } from '../../core/evidence/pack.ts';
import { Airlock, goodCsv } from '../support/airlock.ts';
import { LinkClient } from '../support/api-client.ts';
import { assemblyWith } from '../support/assembly.ts';
import { changedAssembly } from '../support/changed-assembly.ts';
import { airlockCommand } from '../support/command.ts';
import { linkOf } from '../support/partner-page.ts';

/** Nobody but the test starts them. */
const feeds = loadFeeds('test/feeds')
  .filter(({ feed }) => feed === 'orders' || feed === 'files')
  .map((feed) => ({ ...feed, schedule: { ...feed.schedule, enabled: false } }));

/** It goes in two parts. */
const csvOfSixMegabytes = `id,day,amount\n${Array.from({ length: 270_000 }, (_, row) => `${row},2026-11-20,10.50\n`).join('')}`;

interface Signed {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

describe('the program that sent an upload', () => {
  const assemblies = {
    new: assemblyWith({ feeds, recordUserAgents: 'new' }),
    existing: assemblyWith({ feeds, recordUserAgents: 'existing' }),
  };
  let airlock: Airlock;
  afterEach(() => airlock.stop());

  const start = async (whose: keyof typeof assemblies) => {
    airlock = await Airlock.start({ assembly: assemblies[whose] });
  };
  const packs = async (): Promise<Evidence[]> => {
    const keys = (await airlock.keys('Archive')).filter((key) => key.endsWith('evidence.json'));
    return Promise.all(keys.map(async (key) => JSON.parse(await airlock.text('Archive', key))));
  };
  const sendAs = async (userAgent: string): Promise<void> => {
    const { url, headers } = await airlock.link();
    const answer = await fetch(url, { method: 'PUT', headers: { ...headers, 'user-agent': userAgent }, body: goodCsv });
    expect(answer.status).toBe(200);
    await airlock.settle();
  };

  it('is in the evidence, which waits a quarter of an hour for CloudTrail to tell', async () => {
    await start('new');
    await airlock.open('acme/orders');
    await sendAs('[curl/8.5.0] <b>');
    expect(await packs()).toEqual([]);
    await airlock.advance('PT14M');
    expect(await packs()).toEqual([]);
    await airlock.advance('PT2M');
    const [pack] = await packs();
    expect(pack?.uploads).toEqual([expect.objectContaining({ sourceIp: '127.0.0.1', userAgent: '[curl/8.5.0] <b>' })]);
    const [page = ''] = (await airlock.keys('Archive')).filter((key) => key.endsWith('.html'));
    expect(await airlock.text('Archive', page)).toContain('<td>127.0.0.1, [curl/8.5.0] &lt;b&gt;</td>');
  });

  it('is the partner’s own for a file in parts, which we complete', async () => {
    await start('new');
    await airlock.open('acme/files');
    expect(await new LinkClient(await linkOf(airlock)).upload(csvOfSixMegabytes)).toBe(200);
    await airlock.settle();
    await airlock.advance('PT20M');
    const [pack] = await packs();
    expect(pack?.uploads).toEqual([expect.objectContaining({ sourceIp: '127.0.0.1', userAgent: 'node' })]);
  });

  it('is of who sent the file that was taken: not of one that was refused, nor of one that was given up', async () => {
    await start('new');
    await airlock.open('acme/files');
    const link = new LinkClient(await linkOf(airlock));
    const putAs = async (
      userAgent: string,
      { url, headers }: Signed,
      body: string | Uint8Array<ArrayBuffer>,
    ): Promise<number> => {
      const { 'content-length': _, ...sent } = headers;
      return (await fetch(url, { method: 'PUT', headers: { ...sent, 'user-agent': userAgent }, body })).status;
    };
    const whole = async (): Promise<Signed> => (await link.start(goodCsv)).body.put ?? { url: '', headers: {} };
    expect(await putAs('refused/1', await whole(), 'x')).toBe(403);
    const large = Buffer.from(csvOfSixMegabytes);
    const { uploadId, multipart } = (await link.start(large)).body;
    const piece = large.subarray(0, multipart?.partBytes);
    expect(await putAs('given-up/1', await link.signPart(uploadId, 1, piece), piece)).toBe(200);
    expect(await putAs('sent/1', await whole(), goodCsv)).toBe(200);
    await airlock.settle();
    await airlock.advance('PT20M');
    expect((await packs())[0]?.uploads.map(({ userAgent }) => userAgent)).toEqual(['sent/1']);
    expect(await airlock.keys('Ledger', 'senders/')).toHaveLength(2);
  });

  it('is not recorded where no trail tells', async () => {
    await start('existing');
    await airlock.open('acme/orders');
    await sendAs('curl/8.5.0');
    await airlock.advance('PT20M');
    expect((await packs())[0]?.uploads[0]?.userAgent).toBe('not recorded');
    expect(await airlock.keys('Ledger', 'senders/')).toEqual([]);
  });

  it.each(['new', 'existing'] as const)('is what the doctor looks for, with a trail that is %s', async (whose) => {
    await start(whose);
    const evidence = async () => {
      const { out } = await airlockCommand(airlock, 'doctor', '--json');
      return JSON.parse(out).filter(({ area }: { area: string }) => area === 'evidence');
    };
    await airlock.open('acme/orders');
    await sendAs('curl/8.5.0');
    // It is too early to say.
    expect(await evidence()).toMatchObject([{ status: 'ok', what: expect.stringMatching(/^no upload of this week/) }]);
    await airlock.advance('PT2H');
    expect(await evidence()).toMatchObject(
      whose === 'new'
        ? [{ status: 'ok', what: 'a trail tells which programs send uploads' }]
        : [{ status: 'failed', what: expect.stringMatching(/^of 1 upload /), fix: expect.stringContaining('landing') }],
    );
  });

  it('is in a log of the trail, which holds no signature and no session of the URL', async () => {
    await start('new');
    await airlock.open('acme/orders');
    const { url } = await airlock.link();
    await sendAs('curl/8.5.0');
    await airlock.advance('PT20M');
    const { Buckets = [] } = await airlock.s3.send(new ListBucketsCommand({}));
    const Bucket = Buckets.map(({ Name = '' }) => Name).find((name) => name.includes('trail'));
    const { Contents = [] } = await airlock.s3.send(new ListObjectsV2Command({ Bucket }));
    const [Key = ''] = Contents.map((one) => one.Key ?? '');
    expect(Key).toMatch(
      /^AWSLogs\/0{12}\/CloudTrail\/eu-west-1\/20\d\d\/\d\d\/\d\d\/0{12}_CloudTrail_eu-west-1_.*\.json\.gz$/,
    );
    const { Body } = await airlock.s3.send(new GetObjectCommand({ Bucket, Key }));
    const log = gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array()).toString();
    const [record] = JSON.parse(log).Records;
    expect(record).toMatchObject({
      eventName: 'PutObject',
      userAgent: '[curl/8.5.0]',
      sourceIPAddress: '127.0.0.1',
      userIdentity: { type: 'AssumedRole' },
      additionalEventData: { AuthenticationMethod: 'QueryString' },
      readOnly: false,
    });
    const { searchParams } = new URL(url);
    for (const secret of ['X-Amz-Signature', 'X-Amz-Security-Token']) {
      expect(log).not.toContain(searchParams.get(secret) ?? '?');
    }
  });

  it('holds no evidence up for ever: what archive-execution dies of is tried again, and told when it fails for good', async () => {
    await start('new');
    await airlock.fault({ point: 'function', name: 'archive-execution', effect: 'kill', times: 1 });
    await airlock.open('acme/orders');
    await sendAs('curl/8.5.0');
    const QueueUrl = `${airlock.status.endpoint}/000000000000/airlock-dev-ended-runs`;
    await new SQSClient(airlock.client).send(new SendMessageCommand({ QueueUrl, MessageBody: '{"of":"nobody"}' }));
    await airlock.advance('PT16M');
    expect(await packs()).toEqual([]);
    await airlock.advance('PT6M');
    expect(await packs()).toHaveLength(1);
    await airlock.advance('PT40M');
    expect((await airlockCommand(airlock, 'dlq', 'list')).out).toMatch(/failed-invocations\s+1/);
    expect(await airlock.alarms()).toContain('ALARM failed-invocations-waiting');
    const { out } = await airlockCommand(airlock, 'dlq', 'redrive', 'failed-invocations');
    expect(out).toContain('handed to airlock-dev-archive-execution');
    expect((await airlockCommand(airlock, 'dlq', 'list')).out).toMatch(/failed-invocations\s+0/);
    // It is nobody's run still: after its tries it lies there again, as what a function failed on.
    await airlock.advance('PT10M');
    expect((await airlockCommand(airlock, 'dlq', 'list')).out).toMatch(/failed-invocations\s+1/);
  });

  it('holds no evidence up that could not even be put into the queue: it is sent there again', async () => {
    const folder = changedAssembly(({ Resources }) => {
      const [, queue] = Object.entries(Resources).find(([id]) => id.includes('EndedRunsPolicy')) ?? [];
      if (!queue) throw new Error('the queue has a policy');
      queue.Properties.PolicyDocument.Statement = queue.Properties.PolicyDocument.Statement.slice(0, 1);
    }, assemblies.new);
    airlock = await Airlock.start({ assembly: folder });
    await airlock.open('acme/orders');
    await sendAs('curl/8.5.0');
    expect((await airlockCommand(airlock, 'dlq', 'list')).out).toMatch(/failed-events\s+1/);
    expect((await airlockCommand(airlock, 'dlq', 'redrive', 'failed-events')).out).toContain(
      'sent to airlock-dev-ended-runs',
    );
    await airlock.advance('PT16M');
    expect(await packs()).toHaveLength(1);
  });

  it('is waited for also where the period is opened once more meanwhile: the pack keeps the plan of its own generation', async () => {
    await start('new');
    const execution = await airlock.open('acme/orders');
    await sendAs('curl/8.5.0');
    const id = (await airlock.requestId(execution)) ?? '';
    const { code } = await airlockCommand(airlock, 'request', 'reopen', id, '--reason', 'a correction');
    expect(code).toBe(0);
    await airlock.advance('PT20M');
    const [first] = await packs();
    expect(first?.request).toMatchObject({
      generation: 1,
      openedAt: expect.stringMatching(/^20/),
      dueAt: expect.stringMatching(/^20/),
      feedHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      milestones: expect.arrayContaining([expect.objectContaining({ kind: 'close' })]),
    });
  });

  it('is waited for by many runs at once: they are kept in batches, and their chain has no gap', async () => {
    await start('new');
    for (let inDays = 0; inDays < 12; inDays += 1) {
      await airlock.open('acme/orders', { inDays });
      await sendAs('curl/8.5.0');
    }
    // All of them are due at the same moment, as they are where much ends at once.
    await airlock.fault({ point: 'clock', jumpSeconds: 1000 });
    await airlock.advance('PT20M');
    const sequences = (await packs()).map(({ chain }) => chain.sequence).sort((a, b) => a - b);
    expect(sequences).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    const runs = (await airlock.traces()).filter(({ name }) => name === 'airlock-dev-archive-execution');
    expect(runs.length).toBeLessThan(12);
  });

  it('needs every statement that is there for it: without one nothing is written, and with it again nothing is lost', async () => {
    await start('new');
    const queue = (name: string) => `${airlock.status.endpoint}/000000000000/airlock-dev-${name}`;
    const sqs = new SQSClient(airlock.client);
    const roleOf = (name: string) => `Airlock-dev-AirlockFunctions${name}Role`;
    const errors = async (): Promise<string[]> => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queue('failed-invocations'), MaxNumberOfMessages: 10 }),
      );
      return Messages.map(({ Body = '{}' }) => String(JSON.parse(Body).responsePayload?.errorMessage));
    };
    for (const sid of ['RecordSenders', 'Encrypt']) {
      await airlock.open('acme/orders', { inDays: sid === 'Encrypt' ? 1 : 0 });
      await airlock.withoutPermission(roleOf('ReceiveTrail'), sid, async () => {
        await sendAs('curl/8.5.0');
        await airlock.advance('PT12M');
      });
      expect((await errors()).join()).toMatch(/is not authorized to perform: (s3:PutObject|kms:GenerateDataKey)/);
      expect(await airlock.keys('Ledger', 'senders/')).toEqual([]);
      await airlock.advance('PT20M');
    }
    await airlock.open('acme/orders', { inDays: 2 });
    await airlock.withoutPermission(roleOf('ArchiveExecution'), 'TakeEndedRuns', async () => {
      await sendAs('curl/8.5.0');
      await airlock.advance('PT30M');
    });
    expect(await packs()).toHaveLength(2);
    await airlock.advance('PT2M');
    expect((await packs()).map(({ uploads }) => uploads[0]?.userAgent).sort()).toEqual([
      'curl/8.5.0',
      'not recorded',
      'not recorded',
    ]);
  });
});
