import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Airlock, badCsv, goodCsv } from '../support/airlock.ts';
import { askAsOperator, LinkClient } from '../support/api-client.ts';
import { assemblyWith } from '../support/assembly.ts';
import { OidcIssuer } from '../support/oidc-issuer.ts';
import { linkOf } from '../support/partner-page.ts';

const files = { partner: 'acme', feed: 'files' };

describe('the API of operators and systems', () => {
  let airlock: Airlock;
  let page: string;
  beforeAll(async () => {
    airlock = await Airlock.start();
    page = airlock.status.outputs.PageUrl ?? '';
  });
  afterAll(() => airlock.stop());

  const ask = <T>(method: string, path: string, body?: unknown) => askAsOperator<T>(airlock, method, path, body);
  const inDays = async (days: number) => new Date((await airlock.now()) + days * 86_400_000).toISOString();

  it('lets in nobody without a signature, with a wrong one, or a role that may not', async () => {
    const paths = ['/requests', '/requests/acme_files_2026-01-01/file'];
    for (const path of paths) {
      const response = await fetch(`${page}${path}`, { method: path === '/requests' ? 'POST' : 'GET' });
      expect([response.status, await response.json()]).toEqual([403, { message: 'Forbidden' }]);
    }
    const wrong = { accessKeyId: 'local', secretAccessKey: 'wrong' };
    expect((await askAsOperator(airlock, 'GET', paths[1] ?? '', undefined, wrong)).status).toBe(403);
  });

  it('asks for a delivery now: answers with a link of the caller’s own, and the workflow opens the request', async () => {
    const { status, body } = await ask<{ requestId: string; opened: boolean; link: string }>(
      'POST',
      '/requests',
      files,
    );
    expect([status, body.opened]).toEqual([202, true]);
    await airlock.settle();
    expect((await airlock.executions()).map(({ name }) => name)).toEqual([body.requestId]);
    expect((await airlock.subjects())[0]).toMatch(/^data@acme.example: Please send: Files/);
    expect(await new LinkClient(body.link).upload(goodCsv)).toBe(200);
    await airlock.settle();
    const shown = await ask('GET', `/requests/${body.requestId}`);
    expect(shown.body).toMatchObject({ status: 'ended', outcome: { kind: 'accepted' } });
  });

  it('opens a period once, however often it is asked; an open one gets another link', async () => {
    const scheduledTime = await inDays(2);
    const answers = await Promise.all(
      Array.from({ length: 4 }, () =>
        ask<{ link: string; opened: boolean }>('POST', '/requests', { ...files, scheduledTime }),
      ),
    );
    await airlock.settle();
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect(new Set(answers.map(({ body }) => body.link)).size).toBe(4);
    const again = await ask<{ opened: boolean }>('POST', '/requests', { ...files, scheduledTime });
    expect(again.body.opened).toBe(false);
    const opened = (await airlock.executions()).filter(({ status }) => status === 'RUNNING');
    expect(opened).toHaveLength(1);
  });

  it('opens nothing on a day without a delivery, and revokes nothing where URLs are mailed', async () => {
    const christmas = { partner: 'acme', feed: 'orders', scheduledTime: '2026-12-25T06:00:00Z' };
    const { status, body } = await ask('POST', '/requests', christmas);
    expect([status, body.type]).toEqual([409, 'urn:airlock:problem:not-a-delivery-day']);
    const orders = await ask<{ requestId: string; link?: string }>('POST', '/requests', {
      partner: 'acme',
      feed: 'orders',
    });
    await airlock.settle();
    expect(orders.body.link).toBeUndefined();
    const revoked = await ask('POST', `/requests/${orders.body.requestId}/revoke`, { reason: 'x' });
    expect([revoked.status, revoked.body.type]).toEqual([403, 'urn:airlock:problem:not-offered']);
  });

  it('says what is wrong with a request: unknown feed, a period that has ended, a body that is none', async () => {
    const problemOf = async (body: unknown) => {
      const answer = await ask('POST', '/requests', body);
      return `${answer.status} ${answer.body.type.split(':').at(-1)}`;
    };
    expect(await problemOf({ partner: 'acme', feed: 'nothing' })).toBe('404 feed-unknown');
    expect(await problemOf(files)).toBe('409 request-ended');
    expect(await problemOf({ ...files, scheduledTime: 'soon' })).toBe('400 bad-request');
    expect(await problemOf({ ...files, reason: '   ' })).toBe('400 bad-request');
    // Nobody is asked for what could not come any more.
    expect(await problemOf({ ...files, scheduledTime: await inDays(-3) })).toBe('400 bad-request');
    expect(await problemOf({ partner: '../acme', feed: 'files' })).toBe('400 bad-request');
    expect((await ask('GET', '/requests/acme_files_1999-01-01')).status).toBe(404);
    expect((await ask('GET', '/requests/..%2f..%2fpeople')).status).toBe(404);
  });

  it('gives out the report and the accepted file by URLs of a quarter of an hour, for that object alone', async () => {
    const scheduledTime = await inDays(3);
    const { body } = await ask<{ requestId: string; link: string }>('POST', '/requests', { ...files, scheduledTime });
    await airlock.settle();
    const link = new LinkClient(body.link);
    expect((await ask('GET', `/requests/${body.requestId}/report`)).body.type).toMatch(/report-absent$/);
    expect((await ask('GET', `/requests/${body.requestId}/file`)).body.type).toMatch(/file-absent$/);
    await link.upload(badCsv);
    await airlock.settle();
    const report = (await ask<{ url: string; attempt: number }>('GET', `/requests/${body.requestId}/report`)).body;
    const read = await fetch(report.url);
    expect(read.headers.get('content-disposition')).toContain(`${body.requestId}-findings-1.json`);
    expect(await read.json()).toMatchObject({ valid: false });
    await link.upload(goodCsv);
    await airlock.settle();
    const { url } = (await ask<{ url: string }>('GET', `/requests/${body.requestId}/file`)).body;
    expect(await (await fetch(url)).text()).toBe(goodCsv);
    expect((await fetch(url.replace('data.csv', 'other.csv'))).status).toBe(403);
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403);
    await airlock.advance('PT16M');
    expect((await fetch(url)).status).toBe(403);
  });

  it('refuses orders about a request that has ended', async () => {
    const { body } = await ask<{ requestId: string }>('POST', '/requests', {
      ...files,
      scheduledTime: await inDays(5),
    });
    await airlock.settle();
    await ask('POST', `/requests/${body.requestId}/waive`, { reason: 'a holiday' });
    await airlock.settle();
    for (const what of ['waive', 'reissue', 'revoke']) {
      const { status, body: problem } = await ask('POST', `/requests/${body.requestId}/${what}`, { reason: 'x' });
      expect([status, problem.detail]).toEqual([409, expect.stringContaining('Waived: a holiday')]);
    }
    expect((await ask('POST', `/requests/${body.requestId}/waive`, {})).status).toBe(400);
  });

  it('slows down who asks too fast: 429, by route', async () => {
    const link = new LinkClient(
      (await ask<{ link: string }>('POST', '/requests', { ...files, scheduledTime: await inDays(6) })).body.link,
    );
    await airlock.settle();
    const statuses = await Promise.all(
      Array.from({ length: 40 }, () =>
        fetch(`${page}/links/${link.linkId}/renewal`, { method: 'POST', headers: { authorization: 'Bearer x' } }).then(
          ({ status }) => status,
        ),
      ),
    );
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(10);
    expect((await link.show()).status).toBe(200);
  });

  it('answers nobody whom no authorizer let in, not even a question', async () => {
    const lambda = new LambdaClient(airlock.client);
    for (const routeKey of ['GET /feeds', 'GET /requests', 'POST /requests']) {
      const { Payload } = await lambda.send(
        new InvokeCommand({
          FunctionName: 'airlock-dev-answer-operator',
          Payload: Buffer.from(JSON.stringify({ routeKey, requestContext: {} })),
        }),
      );
      const { statusCode, body } = JSON.parse(Payload?.transformToString() ?? '{}');
      expect([routeKey, statusCode, JSON.parse(body).type]).toEqual([
        routeKey,
        500,
        'urn:airlock:problem:internal-error',
      ]);
    }
  });

  it('answers nothing else: unknown routes 404, huge bodies 413', async () => {
    expect((await fetch(`${page}/nowhere`)).status).toBe(404);
    expect((await fetch(`${page}/requests`, { method: 'DELETE' })).status).toBe(404);
    const huge = { method: 'POST', body: 'x'.repeat(11_000_000), headers: { authorization: 'Bearer x' } };
    expect((await fetch(`${page}/links/abcdefghijkl/check`, huge)).status).toBe(413);
  });

  it('writes down who asked for what and when, and no secret', async () => {
    const { link } = (await ask<{ link: string }>('POST', '/requests', { ...files, scheduledTime: await inDays(8) }))
      .body;
    await airlock.settle();
    const client = new LinkClient(link);
    await client.show();
    await client.start(goodCsv);
    const log = readFileSync(join(airlock.dataDir, 'logs/http-airlock-dev.log'), 'utf8');
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ route: 'POST /links/{linkId}/uploads', status: '201', ip: '127.0.0.1' });
    for (const secret of [client.secret, client.linkId]) expect(log).not.toContain(secret);
    const functions = airlock
      .logLines('answer-partner')
      .map((line) => JSON.stringify(line))
      .join('\n');
    expect(functions).not.toContain(client.secret);
    // What is under links/ and waits/ not even the account's root may read.
    const keys = (await airlock.keys('Ledger')).filter((key) => !/^(links|waits)\//.test(key));
    const stored = await Promise.all(keys.map((key) => airlock.text('Ledger', key)));
    expect(stored.join('\n')).not.toContain(client.secret);
  });

  it('shares nothing with other origins, unless one is named', async () => {
    const preflight = {
      method: 'OPTIONS',
      headers: { origin: 'https://portal.example.org', 'access-control-request-method': 'POST' },
    };
    expect((await fetch(`${page}/requests`, preflight)).headers.get('access-control-allow-origin')).toBeNull();
    const other = await Airlock.start({ assembly: assemblyWith({ pageOrigin: 'https://portal.example.org' }) });
    const answer = await fetch(`${other.status.outputs.PageUrl}/requests`, preflight);
    expect([
      answer.status,
      answer.headers.get('access-control-allow-origin'),
      answer.headers.get('access-control-allow-headers'),
    ]).toEqual([204, 'https://portal.example.org', 'authorization,content-type']);
    await other.stop();
  });
});

