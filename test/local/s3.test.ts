import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Airlock } from '../support/airlock.ts';

describe('the S3 of the runtime', () => {
  let airlock: Airlock;
  let Bucket: string;
  beforeAll(async () => {
    airlock = await Airlock.start();
    Bucket = airlock.bucket('Accepted');
  });
  afterAll(() => airlock.stop());

  const put = (Key: string, Body: string | Readable, more: object = {}) =>
    airlock.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'verifies %s and tells it on request',
    async (ChecksumAlgorithm) => {
      const Key = `checksum-${ChecksumAlgorithm}`;
      const { [`Checksum${ChecksumAlgorithm}` as const]: sent } = await put(Key, 'hello', { ChecksumAlgorithm });
      const head = await airlock.s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
      expect(sent).toBeDefined();
      expect(head[`Checksum${ChecksumAlgorithm}`]).toBe(sent);
      await expect(put(Key, 'other', { [`Checksum${ChecksumAlgorithm}`]: sent })).rejects.toMatchObject({
        name: 'BadDigest',
      });
      expect(await airlock.text('Accepted', Key)).toBe('hello');
    },
  );

  it('refuses a body that does not fit its Content-MD5', async () => {
    const ContentMD5 = createHash('md5').update('hello').digest('base64');
    await put('md5', 'hello', { ContentMD5 });
    await expect(put('md5', 'hullo', { ContentMD5 })).rejects.toMatchObject({ name: 'BadDigest' });
  });

  it('unwraps aws-chunked streams with a trailing checksum', async () => {
    const body = Buffer.alloc(300_000, 'abcdefg');
    await put('stream', Readable.from([body.subarray(0, 100), body.subarray(100)]), {
      ContentLength: body.length,
      ChecksumAlgorithm: 'SHA256',
    });
    expect(await airlock.text('Accepted', 'stream')).toBe(body.toString());
    const head = await airlock.s3.send(new HeadObjectCommand({ Bucket, Key: 'stream', ChecksumMode: 'ENABLED' }));
    expect(head.ChecksumSHA256).toBe(createHash('sha256').update(body).digest('base64'));
  });

  it('keeps every version, and reads the one that is asked for', async () => {
    const { VersionId: first } = await put('versions', 'one');
    await put('versions', 'two');
    const { Versions = [] } = await airlock.s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'versions' }));
    expect(Versions.map(({ IsLatest, Size }) => [IsLatest, Size])).toEqual([
      [true, 3],
      [false, 3],
    ]);
    const { Body } = await airlock.s3.send(new GetObjectCommand({ Bucket, Key: 'versions', VersionId: first }));
    expect(await Body?.transformToString()).toBe('one');
  });

  it('holds conditional writes: If-None-Match and If-Match', async () => {
    const { ETag } = await put('condition', 'one', { IfNoneMatch: '*' });
    await expect(put('condition', 'two', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await put('condition', 'two', { IfMatch: ETag });
    await expect(put('condition', 'three', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(put('absent', 'x', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('answers ranges, and refuses those that are outside', async () => {
    await put('range', '0123456789');
    const get = (Range: string) => airlock.s3.send(new GetObjectCommand({ Bucket, Key: 'range', Range }));
    const answers = await Promise.all(['bytes=2-4', 'bytes=7-', 'bytes=-2'].map(get));
    expect(await Promise.all(answers.map(({ Body }) => Body?.transformToString()))).toEqual(['234', '789', '89']);
    expect(answers[0]?.ContentRange).toBe('bytes 2-4/10');
    await expect(get('bytes=10-')).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  it('copies a pinned version, with its metadata', async () => {
    const { VersionId } = await put('copy/from', 'one', { ContentType: 'text/csv', Metadata: { who: 'me' } });
    await put('copy/from', 'two');
    await airlock.s3.send(
      new CopyObjectCommand({ Bucket, Key: 'copy/to', CopySource: `${Bucket}/copy/from?versionId=${VersionId}` }),
    );
    const copy = await airlock.s3.send(new GetObjectCommand({ Bucket, Key: 'copy/to' }));
    expect([await copy.Body?.transformToString(), copy.ContentType, copy.Metadata]).toEqual([
      'one',
      'text/csv',
      { who: 'me' },
    ]);
  });

  it('pages through listings and groups by delimiter', async () => {
    for (const name of ['a/1', 'a/2', 'b/1', 'c', 'd é']) await put(`list/${name}`, 'x');
    const seen: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await airlock.s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: 'list/', Delimiter: '/', MaxKeys: 2, ContinuationToken }),
      );
      seen.push(
        ...(page.Contents ?? []).map(({ Key }) => Key),
        ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
      );
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    expect(seen.sort()).toEqual(['list/a/', 'list/b/', 'list/c', 'list/d é']);
  });

  it('speaks virtual-host style as well as path style', async () => {
    await put('host/style.txt', 'hello');
    const port = new URL(airlock.status.endpoint).port;
    const virtual = new S3Client({ ...airlock.client, endpoint: `http://localhost:${port}` });
    const url = new URL(await getSignedUrl(virtual, new GetObjectCommand({ Bucket, Key: 'host/style.txt' })));
    expect(url.hostname).toBe(`${Bucket}.localhost`);
    const body = await new Promise<string>((resolve, reject) => {
      const sent = httpRequest(
        { host: '127.0.0.1', port, path: url.pathname + url.search, headers: { host: url.host } },
        (response) => {
          response.setEncoding('utf8').on('data', resolve);
        },
      );
      sent.on('error', reject).end();
    });
    expect(body).toBe('hello');
  });

  it('refuses parameters of presigned URLs by their codes', async () => {
    const good = await getSignedUrl(airlock.s3, new GetObjectCommand({ Bucket, Key: 'range' }), { expiresIn: 60 });
    const ask = async (url: string) =>
      /<Code>(.*?)<.*<Message>(.*?)</s
        .exec(await (await fetch(url)).text())
        ?.slice(1)
        .join(': ');
    expect(await ask(good.replace('X-Amz-Expires=60', 'X-Amz-Expires=604801'))).toMatch(
      /^AuthorizationQueryParametersError: .*less than a week/,
    );
    expect(await ask(good.replace(/&X-Amz-Date=[^&]*/, ''))).toMatch(/^AuthorizationQueryParametersError/);
    expect(await ask(good.replace('local%2F', 'AKIAUNKNOWN%2F'))).toMatch(/^InvalidAccessKeyId/);
    expect(await ask(good.replace('eu-west-1%2Fs3', 'us-east-1%2Fs3'))).toMatch(
      /^AuthorizationQueryParametersError: .*expecting 'eu-west-1'/,
    );
    expect(await ask(good.replace('aws4_request', 'aws5_request'))).toMatch(
      /^AuthorizationQueryParametersError: .*mal-formed/,
    );
    expect(await ask(good.replace(/X-Amz-Date=\d{8}/, 'X-Amz-Date=20200101'))).toMatch(
      /^AuthorizationQueryParametersError: Invalid credential date/,
    );
    expect(await ask(good.replace(/X-Amz-Date=[^&]*/, 'X-Amz-Date=today'))).toMatch(
      /^AuthorizationQueryParametersError: .*ISO8601/,
    );
    expect(await ask(`${airlock.status.endpoint}/${Bucket}/range`)).toMatch(/^AccessDenied/);
  });

  it('drops the body of a client that hangs up, and stays up', async () => {
    const url = new URL(await getSignedUrl(airlock.s3, new PutObjectCommand({ Bucket, Key: 'hung-up' })));
    const socket = connect(Number(url.port), '127.0.0.1');
    socket.write(`PUT ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Length: 1000\r\n\r\nabc`);
    // The answer to another request says that this one's first bytes have been taken.
    await airlock.keys('Accepted');
    socket.destroy();
    expect(await airlock.keys('Accepted', 'hung-up')).toEqual([]);
  });

  it('refuses an upload without length, with two signatures, with SigV2, and headers that it would ignore', async () => {
    const url = await getSignedUrl(airlock.s3, new PutObjectCommand({ Bucket, Key: 'odd' }));
    const code = async (answer: Promise<Response>) => /<Code>(.*?)</.exec(await (await answer).text())?.[1];
    const stream = new Blob(['abc']).stream();
    expect(await code(fetch(url, { method: 'PUT', body: stream, duplex: 'half' }))).toBe('MissingContentLength');
    expect(await code(fetch(url, { method: 'PUT', body: 'x', headers: { authorization: 'Basic eA==' } }))).toBe(
      'InvalidArgument',
    );
    expect(
      await code(fetch(`${airlock.status.endpoint}/${Bucket}/odd?AWSAccessKeyId=local&Signature=x&Expires=1`)),
    ).toBe('InvalidRequest');
    await expect(put('odd', 'x', { StorageClass: 'GLACIER' })).rejects.toMatchObject({ name: 'NotImplemented' });
  });

  it('tells its buckets and region', async () => {
    const { Buckets = [] } = await airlock.s3.send(new ListBucketsCommand({}));
    expect(Buckets.map(({ Name }) => Name)).toContain(Bucket);
    expect((await airlock.s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe('eu-west-1');
  });

  it('answers a browser that CORS is not enabled, as the template says', async () => {
    const headers = { origin: 'https://example.com', 'access-control-request-method': 'PUT' };
    const answer = await fetch(`${airlock.status.endpoint}/${Bucket}/x`, { method: 'OPTIONS', headers });
    expect([answer.status, await answer.text()]).toEqual([
      403,
      expect.stringContaining('CORS is not enabled for this bucket'),
    ]);
  });

  it('says by name what it does not do', async () => {
    const { PutObjectTaggingCommand } = await import('@aws-sdk/client-s3');
    const tag = new PutObjectTaggingCommand({ Bucket, Key: 'range', Tagging: { TagSet: [] } });
    await expect(airlock.s3.send(tag)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('?tagging'),
    });
  });
});
