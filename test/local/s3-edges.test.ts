import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Airlock } from '../support/airlock.ts';

/**
 * Edges of S3, as its API reference describes them (https://docs.aws.amazon.com/AmazonS3/latest/API/) and as LocalStack's own
 * tests recorded them from AWS (github.com/localstack/localstack, tests/aws/services/s3: test_s3_list_operations.snapshot.json
 * of 2025-01).
 */
describe('an edge of S3:', () => {
  let airlock: Airlock;
  let Bucket: string;
  beforeAll(async () => {
    airlock = await Airlock.start();
    Bucket = airlock.bucket('Accepted');
  });
  afterAll(() => airlock.stop());

  const put = (Key: string, Body = 'x', more: object = {}) =>
    airlock.s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const get = (Key: string, more: object = {}) => airlock.s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  const remove = (Key: string, VersionId?: string) =>
    airlock.s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  /** What is answered to a list that is asked for with just this query. */
  const ask = async (query: Record<string, string>) => {
    const command = new ListObjectsCommand({ Bucket });
    command.middlewareStack.add(
      (next) => (args) => {
        Object.assign(Object(args.request).query, query);
        return next(args);
      },
      { step: 'build' },
    );
    return (await fetch(await getSignedUrl(airlock.s3, command))).text();
  };
  const element = (text: string, name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(text)?.[1];

  it('of many who write a key that must be free, one does', async () => {
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => put('race', `of ${index}`, { IfNoneMatch: '*' })),
    );
    const lost = all.flatMap((one) => (one.status === 'rejected' ? [one.reason.name] : []));
    expect(lost).toEqual(Array(19).fill('PreconditionFailed'));
    const { Versions } = await airlock.s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'race' }));
    expect(Versions).toHaveLength(1);
  });

  it('of many who change what they have read, one does', async () => {
    const { ETag } = await put('compare', 'first');
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => put('compare', `of ${index}`, { IfMatch: ETag })),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('a deleted key is free again for a conditional write', async () => {
    await put('free', 'x', { IfNoneMatch: '*' });
    await remove('free');
    await put('free', 'y', { IfNoneMatch: '*' });
    expect(await airlock.text('Accepted', 'free')).toBe('y');
  });

  describe('a delete marker', () => {
    it('hides its key and says so; by its own version it can be deleted, and nothing else', async () => {
      const { VersionId: kept } = await put('marked', 'kept');
      const { VersionId: marker, DeleteMarker } = await remove('marked');
      expect(DeleteMarker).toBe(true);
      await expect(get('marked')).rejects.toMatchObject({
        name: 'NoSuchKey',
        $response: { headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker } },
      });
      await expect(get('marked', { VersionId: marker })).rejects.toMatchObject({
        name: 'MethodNotAllowed',
        $metadata: { httpStatusCode: 405 },
        $response: { headers: { allow: 'DELETE', 'x-amz-delete-marker': 'true' } },
      });
      await expect(
        airlock.s3.send(new HeadObjectCommand({ Bucket, Key: 'marked', VersionId: marker })),
      ).rejects.toMatchObject({ $metadata: { httpStatusCode: 405 } });
      expect(await (await get('marked', { VersionId: kept })).Body?.transformToString()).toBe('kept');
      expect(await remove('marked', marker)).toMatchObject({ DeleteMarker: true, VersionId: marker });
      expect(await airlock.text('Accepted', 'marked')).toBe('kept');
    });

    it('is made also of what was never there', async () => {
      expect((await remove('never')).DeleteMarker).toBe(true);
      const { DeleteMarkers, Versions } = await airlock.s3.send(
        new ListObjectVersionsCommand({ Bucket, Prefix: 'never' }),
      );
      expect([DeleteMarkers?.map(({ IsLatest }) => IsLatest), Versions]).toEqual([[true], undefined]);
    });
  });

  it('many are deleted at once: each is told, also what was not there, or is locked', async () => {
    const { VersionId } = await put('many/a & b', 'x');
    await put('many/c', 'x');
    const Objects = [{ Key: 'many/a & b', VersionId }, { Key: 'many/c' }, { Key: 'many/none' }];
    const { Deleted, Errors } = await airlock.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted).toMatchObject([
      { Key: 'many/a & b', VersionId },
      { Key: 'many/c', DeleteMarker: true },
      { Key: 'many/none', DeleteMarker: true },
    ]);
    expect(Errors).toBeUndefined();
    const archive = airlock.bucket('Archive');
    const executionArn = await airlock.open('acme/orders');
    await airlock.sfn.send(new StopExecutionCommand({ executionArn }));
    await airlock.settle();
    const { Versions = [] } = await airlock.s3.send(new ListObjectVersionsCommand({ Bucket: archive }));
    const [{ Key, VersionId: locked } = {}] = Versions;
    const quiet = { Objects: [{ Key, VersionId: locked }], Quiet: true };
    expect(await airlock.s3.send(new DeleteObjectsCommand({ Bucket: archive, Delete: quiet }))).toMatchObject({
      Errors: [{ Key, VersionId: locked, Code: 'AccessDenied' }],
    });
  });

  it.each<[string, string | undefined, string | undefined]>([
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=5-99', '56789', 'bytes 5-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    // What is no range, or several of them, is not looked at.
    ['bytes=5-2', '0123456789', undefined],
    ['bytes=0-1,3-4', '0123456789', undefined],
    ['lines=0-1', '0123456789', undefined],
    ['bytes=10-', undefined, 'bytes=10-'],
    ['bytes=-0', undefined, 'bytes=-0'],
  ])('the range %s', async (Range, text, told) => {
    await put('ranged', '0123456789');
    if (text === undefined) {
      await expect(get('ranged', { Range })).rejects.toMatchObject({
        ...{ name: 'InvalidRange', RangeRequested: told, ActualObjectSize: '10' },
        $metadata: { httpStatusCode: 416 },
      });
      return;
    }
    const { Body, ContentRange } = await get('ranged', { Range });
    expect([await Body?.transformToString(), ContentRange]).toEqual([text, told]);
  });

  describe('a list', () => {
    const keys = ['list/a%2Fb', 'list/a/1', 'list/a/2', 'list/b+c d', 'list/é&<"'];
    beforeAll(async () => {
      for (const key of keys) await put(key, 'hello world');
    });

    it('in its first version names its marker, its owners, and by a delimiter where to go on', async () => {
      const page = (more: object) =>
        airlock.s3.send(new ListObjectsCommand({ Bucket, Prefix: 'list/', MaxKeys: 2, ...more }));
      const first = await page({ Delimiter: '/' });
      expect(first).toMatchObject({ Marker: '', MaxKeys: 2, IsTruncated: true, NextMarker: 'list/a/' });
      expect(first.Contents).toMatchObject([
        { Key: 'list/a%2Fb', ChecksumType: 'FULL_OBJECT', Size: 11, Owner: { ID: expect.any(String) } },
      ]);
      const rest = await page({ Delimiter: '/', Marker: first.NextMarker });
      expect(rest.Contents?.map(({ Key }) => Key)).toEqual(keys.slice(3));
      expect([rest.CommonPrefixes, rest.NextMarker, rest.IsTruncated]).toEqual([undefined, undefined, false]);
      const plain = await page({});
      expect([plain.IsTruncated, plain.NextMarker]).toEqual([true, undefined]);
    });

    it('of versions groups and pages by the same words', async () => {
      const page = (more: object) =>
        airlock.s3.send(
          new ListObjectVersionsCommand({ Bucket, Prefix: 'list/', Delimiter: '/', MaxKeys: 2, ...more }),
        );
      const first = await page({});
      expect(first).toMatchObject({ IsTruncated: true, NextKeyMarker: 'list/a/' });
      expect(first.CommonPrefixes).toEqual([{ Prefix: 'list/a/' }]);
      const rest = await page({ KeyMarker: first.NextKeyMarker, VersionIdMarker: first.NextVersionIdMarker });
      expect(rest.Versions?.map(({ Key }) => Key)).toEqual(keys.slice(3));
    });

    it('can have its keys encoded, where XML would not hold them', async () => {
      const text = await ask({ prefix: 'list/', 'encoding-type': 'url' });
      expect([...text.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key)).toEqual([
        ...['list/a%252Fb', 'list/a/1', 'list/a/2', 'list/b%2Bc%20d', 'list/%C3%A9%26%3C%22'],
      ]);
      expect(element(text, 'EncodingType')).toBe('url');
      const plain = await ask({ prefix: 'list/' });
      expect(plain).toContain('<Key>list/é&amp;&lt;&quot;</Key>');
      expect(element(plain, 'EncodingType')).toBeUndefined();
    });

    it('tells the owner in its second version where it is asked to', async () => {
      const list = (more: object) => airlock.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/a/', ...more }));
      expect((await list({})).Contents?.[0]?.Owner).toBeUndefined();
      expect((await list({ FetchOwner: true })).Contents?.[0]?.Owner).toBeDefined();
      expect(await list({ StartAfter: 'list/a/1' })).toMatchObject({ KeyCount: 1, StartAfter: 'list/a/1' });
    });

    it.each([
      [{ 'max-keys': 'many' }, 'Provided max-keys not an integer or within integer range', 'max-keys'],
      [{ 'max-keys': '-1' }, 'Argument maxKeys must be an integer between 0 and 2147483647', 'max-keys'],
      [{ 'encoding-type': 'html' }, 'Invalid Encoding Method specified in Request', 'encoding-type'],
      [{ 'list-type': '2', 'continuation-token': 'x' }, 'The continuation token provided is incorrect', undefined],
    ])('asked for with %j is refused', async (query, message, argument) => {
      const text = await ask(query);
      expect([element(text, 'Code'), element(text, 'Message'), element(text, 'ArgumentName')]).toEqual([
        'InvalidArgument',
        message,
        argument,
      ]);
    });

    it('of nothing is empty, and of none says how many it would be', async () => {
      const none = await airlock.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', MaxKeys: 0 }));
      expect(none).toMatchObject({ KeyCount: 0, MaxKeys: 0, IsTruncated: false });
      const most = await airlock.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', MaxKeys: 5000 }));
      expect(most).toMatchObject({ KeyCount: 5, MaxKeys: 1000 });
    });
  });

  describe('an upload in parts', () => {
    const begin = async (Key: string) => ({
      ...{ Bucket, Key },
      UploadId: (await airlock.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId,
    });
    const complete = (upload: Awaited<ReturnType<typeof begin>>, Parts: object[]) =>
      airlock.s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));

    it('that is over is none, and a part has a number from 1 to 10,000', async () => {
      const upload = await begin('parts');
      const part = (PartNumber: number) => airlock.s3.send(new UploadPartCommand({ ...upload, PartNumber, Body: 'x' }));
      await expect(part(10_001)).rejects.toMatchObject({ name: 'InvalidArgument', ArgumentName: 'partNumber' });
      const { ETag } = await part(10_000);
      await expect(complete(upload, [{ PartNumber: 1, ETag }])).rejects.toMatchObject({ name: 'InvalidPart' });
      await expect(complete(upload, [])).rejects.toMatchObject({ name: 'MalformedXML' });
      await airlock.s3.send(new AbortMultipartUploadCommand(upload));
      await expect(part(1)).rejects.toMatchObject({ name: 'NoSuchUpload', $metadata: { httpStatusCode: 404 } });
      await expect(airlock.s3.send(new AbortMultipartUploadCommand(upload))).rejects.toMatchObject({
        name: 'NoSuchUpload',
      });
    });

    it('keeps the last of those that were sent under one number', async () => {
      const upload = await begin('again');
      const part = (Body: string) => airlock.s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body }));
      const [first, second] = [await part('first'), await part('second')];
      await expect(complete(upload, [{ PartNumber: 1, ETag: first.ETag }])).rejects.toMatchObject({
        name: 'InvalidPart',
      });
      await complete(upload, [{ PartNumber: 1, ETag: second.ETag }]);
      expect(await airlock.text('Accepted', 'again')).toBe('second');
    });
  });
});
