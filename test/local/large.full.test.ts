import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Airlock } from '../support/airlock.ts';

const gigabyte = 2 ** 30;
const megabyte = 2 ** 20;

describe('a PUT of 1 GB', () => {
  it('streams to disk in less than 200 MB of memory, and comes back the same', async () => {
    const airlock = await Airlock.start();
    const key = { Bucket: airlock.bucket('Accepted'), Key: 'large' };
    const url = await getSignedUrl(airlock.s3, new PutObjectCommand(key));
    const sent = createHash('sha256');
    expect(await put(url, sent)).toBe(200);
    const { Body } = await airlock.s3.send(new GetObjectCommand(key));
    const received = createHash('sha256');
    if (!Body || !(Symbol.asyncIterator in Body)) throw new Error('no stream');
    for await (const chunk of Body) received.update(chunk);
    expect(received.digest('hex')).toBe(sent.digest('hex'));
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${airlock.pid}/status`, 'utf8'))?.[1];
    expect(Number(peak) / 1024).toBeLessThan(200);
    await airlock.stop();
  });
});

/** Sends a gigabyte in pieces, as fast as the other side takes it. */
const put = async (url: string, hash: { update(bytes: Uint8Array): void }): Promise<number | undefined> => {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const request = httpRequest(url, { method: 'PUT', headers: { 'content-length': gigabyte } }, (response) => {
    response.resume().on('end', () => resolve(response.statusCode));
  });
  request.on('error', reject);
  for (let piece = 0; piece < gigabyte / megabyte; piece += 1) {
    const bytes = Buffer.alloc(megabyte, piece % 251);
    hash.update(bytes);
    if (!request.write(bytes)) await new Promise((drained) => request.once('drain', drained));
  }
  request.end();
  return promise;
};
