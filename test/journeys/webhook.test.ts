import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { loadFeeds } from '../../adapters/feed-files.ts';
import { Airlock, goodCsv } from '../support/airlock.ts';
import { assemblyWith } from '../support/assembly.ts';
import { airlockCommand } from '../support/command.ts';

const orders = loadFeeds('test/feeds').filter(({ feed }) => feed === 'orders');
/** Nobody but the test starts it. */
const feeds = orders.map((feed) => ({ ...feed, schedule: { ...feed.schedule, enabled: false } }));
const beside = (name: string): string => join(import.meta.dirname, '../support', name);

interface Told {
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly jws: string; readonly requestId: string; readonly [key: string]: unknown };
}

/** A receiver of somebody else's, with a certificate that only this machine trusts. */
class Receiver {
  readonly told: Told[] = [];
  /** What is answered, one after the other; the last again and again. */
  answers = [200];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Receiver> {
    const server = createServer({
      key: readFileSync(beside('localhost.key.pem')),
      cert: readFileSync(beside('localhost.cert.pem')),
    });
    const receiver = new Receiver(server);
    server.on('request', async (request, response) => {
      let text = '';
      for await (const chunk of request.setEncoding('utf8')) text += chunk;
      const status = receiver.answers.length > 1 ? receiver.answers.shift() : receiver.answers[0];
      receiver.told.push({ headers: request.headers, body: JSON.parse(text) });
      response.writeHead(status ?? 200).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    const address = this.#server.address();
    return `https://localhost:${typeof address === 'object' ? address?.port : ''}/airlock`;
  }

  stop(): Promise<unknown> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

describe('a webhook', () => {
  let airlock: Airlock;
  let receiver: Receiver;
  let assembly: string;
  beforeAll(async () => {
    receiver = await Receiver.start();
    assembly = assemblyWith({ webhook: receiver.url, feeds });
  });
  afterAll(() => receiver.stop());
  beforeEach(async () => {
    receiver.told.length = 0;
    receiver.answers = [200];
    airlock = await Airlock.start({ assembly, environment: { NODE_EXTRA_CA_CERTS: beside('localhost.cert.pem') } });
  });
  afterEach(() => airlock.stop());

  const deliver = async () => {
    await airlock.open('acme/orders');
    await airlock.upload(goodCsv);
    await airlock.settle();
  };
  /** As docs/events.md tells a receiver to do it. */
  const payloadOf = async (jws: string): Promise<unknown> => {
    const kms = new KMSClient(airlock.client);
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: airlock.status.outputs.WebhookKeyArn }));
    const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    const [header, payload, signature] = jws.split('.');
    const signed = Buffer.from(`${header}.${payload}`);
    const isGenuine = verify(
      'sha256',
      signed,
      { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature ?? '', 'base64url'),
    );
    return isGenuine ? JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) : undefined;
  };
  const failedEvents = async () => {
    const QueueUrl = `${airlock.status.endpoint}/000000000000/airlock-dev-failed-events`;
    const { Messages = [] } = await new SQSClient(airlock.client).send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    return Messages.map(({ Body = '{}' }) => JSON.parse(Body)['detail-type']);
  };

  it('hears of an accepted file, by a body whose signature anybody with the public key can check', async () => {
    await deliver();
    expect(receiver.told).toHaveLength(1);
    const [{ headers, body } = { headers: {}, body: { jws: '', requestId: '' } }] = receiver.told;
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-airlock-deployment': 'airlock-dev-webhook',
    });
    const { jws, ...plain } = body;
    expect(plain).toMatchObject({ version: 1, partner: 'acme', feed: 'orders', rows: 2, onTime: true });
    expect(await payloadOf(jws)).toEqual({ type: 'UploadAccepted', ...plain });
    const [head = '', payload = '', signature = ''] = jws.split('.');
    const forged = Buffer.from(JSON.stringify({ ...plain, rows: 9 })).toString('base64url');
    expect(await payloadOf([head, forged, signature].join('.'))).toBeUndefined();
    expect(payload).not.toContain('=');
  });

  it('hears of a missed one too, and of it again after an outage of its own', async () => {
    receiver.answers = [503, 500, 200];
    await airlock.open('acme/orders');
    await airlock.advance('PT4H');
    expect(receiver.told.map(({ body }) => body.outcome)).toEqual(Array(3).fill(expect.stringMatching(/^Missed: /)));
    expect(new Set(receiver.told.map(({ body }) => body.requestId)).size).toBe(1);
    expect(await failedEvents()).toEqual([]);
  });

  it('that refuses, or that our role may not call, leaves the event in the queue of failures', async () => {
    receiver.answers = [400];
    await deliver();
    expect([receiver.told.length, await failedEvents()]).toEqual([1, ['UploadAccepted']]);
    // Past the visibility timeout of the look above.
    await airlock.advance('PT3M');
    receiver.answers = [200];
    const { out } = await airlockCommand(airlock, 'dlq', 'redrive', 'failed-events');
    expect(out).toContain('put onto airlock-dev-events: UploadAccepted');
    await airlock.settle();
    expect([receiver.told.length, await failedEvents()]).toEqual([2, []]);
    expect(await payloadOf(receiver.told[1]?.body.jws ?? '')).toMatchObject({ type: 'UploadAccepted', rows: 2 });
    receiver.told.length = 1;
    receiver.answers = [400];
    const { write } = await airlock.policyOf('Airlock-dev-AirlockWebhookRole');
    await write([]);
    await airlock.open('acme/orders', { inDays: 1 });
    await airlock.advance('P1DT5H');
    expect(receiver.told).toHaveLength(1);
    expect(await failedEvents()).toContain('UploadMissed');
  });

  it('is signed by our functions alone: not even the account’s root can', async () => {
    const sign = new KMSClient(airlock.client).send(
      new SignCommand({
        KeyId: airlock.status.outputs.WebhookKeyArn,
        Message: Buffer.from('x'),
        SigningAlgorithm: 'ECDSA_SHA_256',
      }),
    );
    await expect(sign).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const execution = await airlock.open('acme/orders');
    await airlock.withoutPermission('Airlock-dev-AirlockFunctionsAcceptUploadRole', 'SignAnnouncements', async () => {
      await airlock.upload(goodCsv);
      await airlock.settle();
    });
    expect((await airlock.describe(execution)).cause).toMatch(/not authorized to perform: kms:Sign/);
    expect(receiver.told).toEqual([]);
  });
});
