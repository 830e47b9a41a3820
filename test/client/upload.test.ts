import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Airlock, goodCsv } from '../support/airlock.ts';
import { type ClientResult, client } from '../support/client.ts';

const folder = mkdtempSync(join(tmpdir(), 'airlock-test-'));
const fileWith = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const orders = fileWith('orders.csv', goodCsv);

describe('the client', () => {
  let airlock: Airlock;
  let url: string;
  beforeEach(async () => {
    airlock = await Airlock.start();
    await airlock.open('acme/orders');
    url = (await airlock.link()).url;
  });
  afterEach(() => airlock.stop());

  it('delivers the file of the mail’s URL and prints a receipt', async () => {
    const { code, out } = await client([url, orders]);
    const sha256 = createHash('sha256').update(goodCsv).digest('hex');
    expect([code, out]).toEqual([
      0,
      expect.stringContaining(`Delivered orders.csv: ${goodCsv.length} bytes, SHA-256 ${sha256}`),
    ]);
    await airlock.settle();
    expect((await airlock.executions()).map(({ status }) => status)).toEqual(['SUCCEEDED']);
  });

  it('tells a second delivery from a first: exit code 3', async () => {
    await client([url, orders]);
    const { code, err } = await client([url, orders]);
    expect([code, err]).toEqual([3, expect.stringContaining('A file was delivered before')]);
  });

  it('says that the URL has ended: exit code 4', async () => {
    await airlock.advance('PT56M');
    const { code, err } = await client([url, orders]);
    expect([code, err]).toEqual([4, expect.stringContaining('the next mail brings a new one')]);
  });

  it('reads the URL from standard input, and answers a script in JSON', async () => {
    const { code, out } = await client(['-', orders, '--json'], `${url}\n`);
    expect([code, JSON.parse(out)]).toEqual([
      0,
      expect.objectContaining({ result: 'delivered', file: 'orders.csv', bytes: goodCsv.length }),
    ]);
  });

  it('delivers all the same when the other side dies in the middle and comes back', async () => {
    const big = fileWith('big.csv', Buffer.alloc(400_000_000, 'x'));
    const running = client([url, big]);
    const arriving = () => {
      const objects = join(airlock.dataDir, 'objects');
      return readdirSync(objects).some((name) => statSync(join(objects, name)).size > 20_000_000);
    };
    while (!arriving()) await airlock.now();
    airlock = await airlock.restart({ signal: 'SIGKILL' });
    const { code, err } = await running;
    expect([code, err]).toEqual([0, expect.stringMatching(/not yet \(.*\); trying again in/)]);
  });

  it.each([
    [[], /node airlock-upload.mjs <link\|url> <file>/],
    [['https://example.org/a', '/nowhere'], /\/nowhere cannot be read/],
    [['not a url', orders], /the link is none: copy it whole/],
    [['http://example.org/a?X-Amz-Signature=1', orders], /must begin with https/],
    [['x', orders, '--loud'], /--loud is not known/],
    [['https://example.org/a?X-Amz-Signature=1', orders, '--gzip'], /--gzip and --wait need a link/],
    [['x', folder], /it is no file/],
  ])('refuses %j in words: exit code 1', async (args, message) => {
    const { code, err } = await client(args);
    expect([code, err]).toEqual([1, expect.stringMatching(message)]);
  });
});

describe('a link that was cut', () => {
  it.each([
    ['https://example.org/a', /the URL has no signature/],
    ['https://example.org/u/abcdefghijkl', /the link is cut off/],
    [`https://example.org/u/abcdefghijkl#${'x'.repeat(42)}`, /the link is cut off/],
  ])('%s is refused: exit code 4', async (link, message) => {
    const { code, err } = await client([link, orders]);
    expect([code, err]).toEqual([4, expect.stringMatching(message)]);
  });

  it('is no reason not to ask for help', async () => {
    expect(await client(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('<link|url> <file>') });
  });
});

describe('the client on a bad network', () => {
  /** A server that answers each request in turn as it is told. */
  const against = async (
    answers: ((request: IncomingMessage, response: ServerResponse) => void)[],
  ): Promise<ClientResult> => {
    let count = 0;
    const server = createServer((request, response) => {
      request.resume().on('end', () => answers[count++]?.(request, response));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const result = await client([`http://127.0.0.1:${port}/key?X-Amz-Signature=1`, orders]);
    server.close();
    return result;
  };
  const status = (code: number) => (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(code).end();
  const hangUp = (request: IncomingMessage) => void request.socket.destroy();

  it('tries again after an outage, and after a conflict', async () => {
    expect((await against([status(503), status(409), status(200)])).code).toBe(0);
  });

  it('knows its own file when the answer to it was lost', async () => {
    const { code, out } = await against([hangUp, status(412)]);
    expect([code, out]).toEqual([0, expect.stringContaining('Delivered orders.csv')]);
  });

  it('does not try again what was refused: exit code 5', async () => {
    expect((await against([status(400)])).code).toBe(5);
  });
});
