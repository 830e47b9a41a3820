import { CompleteMultipartUploadCommand, ListPartsCommand } from '@aws-sdk/client-s3';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { Airlock, badCsv, goodCsv } from '../support/airlock.ts';
import { askAsOperator, LinkClient, sha256 } from '../support/api-client.ts';
import { linkOf } from '../support/partner-page.ts';

const csvOf = (bytes: number): Buffer<ArrayBuffer> => {
  const rows = Array.from({ length: Math.ceil(bytes / 24) }, (_, row) => `${row + 1},2026-11-20,10.50`);
  return Buffer.from(`id,day,amount\n${rows.join('\n')}\n`);
};

/** `uploads/<attempt>/<id>.json` → the key that the attempt's file has. */
const landingKeyOf = (uploadKey: string): string => uploadKey.replace(/^uploads\/(.*\/)[^/]+$/, '$1upload.csv');

describe('a link', () => {
  let airlock: Airlock;
  let link: LinkClient;
  let execution: string;
  beforeEach(async () => {
    airlock = await Airlock.start();
    execution = await airlock.open('acme/files');
    link = new LinkClient(await linkOf(airlock));
  });
  afterEach(() => airlock.stop());

  const advance = async (duration: string): Promise<void> => {
    await airlock.advance(duration);
  };

  it('fits a mail: under 120 characters on AWS in the region with the longest name', async () => {
    const url = new URL(await linkOf(airlock));
    const onAws = `https://abcdefghij.execute-api.ap-southeast-1.amazonaws.com${url.pathname}${url.hash}`;
    expect(onAws.length).toBeLessThan(120);
  });

  it('is one per recipient, and a link again in each reminder; all of them work', async () => {
    await advance('PT3H');
    const links = (await airlock.emails()).flatMap(({ text }) => /http\S+\/u\/\S+#[\w-]+/.exec(text) ?? []);
    expect(new Set(links).size).toBe(4);
    for (const one of links) expect((await new LinkClient(one).show()).body.state).toBe('open');
  });

  it('goes to the topic of a feed that wants it so', async () => {
    const [notice] = await airlock.notices();
    const url = /http\S+/.exec(notice?.message ?? '')?.[0] ?? '';
    expect((await new LinkClient(url).show()).body.state).toBe('open');
  });

  it('says what is expected, by whom, until when', async () => {
    const { body } = await link.show();
    expect(body).toMatchObject({
      requestId: expect.stringMatching(/^acme_files_\d{4}-\d\d-\d\d$/),
      title: 'Files',
      askedBy: ['Files team'],
      state: 'open',
      attempt: 1,
      attempts: 2,
      file: { format: 'csv', maxBytes: 1_000_000_000, sample: expect.stringMatching(/^id,day,amount\n/) },
    });
    expect(Date.parse(body.closesAt) - Date.parse(body.dueAt)).toBe(20 * 3_600_000);
  });

  it('opened by GET changes nothing, however often: not a byte in any bucket', async () => {
    const all = async () =>
      JSON.stringify(await Promise.all((['Ledger', 'Landing'] as const).map((one) => airlock.keys(one))));
    const before = await all();
    for (let count = 0; count < 5; count += 1) {
      await fetch(await linkOf(airlock));
      await fetch(await linkOf(airlock), { method: 'HEAD' });
      await link.show();
    }
    expect(await all()).toBe(before);
  });

  it('is opened by a POST, once: operators are told, and the evidence says whose it was, from where and with what', async () => {
    for (let count = 0; count < 2; count += 1) expect((await link.ask('POST', '/opening', {})).status).toBe(202);
    const { requestId } = (await link.show()).body;
    const { body } = await askAsOperator<{ timeline: { what: string }[] }>(
      airlock,
      'GET',
      `/requests/${requestId}/timeline`,
    );
    const opened = body.timeline.filter(({ what }) => what.startsWith('link of '));
    expect(opened).toEqual([expect.objectContaining({ what: expect.stringMatching(/^link of [0-9a-f]{24} opened$/) })]);
    await link.upload(goodCsv);
    await airlock.settle();
    const [key = ''] = (await airlock.keys('Archive')).filter((one) => one.endsWith('evidence.json'));
    const { openings } = JSON.parse(await airlock.text('Archive', key));
    expect(openings).toEqual([
      {
        at: expect.stringMatching(/^20\d\d-/),
        recipient: expect.stringMatching(/^[0-9a-f]{24}$/),
        sourceIp: '127.0.0.1',
        userAgent: 'node',
      },
    ]);
  });

  it('is opened by whoever begins to send, a script too; what it calls itself is cut to what people can read', async () => {
    const body = { name: 'orders.csv', size: goodCsv.length, type: 'text/csv', sha256: sha256(goodCsv) };
    const headers = {
      authorization: `Bearer ${link.secret}`,
      'content-type': 'application/json',
      'user-agent': `caf\u00e9 <script>${'x'.repeat(300)}`,
    };
    const url = `${new URL(await linkOf(airlock)).origin}/links/${link.linkId}/uploads`;
    expect((await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).status).toBe(201);
    const [key = ''] = await airlock.keys('Ledger', 'openings/');
    const { userAgent } = JSON.parse(await airlock.text('Ledger', key));
    expect(userAgent).toMatch(/^caf\?{1,2} <script>x+$/);
    expect(userAgent).toHaveLength(256);
  });

  it('with a wrong secret, or unknown, tells nothing: 401, whatever is asked', async () => {
    const other = new LinkClient(await linkOf(airlock, 'deputy@acme.example'));
    const wrong = ['', 'x', 'A'.repeat(43), other.secret, link.secret.toLowerCase()];
    for (const secret of wrong) {
      for (const [method, path] of [
        ['GET', ''],
        ['POST', '/uploads'],
        ['POST', '/opening'],
        ['POST', '/renewal'],
      ] as const) {
        const { status, body, headers } = await link.ask(method, path, method === 'POST' ? {} : undefined, secret);
        expect([secret, status, body.type]).toEqual([secret, 401, 'urn:airlock:problem:link-unknown']);
        expect(headers.get('content-type')).toBe('application/problem+json');
      }
    }
  });

  it('mints a URL for exactly the announced file: another size, type or content is refused by S3', async () => {
    const { status, body } = await link.start(goodCsv);
    expect(status).toBe(201);
    const { url, headers } = body.put ?? { url: '', headers: {} };
    expect(headers).toEqual({
      'if-none-match': '*',
      'content-type': 'text/csv',
      'content-length': String(goodCsv.length),
      'x-amz-checksum-sha256': sha256(goodCsv),
    });
    const { 'content-length': _, ...sent }: Record<string, string> = headers;
    const put = async (content: string, more: Record<string, string> = {}) =>
      (await fetch(url, { method: 'PUT', headers: { ...sent, ...more }, body: content })).status;
    expect(await put(`${goodCsv}\n`)).toBe(403);
    expect(await put(goodCsv, { 'content-type': 'text/html' })).toBe(403);
    expect(await put(goodCsv.replace('7', '8'))).toBe(400);
    expect(await put(goodCsv)).toBe(200);
    expect(await put(goodCsv)).toBe(412);
  });

  it('mints URLs that live a quarter of an hour, and another one whenever it is asked', async () => {
    const { body } = await link.start(goodCsv);
    expect(Date.parse(body.put?.expiresAt ?? '') - (await airlock.now())).toBeLessThanOrEqual(900_000);
    await advance('PT15M1S');
    const { url, headers } = body.put ?? { url: '', headers: {} };
    expect((await fetch(url, { method: 'PUT', headers, body: goodCsv })).status).toBe(403);
    expect(await link.upload(goodCsv)).toBe(200);
  });

  it('takes the file to its end: accepted, with a receipt, and no further file', async () => {
    expect(await link.upload(goodCsv)).toBe(200);
    await airlock.settle();
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    const { body } = await link.show();
    expect(body).toMatchObject({
      state: 'accepted',
      outcome: expect.stringMatching(/^Accepted on time/),
      receipt: { name: 'orders.csv', size: goodCsv.length, sha256: sha256(goodCsv) },
    });
    expect((await link.start(goodCsv)).body.type).toBe('urn:airlock:problem:already-delivered');
  });

  it('takes a large file in parts, each signed for its own bytes', async () => {
    const content = csvOf(12_000_000);
    const { body } = await link.start(content);
    expect(body.multipart).toEqual({ partBytes: 5_242_880, parts: 3, received: [] });
    const piece = content.subarray(0, 5_242_880);
    const { url, headers } = await link.signPart(body.uploadId, 1, piece);
    const other = Buffer.from(piece);
    other[0] = 0x39;
    const put = async (bytes: Uint8Array<ArrayBuffer>) =>
      (await fetch(url, { method: 'PUT', headers, body: bytes })).status;
    expect(await put(other)).toBe(400);
    expect(await put(piece)).toBe(200);
    const early = await link.ask('POST', `/uploads/${body.uploadId}/complete`, {});
    expect([early.status, early.body.missing]).toEqual([409, [2, 3]]);
    expect(await link.upload(content)).toBe(200);
    await airlock.settle();
    expect(await airlock.outcome(execution)).toMatch(/rows$/);
  });

  it('goes on where it stopped when the same file is announced again, and begins anew for another', async () => {
    const content = csvOf(12_000_000);
    const { body } = await link.start(content);
    await link.sendPart(body.uploadId, 2, content.subarray(5_242_880, 10_485_760));
    const again = await new LinkClient(await linkOf(airlock, 'deputy@acme.example')).start(content);
    expect(again.body.uploadId).toBe(body.uploadId);
    expect(again.body.multipart?.received.map(({ partNumber }) => partNumber)).toEqual([2]);
    const other = await link.start(csvOf(12_000_100));
    expect(other.body.multipart?.received).toEqual([]);
    const listed = await link.ask<{ parts: object[] }>('GET', `/uploads/${body.uploadId}`);
    expect(listed.body.parts).toHaveLength(1);
    expect((await link.ask('DELETE', `/uploads/${body.uploadId}`)).status).toBe(200);
    expect((await link.ask('GET', `/uploads/${body.uploadId}`)).status).toBe(404);
  });

  it('completed twice answers the same receipt twice', async () => {
    const content = csvOf(6_000_000);
    await link.upload(content);
    const { body } = await link.ask<{ sha256: string }>(
      'POST',
      `/uploads/${Buffer.from(sha256(content), 'base64').toString('hex').slice(0, 32)}/complete`,
      {},
    );
    expect(body.sha256).toBe(sha256(content));
  });

  it('completed again after the answer was lost gives the receipt, whoever completed it', async () => {
    const content = csvOf(6_000_000);
    const { uploadId } = (await link.start(content)).body;
    await link.sendPart(uploadId, 1, content.subarray(0, 5_242_880));
    await link.sendPart(uploadId, 2, content.subarray(5_242_880));
    const [key = ''] = await airlock.keys('Ledger', 'uploads/');
    const announced = JSON.parse(await airlock.text('Ledger', key));
    // As a function does that is cut off before it can write it down.
    const upload = { Bucket: airlock.bucket('Landing'), Key: landingKeyOf(key), UploadId: announced.multipart.id };
    const { Parts = [] } = await airlock.s3.send(new ListPartsCommand(upload));
    await airlock.s3.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, IfNoneMatch: '*' }),
    );
    const { status, body } = await link.ask<{ sha256: string }>('POST', `/uploads/${uploadId}/complete`, {});
    expect([status, body.sha256]).toEqual([200, sha256(content)]);
  });

  it('refuses before a byte is sent what the feed would refuse', async () => {
    const refused = async (more: object) => {
      const { status, body } = await link.start(goodCsv, more);
      return [status, body.type?.split(':').at(-1), body.findings?.map(({ rule }) => rule).join()];
    };
    expect(await refused({ size: 1_000_000_001 })).toEqual([422, 'file-refused', 'size.tooLarge']);
    expect(await refused({ size: 0 })).toEqual([422, 'file-refused', 'size.empty']);
    expect(await refused({ type: 'application/pdf' })).toEqual([422, 'file-refused', 'content.type']);
    expect(await refused({ size: -1 })).toEqual([400, 'bad-request', undefined]);
    expect(await refused({ sha256: 'abc' })).toEqual([400, 'bad-request', undefined]);
    expect(await refused({ key: '../../etc/passwd' })).toEqual([400, 'bad-request', undefined]);
    expect(await airlock.keys('Ledger', 'uploads/')).toEqual([]);
  });

  it('refuses bodies that are none, in words', async () => {
    const { status, body } = await link.ask('POST', '/uploads', '{"name":');
    expect([status, body.detail]).toEqual([
      400,
      'the body is no JSON; send a JSON object as docs/openapi.json describes',
    ]);
  });

  it('checks a file by its first bytes with the rules of the feed', async () => {
    const check = async (content: string, more: object = {}) => {
      const file = {
        name: 'orders.csv',
        size: content.length,
        type: 'text/csv',
        head: Buffer.from(content).toString('base64'),
      };
      return (await link.ask<{ findings: { rule: string; line?: number }[] }>('POST', '/check', { ...file, ...more }))
        .body.findings;
    };
    expect(await check(goodCsv)).toEqual([]);
    expect((await check(badCsv)).map(({ rule, line }) => `${rule} ${line}`)).toContain('cell.type 2');
    expect(await check('PK\u0003\u0004 workbook')).toMatchObject([{ rule: 'content.type' }]);
    expect(await check(goodCsv, { name: 'orders.xlsx' })).toMatchObject([
      { rule: 'name.extension', severity: 'warning' },
    ]);
    // The head ends in the middle of a row, and of a quote: that says nothing about the file.
    expect(await check(`${goodCsv}3,2026-1`, { size: 5_000_000 })).toEqual([]);
    expect(await check(`${goodCsv}3,2026-11-22,"7\n`, { size: 5_000_000 })).toEqual([]);
  });

  it('shows the findings of a rejected file, and takes the next attempt', async () => {
    await link.upload(badCsv);
    await airlock.settle();
    const { body } = await link.show();
    expect(body).toMatchObject({ state: 'open', attempt: 2, rejection: { attempt: 1, total: expect.any(Number) } });
    expect(body.rejection?.findings.length).toBeGreaterThan(0);
    expect(await link.upload(goodCsv)).toBe(200);
    await airlock.settle();
    expect((await link.show()).body.state).toBe('accepted');
  });

  it('waits with the last rejected file for a decision', async () => {
    for (let count = 0; count < 2; count += 1) {
      await link.upload(`${badCsv}${'x,y,z\n'.repeat(count)}`);
      await airlock.settle();
    }
    expect((await link.show()).body.state).toBe('undecided');
  });

  it('mints until the window closes, and the workflow ends only when what was minted is over', async () => {
    await advance('PT23H59M');
    const { body } = await link.start(goodCsv);
    await advance('PT2M');
    expect((await link.start(goodCsv)).body).toMatchObject({ type: 'urn:airlock:problem:link-over', state: 'missed' });
    const { url, headers } = body.put ?? { url: '', headers: {} };
    expect((await fetch(url, { method: 'PUT', headers, body: goodCsv })).status).toBe(200);
    await airlock.settle();
    expect(await airlock.outcome(execution)).toMatch(/^Accepted late/);
  });

  it('makes one file of parts that were signed in time, as late as one that came in one piece, and tells when', async () => {
    const rows = Array.from({ length: 270_000 }, (_, row) => `${row},2026-11-20,10.50\n`);
    const content = Buffer.from(`id,day,amount\n${rows.join('')}`);
    await advance('PT3H50M');
    const { uploadId, multipart } = (await link.start(content)).body;
    const pieces = [content.subarray(0, multipart?.partBytes), content.subarray(multipart?.partBytes)];
    await advance('PT20H9M');
    const signed = await Promise.all(pieces.map((piece, index) => link.signPart(uploadId, index + 1, piece)));
    await advance('PT2M');
    for (const [index, { url, headers }] of signed.entries()) {
      expect((await fetch(url, { method: 'PUT', headers, body: pieces[index] })).status).toBe(200);
    }
    const now = await airlock.now();
    const { status, body } = await link.ask<{ receivedAt: string }>('POST', `/uploads/${uploadId}/complete`, {});
    expect(status).toBe(200);
    expect(Date.parse(body.receivedAt) - now).toBeLessThan(60_000);
    await airlock.settle();
    // S3's own time for it is when it was begun: before it was due.
    expect(await airlock.outcome(execution)).toMatch(/^Accepted late/);
    const [record = ''] = await airlock.keys('Ledger', 'arrivals/');
    expect(JSON.parse(await airlock.text('Ledger', record)).arrivedAt).toBe(body.receivedAt);
  });

  it('unused at the due time escalates once, and stays good until the close', async () => {
    await advance('PT4H1M');
    const subjects = await airlock.subjects();
    expect(subjects.filter((one) => one.startsWith('files@example.com: Not delivered'))).toHaveLength(1);
    expect(await link.upload(goodCsv)).toBe(200);
  });

  it('shows a file that came too late for another attempt as undecided, with its findings', async () => {
    await advance('PT23H59M30S');
    await link.upload(badCsv);
    await airlock.settle();
    const { body } = await link.show();
    expect([body.state, body.rejection?.attempt]).toEqual(['undecided', 1]);
    const reissue = await askAsOperator(airlock, 'POST', `/requests/${body.requestId}/reissue`, { reason: 'late' });
    expect(reissue.status).toBe(409);
  });

  it('is over with the request: missed, waived', async () => {
    const second = await airlock.open('acme/archive');
    const other = new LinkClient(await linkOf(airlock));
    await airlock.signal(second, 'OperatorWaived', 'a holiday');
    expect((await other.show()).body).toMatchObject({ state: 'waived', outcome: 'Waived: a holiday' });
    await advance('PT25H');
    expect(await airlock.ending(execution)).toBe('FAILED UploadNotReceived');
    expect((await link.show()).body.state).toBe('missed');
  });

  it('revoked by an operator takes nothing more and shows nothing more; a reissue makes one that does', async () => {
    const { requestId } = (await link.show()).body;
    await link.upload(badCsv);
    await airlock.settle();
    const revoked = await askAsOperator(airlock, 'POST', `/requests/${requestId}/revoke`, { reason: 'it leaked' });
    expect(revoked.status).toBe(200);
    expect((await link.start(goodCsv)).body).toMatchObject({ status: 410, state: 'revoked' });
    const { rejection, receipt } = (await link.show()).body;
    expect([rejection, receipt]).toEqual([undefined, undefined]);
    await advance('PT1S');
    await askAsOperator(airlock, 'POST', `/requests/${requestId}/reissue`, { reason: 'a new one' });
    await airlock.settle();
    expect((await airlock.subjects()).at(-1)).toMatch(/: New upload link: /);
    expect(await new LinkClient(await linkOf(airlock)).upload(goodCsv)).toBe(200);
  });

  it('stays revoked when another execution takes the request over', async () => {
    const { requestId } = (await link.show()).body;
    await askAsOperator(airlock, 'POST', `/requests/${requestId}/revoke`, { reason: 'it leaked' });
    await airlock.sfn.send(new StopExecutionCommand({ executionArn: execution }));
    const second = await airlock.open('acme/files');
    expect((await airlock.path(second)).at(-1)).toBe('Wait for upload');
    expect((await link.show()).body.state).toBe('revoked');
    expect((await new LinkClient(await linkOf(airlock)).show()).body.state).toBe('open');
  });

  it('that is over lets the partner ask for a new one: the owner is told, once', async () => {
    await advance('PT25H');
    for (let count = 0; count < 3; count += 1) expect((await link.ask('POST', '/renewal', {})).status).toBe(202);
    expect((await link.show()).body.renewalAskedAt).toBeDefined();
    const told = (await airlock.subjects()).filter((one) => one.includes('New link wanted'));
    expect(told).toEqual([expect.stringMatching(/^files@example\.com: New link wanted: acme: Files/)]);
  });

  it('lets the partner say that there is nothing to deliver; the owner is asked, and waives', async () => {
    await link.ask('POST', '/nothing-to-deliver', { reason: 'Closed for stocktaking' });
    await airlock.settle();
    expect((await airlock.subjects()).at(-1)).toMatch(/^files@example\.com: Nothing to deliver\? acme: Files/);
    expect((await airlock.emails()).at(-1)?.text).toContain('Closed for stocktaking');
    const { body } = await link.show();
    expect([body.state, typeof body.nothingToDeliver.saidAt]).toEqual(['open', 'string']);
    const waived = await askAsOperator(airlock, 'POST', `/requests/${body.requestId}/waive`, { reason: 'agreed' });
    expect(waived.status).toBe(202);
    await airlock.settle();
    expect(await airlock.outcome(execution)).toMatch(/^Waived: agreed \(arn:aws:iam/);
  });

  it('of a feed that always expects a file refuses that word', async () => {
    await airlock.open('acme/archive');
    const { status, body } = await new LinkClient(await linkOf(airlock)).ask('POST', '/nothing-to-deliver', {
      reason: 'x',
    });
    expect([status, body.type]).toEqual([403, 'urn:airlock:problem:not-offered']);
  });

  it('mints at most sixty URLs in an hour, and says when to come back', async () => {
    for (let count = 0; count < 60; count += 1)
      expect((await link.start(`${goodCsv}${count},2026-11-20,1\n`)).status).toBe(201);
    const { status, headers } = await link.start(goodCsv);
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(3000);
    await advance('PT1H');
    expect((await link.start(goodCsv)).status).toBe(201);
  });
});
