import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { AirlockProcess } from '../../console/airlock-process.ts';
import { momentsOf } from '../../core/schedule/times.ts';
import { Zone } from '../../core/schedule/zone.ts';
import { Airlock, goodCsv, temporaryFolder, testAssembly } from '../support/airlock.ts';
import { changedAssembly } from '../support/changed-assembly.ts';

const failing = (...args: string[]): Promise<string> => {
  const common = ['--data', temporaryFolder(), '--feeds', 'test/feeds', '--assembly', testAssembly];
  return AirlockProcess.start([...common, ...args]).then(
    async (airlock) => {
      await airlock.stop();
      return 'it started';
    },
    (error: Error) => error.message,
  );
};

describe('npm start refuses, and says what to do:', () => {
  it('an unknown flag', async () => {
    expect(await failing('--prot', '1')).toMatch(/Unknown option '--prot'[\s\S]*--port/);
  });

  it('a port that is none', async () => {
    expect(await failing('--port', 'x')).toMatch(/--port: got x, allowed 0 to 65535/);
  });

  it('a folder that cannot be written', async () => {
    const file = join(temporaryFolder(), 'a-file');
    writeFileSync(file, '');
    expect(await failing('--data', join(file, 'data'))).toMatch(
      /cannot be used for data: .*; choose a writable folder/,
    );
  });

  it('a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = String(typeof address === 'object' ? address?.port : '');
    expect(await failing('--port', port)).toMatch(`port ${port} is in use by another program`);
    expect(await failing('--console-port', port)).toMatch(`port ${port} is in use by another program`);
    server.close();
  });

  it('a folder of somebody else’s, and leaves what is in it', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'code'));
    writeFileSync(join(folder, 'code/main.py'), 'print()');
    for (const more of [[], ['--fresh']]) {
      expect(await failing('--data', folder, ...more)).toMatch(
        /has code and no journal of Airlock's; allowed an empty/,
      );
    }
    expect(readFileSync(join(folder, 'code/main.py'), 'utf8')).toBe('print()');
  });

  it('a second instance on one folder', async () => {
    const airlock = await Airlock.start();
    const execution = await airlock.open('acme/orders');
    expect(await failing('--data', airlock.dataDir)).toMatch(/is in use by another running instance/);
    expect(await failing('--data', airlock.dataDir, '--fresh')).toMatch(/is in use by another running instance/);
    // Nothing of the first one was touched, not even by a second that wanted to start afresh.
    const restarted = await airlock.restart();
    expect(await restarted.ending(execution)).toBe('RUNNING');
    await restarted.stop();
  });

  it('a bad feed, with file, path, got and allowed', async () => {
    const feeds = temporaryFolder();
    mkdirSync(join(feeds, 'acme'));
    writeFileSync(join(feeds, 'acme', 'orders.yaml'), 'title: Orders\nschedule: { expression: daily }\n');
    writeFileSync(join(feeds, 'acme', 'broken.yaml'), 'title: "Orders\n');
    const message = await AirlockProcess.start(['--data', temporaryFolder(), '--feeds', feeds]).then(
      () => 'it started',
      (error: Error) => error.message,
    );
    expect(message).toMatch(/orders\.yaml: schedule\.expression: got "daily"; allowed: cron/);
    expect(message).toMatch(/broken\.yaml: not valid YAML: Missing closing "quote/);
  });

  it('something in the template that it does not do, by logical id and property', async () => {
    const assembly = changedAssembly(({ Resources }) => {
      const bucket = Object.values(Resources).find(({ Type }) => Type === 'AWS::S3::Bucket');
      if (bucket) bucket.Properties.AccelerateConfiguration = { AccelerationStatus: 'Enabled' };
    });
    expect(await failing('--assembly', assembly)).toMatch(
      /StorageLanding\w+: AccelerateConfiguration: the embedded runtime does not support this/,
    );
    const other = changedAssembly(({ Resources }) => {
      Resources.Table = { Type: 'AWS::DynamoDB::Table', Properties: {} };
    });
    expect(await failing('--assembly', other)).toMatch(/Table: AWS::DynamoDB::Table/);
  });
});

describe('npm start on old data', () => {
  it('updates the deployment, and running executions finish', async () => {
    let airlock = await Airlock.start();
    const execution = await airlock.open('acme/orders');
    const assembly = changedAssembly(({ Resources }) => {
      for (const [id, { Type, Properties }] of Object.entries(Resources)) {
        if (Type === 'AWS::Scheduler::Schedule' && Properties.Name === 'globex_claims') delete Resources[id];
      }
    });
    airlock = await airlock.restart({ assembly });
    await expect(airlock.run('globex/claims')).rejects.toThrow(/Schedule globex_claims does not exist/);
    await airlock.upload(goodCsv);
    await airlock.settle();
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    await airlock.stop();
  });
});

