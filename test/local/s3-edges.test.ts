import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsOutput,
  PutObjectCommand,
  paginateListObjectsV2,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import aws4 from 'aws4';
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

  it('what must be as it was is deleted only then', async () => {
    const { ETag } = await put('conditional', 'x');
    const conditionally = (IfMatch: string) =>
      airlock.s3.send(new DeleteObjectCommand({ Bucket, Key: 'conditional', IfMatch }));
    await expect(conditionally('"00000000000000000000000000000000"')).rejects.toMatchObject({
      ...{ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } },
    });
    const Objects = [{ Key: 'conditional', ETag: '"0"' }];
    const { Errors } = await airlock.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Errors).toMatchObject([{ Key: 'conditional', Code: 'PreconditionFailed' }]);
    expect(await airlock.text('Accepted', 'conditional')).toBe('x');
    await conditionally(ETag ?? '');
    expect(await airlock.keys('Accepted', 'conditional')).toEqual([]);
  });

  it('versions that are deleted page by page are all deleted', async () => {
    for (let count = 0; count < 7; count += 1) await put('paged-away', String(count));
    let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
    while (from) {
      const page: ListObjectVersionsOutput = await airlock.s3.send(
        new ListObjectVersionsCommand({ Bucket, Prefix: 'paged-away', MaxKeys: 3, ...from }),
      );
      for (const { VersionId } of page.Versions ?? []) await remove('paged-away', VersionId);
      from = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        : undefined;
    }
    const { Versions } = await airlock.s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'paged-away' }));
    expect(Versions).toBeUndefined();
  });

  it('what can be no version is refused, and so is a bucket that is expected to be another’s', async () => {
    await put('plain');
    for (const attempt of [get('plain', { VersionId: 'bogus' }), remove('plain', 'bogus')]) {
      await expect(attempt).rejects.toMatchObject({ name: 'InvalidArgument', ArgumentName: 'versionId' });
    }
    const { Versions } = await airlock.s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'plain' }));
    const gone = `${Versions?.[0]?.VersionId?.slice(0, 31)}x`;
    await expect(get('plain', { VersionId: gone })).rejects.toMatchObject({ name: 'NoSuchVersion' });
    await expect(get('plain', { ExpectedBucketOwner: '999999999999' })).rejects.toMatchObject({ name: 'AccessDenied' });
    await get('plain', { ExpectedBucketOwner: '000000000000' });
  });

  it('under a customer key the tag of an object is no digest, and never the same', async () => {
    const tags = [(await put('tagged', 'same')).ETag, (await put('tagged', 'same')).ETag];
    expect(new Set([...tags, `"${createHash('md5').update('same').digest('hex')}"`]).size).toBe(3);
  });

  it('a header that an answer could not carry is refused', async () => {
    await put('header');
    await expect(
      get('header', { ResponseContentDisposition: 'attachment; filename="日本.txt"' }),
    ).rejects.toMatchObject({
      ...{ name: 'InvalidArgument', ArgumentName: 'response-content-disposition' },
      message: 'Header value cannot be represented using ISO-8859-1.',
    });
    await expect(get('header', { ResponseContentType: 'text/csv\r\nx: y' })).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
  });

  it.each<[string, string, Record<string, string>]>([
    ['nobody vouches for its body', 'InvalidRequest', {}],
    ['its body is another', 'BadDigest', { 'content-md5': createHash('md5').update('x').digest('base64') }],
    ['its sum is none', 'InvalidRequest', { 'x-amz-checksum-crc32': 'zz' }],
    ['its sum is another', 'BadDigest', { 'x-amz-checksum-crc32': 'AAAAAA==' }],
  ])('nothing of many is deleted where %s', async (_, code, headers) => {
    await put('vouched');
    const body = '<Delete><Object><Key>vouched</Key></Object></Delete>';
    const send = async (text: string, more: Record<string, string>) => {
      const url = `${airlock.status.endpoint}/${Bucket}?delete`;
      const hash = createHash('sha256').update(text).digest('hex');
      const request = aws4.sign(
        {
          ...{ host: new URL(url).host, path: `/${Bucket}?delete`, method: 'POST', service: 's3', region: 'eu-west-1' },
          headers: { 'x-amz-content-sha256': hash, ...more },
          body: text,
        },
        { accessKeyId: 'local', secretAccessKey: 'local' },
      );
      const signed = Object.fromEntries(
        Object.entries(request.headers ?? {}).map(([name, value]) => [name, String(value)]),
      );
      return (await fetch(url, { method: 'POST', headers: signed, body: text })).text();
    };
    expect(element(await send(body, headers), 'Code')).toBe(code);
    const cut = body.slice(0, -3);
    const md5 = createHash('md5').update(cut).digest('base64');
    expect(element(await send(cut, { 'content-md5': md5 }), 'Code')).toBe('MalformedXML');
    expect(await airlock.keys('Accepted', 'vouched')).toEqual(['vouched']);
  });

  it('a checksum that is announced must come, be the one that was announced, and be alone', async () => {
    const crc32 = 'jNwWgw==';
    const answers = async (headers: Record<string, string>): Promise<string> => {
      const path = `/${Bucket}/announced`;
      const signed = aws4.sign(
        {
          host: new URL(airlock.status.endpoint).host,
          path,
          method: 'PUT',
          service: 's3',
          region: airlock.status.region,
          body: 'x',
          headers: { 'content-type': 'text/plain', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...headers },
        },
        { accessKeyId: 'local', secretAccessKey: 'local' },
      );
      const { Host: _, 'Content-Length': __, ...sent } = Object(signed.headers);
      const answer = await fetch(`${airlock.status.endpoint}${path}`, { method: 'PUT', body: 'x', headers: sent });
      return `${answer.status} ${element(await answer.text(), 'Message') ?? ''}`;
    };
    const sdk = 'x-amz-sdk-checksum-algorithm';
    expect(await answers({ [sdk]: 'CRC32' })).toBe(
      `400 ${sdk} specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.`,
    );
    expect(await answers({ [sdk]: 'SHA1', 'x-amz-checksum-crc32': crc32 })).toBe(
      `400 Value for ${sdk} header is invalid.`,
    );
    expect(await answers({ [sdk]: 'CRC32', 'x-amz-checksum-crc32': crc32 })).toBe('200 ');
  });

  it('the storage class that every object has may be named, no other', async () => {
    await put('standard', 'x', { StorageClass: 'STANDARD' });
    await expect(put('cold', 'x', { StorageClass: 'STANDARD_IA' })).rejects.toMatchObject({ name: 'NotImplemented' });
  });

  it('a subresource that is not served is told by name, and is no list', async () => {
    await expect(airlock.s3.send(new GetBucketTaggingCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('?tagging'),
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

    it('writes control characters of a key as S3 does', async () => {
      await put('odd/\u0001\u007f');
      expect(await ask({ prefix: 'odd/' })).toContain('<Key>odd/&#x1;&#x7f;</Key>');
      expect(await ask({ prefix: 'odd/', 'encoding-type': 'url' })).toContain('<Key>odd/%01%7F</Key>');
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

  describe('a list in the order of UTF-8', () => {
    /** In UTF-8 the second comes last, in UTF-16 first. */
    const keys = ['utf/！', 'utf/😀'];
    beforeAll(async () => {
      for (const key of [...keys, 'utf/p/a', 'utf/p/！b']) await put(key);
    });

    it('pages from key to key, and names a common prefix once', async () => {
      const seen: string[] = [];
      for await (const { Contents = [], CommonPrefixes = [] } of paginateListObjectsV2(
        { client: airlock.s3, pageSize: 1 },
        { Bucket, Prefix: 'utf/', Delimiter: '/' },
      )) {
        seen.push(...Contents.map(({ Key = '' }) => Key), ...CommonPrefixes.map(({ Prefix = '' }) => Prefix));
      }
      expect(seen).toEqual(['utf/p/', ...keys]);
      const versions = await airlock.s3.send(
        new ListObjectVersionsCommand({ Bucket, Prefix: 'utf/', KeyMarker: keys[0] }),
      );
      expect(versions.Versions?.map(({ Key }) => Key)).toEqual([keys[1]]);
    });

    it('goes on behind the object that is called as its folder', async () => {
      for (const key of ['folder/', 'folder/1', 'folder/2']) await put(key);
      const page = (Marker?: string) =>
        airlock.s3.send(new ListObjectsCommand({ Bucket, Prefix: 'folder/', Delimiter: '/', MaxKeys: 1, Marker }));
      const first = await page();
      expect(first.NextMarker).toBe('folder/');
      expect((await page(first.NextMarker)).Contents?.map(({ Key }) => Key)).toEqual(['folder/1']);
    });
  });

  describe('an upload in parts', () => {
    it('is listed beside others, in pages and groups', async () => {
      const begun: string[] = [];
      for (const Key of ['up/a', 'up/a', 'up/b/1', 'up/b/2', 'up/c']) {
        begun.push((await airlock.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId ?? '');
      }
      const page = (more: object) =>
        airlock.s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'up/', ...more }));
      const first = await page({ MaxUploads: 1 });
      expect(first).toMatchObject({
        IsTruncated: true,
        MaxUploads: 1,
        NextKeyMarker: 'up/a',
        NextUploadIdMarker: begun[0],
      });
      const rest = await page({ KeyMarker: 'up/a', UploadIdMarker: begun[0], Delimiter: '/', MaxUploads: 2 });
      expect(rest.Uploads?.map(({ UploadId }) => UploadId)).toEqual([begun[1]]);
      expect([rest.CommonPrefixes, rest.NextKeyMarker]).toEqual([[{ Prefix: 'up/b/' }], 'up/b/']);
      const last = await page({ KeyMarker: rest.NextKeyMarker, Delimiter: '/' });
      expect([last.Uploads?.map(({ Key }) => Key), last.IsTruncated]).toEqual([['up/c'], false]);
    });

    it('is completed with the sums that it was begun with', async () => {
      const started = async (more: object) => {
        const upload = {
          Bucket,
          Key: 'summed',
          UploadId: (await airlock.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'summed', ...more })))
            .UploadId,
        };
        const part = await airlock.s3.send(
          new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'x', ChecksumAlgorithm: 'SHA256' }),
        );
        return { upload, part: { PartNumber: 1, ETag: part.ETag }, sum: part.ChecksumSHA256 };
      };
      const { upload, part, sum } = await started({ ChecksumAlgorithm: 'SHA256' });
      const finish = (Part: object, more: object = {}) =>
        airlock.s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [Part] }, ...more }));
      await expect(finish(part)).rejects.toMatchObject({
        name: 'InvalidRequest',
        message:
          'The upload was created using a sha256 checksum. The complete request must include the checksum for each part. It was missing for part 1 in the request.',
      });
      const summed = { ...part, ChecksumSHA256: sum };
      await expect(finish(summed, { ChecksumType: 'FULL_OBJECT' })).rejects.toMatchObject({ name: 'InvalidRequest' });
      await expect(finish(summed, { ChecksumSHA256: `${'A'.repeat(43)}=` })).rejects.toMatchObject({
        name: 'BadDigest',
      });
      await finish(summed);
      const head = await airlock.s3.send(new HeadObjectCommand({ Bucket, Key: 'summed', ChecksumMode: 'ENABLED' }));
      expect(head.ChecksumType).toBe('COMPOSITE');
    });

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
