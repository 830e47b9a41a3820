import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { ProductClock } from '../clock.ts';
import { StartError } from '../errors.ts';
import { HangUp } from '../faults/service-faults.ts';
import { type AwsRequest, type AwsResponse, splitUrl } from './request.ts';

/** What is left of a refused upload is read up to here, so that the client can read the answer; then we hang up. */
const politenessBytes = 16 * 2 ** 20;

interface Settings {
  readonly port: number;
  readonly clock: ProductClock;
  readonly handle: (request: AwsRequest) => Promise<AwsResponse>;
  readonly report: (message: string) => void;
}

/**
 * Listens on loopback only.
 *
 * @throws StartError when the port is taken
 */
export const listen = async ({ port, clock, handle, report }: Settings): Promise<{ server: Server; port: number }> => {
  const onRequest = (isExpectingContinue: boolean) => (message: IncomingMessage, response: ServerResponse) => {
    void answer(toRequest(message, response, isExpectingContinue), message, response, { clock, handle, report });
  };
  const server = createServer({ requestTimeout: 0 });
  server.on('request', onRequest(false));
  server.on('checkContinue', onRequest(true));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (error: NodeJS.ErrnoException) =>
    reject(
      error.code === 'EADDRINUSE'
        ? new StartError(`port ${port} is in use by another program; stop it, or choose another port`)
        : error,
    ),
  );
  server.listen(port, '127.0.0.1', resolve);
  await promise;
  return { server, port: addressOf(server).port };
};

const addressOf = (server: Server): AddressInfo => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address');
  return address;
};

const toRequest = (message: IncomingMessage, response: ServerResponse, isExpectingContinue: boolean): AwsRequest => {
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  );
  async function* body(): AsyncGenerator<Uint8Array> {
    // Only who wants the body asks the client to send it: a refused upload costs nobody a transfer.
    if (isExpectingContinue) response.writeContinue();
    yield* message;
  }
  return {
    id: randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase(),
    method: message.method ?? 'GET',
    ...splitUrl(message.url ?? '/'),
    headers,
    sourceIp: message.socket.remoteAddress?.replace('::ffff:', '') ?? '127.0.0.1',
    body: body(),
  };
};

const answer = async (
  request: AwsRequest,
  message: IncomingMessage,
  response: ServerResponse,
  { clock, handle, report }: Omit<Settings, 'port'>,
): Promise<void> => {
  try {
    await send(await handle(request), request, response, clock);
  } catch (error) {
    if (error instanceof HangUp) return void message.socket.destroy();
    const wasCutOff =
      message.destroyed || (error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE');
    if (!wasCutOff) report(`${request.method} ${request.path} broke: ${error instanceof Error ? error.stack : error}`);
    if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
    response.end('InternalError\n');
  }
  drain(message);
};

const send = async (
  { status, headers = {}, body }: AwsResponse,
  request: AwsRequest,
  response: ServerResponse,
  clock: ProductClock,
): Promise<void> => {
  // Product time: the SDK adjusts its own clock by this header.
  response.setHeader('date', new Date(clock.now()).toUTCString());
  response.setHeader('server', 'AirlockLocal');
  response.setHeader('x-amz-request-id', request.id);
  response.writeHead(status, headers);
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) response.end(body);
  else await pipeline(body, response);
};

const drain = (message: IncomingMessage): void => {
  if (message.readableEnded) return;
  let left = politenessBytes;
  message.on('data', (bytes: Buffer) => {
    left -= bytes.length;
    if (left < 0) message.destroy();
  });
  message.on('error', () => undefined);
  message.resume();
};