describe('the API with an OIDC issuer', () => {
  let issuer: OidcIssuer;
  let airlock: Airlock;
  beforeAll(async () => {
    issuer = await OidcIssuer.start();
    airlock = await Airlock.start({ assembly: assemblyWith({ jwtIssuer: issuer.url, jwtAudience: ['airlock'] }) });
  });
  afterAll(() => Promise.all([airlock.stop(), issuer.stop()]));

  const good = async () => ({
    aud: 'airlock',
    exp: (await airlock.now()) / 1000 + 600,
    scope: 'airlock/read airlock/write',
  });
  const ask = async (
    token: string | undefined,
    path = '/requests/acme_files_2026-01-01',
    method = 'GET',
    body?: string,
  ) =>
    fetch(`${airlock.status.outputs.PageUrl}${path}`, {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body }),
    });

  it('lets in a token of the issuer, and binds the link to its subject', async () => {
    const answer = await ask(issuer.token(await good()), '/requests', 'POST', JSON.stringify(files));
    expect(answer.status).toBe(202);
    await airlock.settle();
    const grants = await Promise.all(
      (await airlock.keys('Ledger', 'grants/')).map((key) => airlock.text('Ledger', key)),
    );
    expect(grants.join()).toContain('"caller":"system-1"');
  });

  it('refuses none, a forged, a foreign, an old one, one for others, and one without the scope', async () => {
    const claims = await good();
    const statusOf = async (token: string | undefined, ...more: [string?, string?, string?]) =>
      (await ask(token, ...more)).status;
    expect(await statusOf(undefined)).toBe(401);
    expect(await statusOf('not.a.token')).toBe(401);
    expect(await statusOf(issuer.token(claims, { key: OidcIssuer.foreignKey() }))).toBe(401);
    expect(await statusOf(issuer.token(claims, { kid: 'two' }))).toBe(401);
    expect(await statusOf(issuer.token({ ...claims, iss: 'https://evil.example' }))).toBe(401);
    expect(await statusOf(issuer.token({ ...claims, aud: 'others' }))).toBe(401);
    expect(await statusOf(issuer.token({ ...claims, exp: claims.exp - 3600 }))).toBe(401);
    const readOnly = issuer.token({ ...claims, scope: 'airlock/read' });
    expect(await statusOf(readOnly)).toBe(404);
    expect(await statusOf(readOnly, '/requests', 'POST', '{}')).toBe(403);
  });

  it('takes no IAM signature then, and asks links for none of it', async () => {
    expect((await askAsOperator(airlock, 'GET', '/requests/acme_files_2026-01-01')).status).toBe(401);
    expect((await new LinkClient(await linkOf(airlock)).show()).status).toBe(200);
  });
});