describe('a schedule', () => {
  it('whose time came while this machine was off starts late', async () => {
    let airlock = await Airlock.start();
    const from = await airlock.now();
    const week = { from, to: from + 7 * 86_400_000 };
    const [next] = momentsOf('cron(0 6 ? * MON-FRI *)', new Zone('Europe/Berlin'), week);
    const nextAt = next?.kind === 'fires' ? next.at : 0;
    await airlock.local('POST', 'clock', { to: new Date(nextAt - 100).toISOString() });
    airlock = await airlock.restart({ signal: 'SIGKILL' });
    await airlock.settle();
    const [execution] = await airlock.executions();
    expect(JSON.parse(execution?.input ?? '{}').scheduledTime).toBe(
      new Date(nextAt).toISOString().replace('.000Z', 'Z'),
    );
    await airlock.stop();
  });
});

describe('the console', () => {
  let airlock: Airlock;
  let execution: string;
  beforeAll(async () => {
    airlock = await Airlock.start();
    execution = await airlock.open('acme/orders');
  });
  afterAll(() => airlock.stop());

  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${airlock.consoleUrl}${path}`, init);
    return { status: response.status, text: await response.text(), headers: response.headers };
  };

  it('shows executions with their outcome, the workflow with the current state, and every event', async () => {
    expect((await get('/executions')).text).toContain('acme/orders');
    const { text } = await get(`/executions/${execution.split(':').at(-1)}`);
    expect(text).toContain('the execution is at Wait for upload');
    expect(text).toMatch(/class="state current"[^>]*\/><text[^>]*>Wait for upload</);
    expect(text).toContain('TaskSubmitted');
  });

  it('shows a mail in a frame that can run nothing', async () => {
    const [mail] = await airlock.emails();
    expect((await get(`/inbox/${mail?.id}`)).text).toContain('<iframe sandbox');
    const { headers } = await get(`/inbox/${mail?.id}/html`);
    expect(headers.get('content-security-policy')).toContain('sandbox');
  });

  it('shows objects and the clock', async () => {
    expect((await get('/objects')).text).toContain('requests/acme/orders/');
    expect((await get('/clock')).text).toContain('Next thing due');
  });

  it('shows what calls, and what was told', async () => {
    expect((await get('/alarms')).text).toMatch(/No alarm calls/);
    await airlock.putFile('stray.txt', 'x');
    await airlock.settle();
    const { text } = await get('/alarms');
    expect(text).toContain('airlock-dev-uploads-unexpected');
    expect(text).toContain('Unexpected upload');
  });

  it('says 404 of an execution that is not there, and 400 of an address that is no text', async () => {
    expect((await get('/executions/nope')).status).toBe(404);
    expect((await get('/%E0%A4%A')).status).toBe(400);
  });

  it('answers other sites with 403, also at the endpoint', async () => {
    const headers = { origin: 'https://evil.example' };
    expect((await get('/api/emails', { headers })).status).toBe(403);
    expect((await fetch(`${airlock.status.endpoint}/_local/emails`, { headers })).status).toBe(403);
  });

  it.each([
    ['POST', '/api/clock', '{"advance":"two hours"}', 400, 'an ISO-8601 duration'],
    ['POST', '/api/clock', '{"to":"2001-01-01T00:00:00Z"}', 400, 'at least 20'],
    ['POST', '/api/clock', 'nonsense', 400, 'a JSON object'],
    ['POST', '/api/feeds/acme/nothing/run', '', 404, 'a feed of this deployment'],
    ['POST', '/api/feeds/acme/orders/run', '{"scheduledTime":"noon"}', 400, 'an ISO-8601 time'],
    ['GET', '/api/nothing', undefined, 404, 'GET /api/status'],
  ])('%s %s with %s says got, allowed and fix', async (method, path, body, status, allowed) => {
    const answer = await get(path, { method, ...(body !== undefined && { body }) });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({
      error: expect.any(String),
      got: expect.anything(),
      allowed: expect.stringContaining(allowed),
      fix: expect.any(String),
    });
  });

  it('moves to the next thing due', async () => {
    const before = await airlock.now();
    await get('/api/clock', { method: 'POST', body: '{"next":true}' });
    expect(await airlock.now()).toBeGreaterThan(before);
  });
});
