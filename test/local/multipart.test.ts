import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { createS3Copier } from '../../adapters/s3-copier.ts';
import { Airlock } from '../support/airlock.ts';

const partBytes = 5 * 2 ** 20;
const sha256 = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

describe('an upload in parts, in the S3 of the runtime,', () => {
  let airlock: Airlock;
  let Bucket: string;
  const first = Buffer.alloc(partBytes, 'first ');
  const last = Buffer.from('the last part may be small');
  beforeAll(async () => {
    airlock = await Airlock.start();
    Bucket = airlock.bucket('Accepted');
  });
  afterAll(() => airlock.stop());

  const begin = async (Key: string, more: object = { ChecksumAlgorithm: 'SHA256' }) => {
    const { UploadId } = await airlock.s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
    return { Bucket, Key, UploadId };
  };
  const part = (
    upload: object & { Bucket: string; Key: string; UploadId: string | undefined },
    PartNumber: number,
    Body: Buffer,
  ) => airlock.s3.send(new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm: 'SHA256' }));
  const complete = (upload: Awaited<ReturnType<typeof begin>>, Parts: object[], more: object = {}) =>
    airlock.s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...more }));

  const both = async (Key: string) => {
    const upload = await begin(Key);
    const [one, two] = [await part(upload, 1, first), await part(upload, 2, last)];
    const parts = [
      { PartNumber: 1, ETag: one.ETag, ChecksumSHA256: one.ChecksumSHA256 },
      { PartNumber: 2, ETag: two.ETag, ChecksumSHA256: two.ChecksumSHA256 },
    ];
    return { upload, parts };
  };

  it('becomes one object, whose tag and checksum say of how many parts', async () => {
    const { upload, parts } = await both('two');
    const done = await complete(upload, parts);
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect(done.ChecksumSHA256).toBe(`${sha256(sha256(first), sha256(last)).toString('base64')}-2`);
    const { Body, ContentLength } = await airlock.s3.send(new GetObjectCommand({ Bucket, Key: 'two' }));
    expect(ContentLength).toBe(first.length + last.length);
    expect(sha256((await Body?.transformToByteArray()) ?? Buffer.alloc(0))).toEqual(sha256(first, last));
  });

  it('can be read across the border of its parts', async () => {
    const { upload, parts } = await both('range');
    await complete(upload, parts);
    const Range = `bytes=${partBytes - 3}-${partBytes + 2}`;
    const { Body } = await airlock.s3.send(new GetObjectCommand({ Bucket, Key: 'range', Range }));
    expect(await Body?.transformToString()).toBe(`${first.toString().slice(-3)}the`);
  });

  it('is one piece when it is copied, with a checksum over the whole', async () => {
    const { upload, parts } = await both('source');
    await complete(upload, parts);
    await airlock.s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/source` }));
    const head = await airlock.s3.send(new HeadObjectCommand({ Bucket, Key: 'copy', ChecksumMode: 'ENABLED' }));
    expect(head.ChecksumSHA256).toBe(sha256(first, last).toString('base64'));
    expect(head.ETag).not.toContain('-');
  });

  it('is copied in parts where one copy would be too large, by the copier that promotes uploads', async () => {
    const { upload, parts } = await both('large');
    await complete(upload, parts);
    const { VersionId = '' } = await airlock.s3.send(new HeadObjectCommand({ Bucket, Key: 'large' }));
    const target = airlock.bucket('Quarantine');
    const copier = createS3Copier(airlock.s3, Bucket, target, partBytes);
    const size = first.length + last.length;
    const object = { key: 'large', versionId: VersionId, size, arrivedAt: '2026-11-23T06:00:00Z' };
    await copier.copy(object, 'copied');
    await copier.copy(object, 'copied');
    const { Body, ETag } = await airlock.s3.send(new GetObjectCommand({ Bucket: target, Key: 'copied' }));
    expect(sha256((await Body?.transformToByteArray()) ?? Buffer.alloc(0))).toEqual(sha256(first, last));
    expect(ETag).toMatch(/-2"$/);
    const { Versions } = await airlock.s3.send(new ListObjectVersionsCommand({ Bucket: target, Prefix: 'copied' }));
    expect(Versions).toHaveLength(1);
  });

  it('copies no range that its source does not have', async () => {
    await airlock.s3.send(new PutObjectCommand({ Bucket, Key: 'small', Body: 'hello' }));
    const upload = await begin('range-copy');
    const copy = (CopySourceRange: string) =>
      airlock.s3.send(
        new UploadPartCopyCommand({ ...upload, PartNumber: 1, CopySource: `${Bucket}/small`, CopySourceRange }),
      );
    await expect(copy('bytes=0-5')).rejects.toMatchObject({ name: 'InvalidRequest' });
    await expect(copy('0-4')).rejects.toMatchObject({ name: 'InvalidArgument' });
    expect((await copy('bytes=1-3')).CopyPartResult?.ETag).toBe(`"${createHash('md5').update('ell').digest('hex')}"`);
  });

  it('does not take a key that is taken, and can be completed where it is free', async () => {
    const { upload, parts } = await both('taken');
    await airlock.s3.send(new PutObjectCommand({ Bucket, Key: 'taken', Body: 'mine' }));
    await expect(complete(upload, parts, { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await airlock.text('Accepted', 'taken')).toBe('mine');
    const { Parts } = await airlock.s3.send(new ListPartsCommand(upload));
    expect(Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, first.length],
      [2, last.length],
    ]);
  });

  it('is refused for parts in disorder, small parts, unknown parts, and another size', async () => {
    const { upload, parts } = await both('wrong');
    await expect(complete(upload, parts.toReversed())).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete(upload, [{ ...parts[0], ETag: '"0"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(complete(upload, parts, { MpuObjectSize: 1 })).rejects.toMatchObject({ name: 'InvalidRequest' });
    const third = await part(upload, 3, last);
    const all = [...parts, { PartNumber: 3, ETag: third.ETag }];
    await expect(complete(upload, all)).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(part(upload, 10_001, last)).rejects.toMatchObject({ name: 'InvalidArgument' });
  });

  it('wants of every part the checksum that it was begun with', async () => {
    const upload = await begin('sum');
    const without = new UploadPartCommand({ ...upload, PartNumber: 1, Body: last, ChecksumAlgorithm: 'CRC32' });
    await expect(airlock.s3.send(without)).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  it('has a checksum over all bytes where it was begun without one', async () => {
    const upload = await begin('default', { ChecksumAlgorithm: 'CRC64NVME' });
    const { ETag } = await airlock.s3.send(
      new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'hello', ChecksumAlgorithm: 'CRC64NVME' }),
    );
    const { ChecksumCRC64NVME } = await complete(upload, [{ PartNumber: 1, ETag }]);
    const put = await airlock.s3.send(
      new PutObjectCommand({ Bucket, Key: 'plain', Body: 'hello', ChecksumAlgorithm: 'CRC64NVME' }),
    );
    expect(ChecksumCRC64NVME).toBe(put.ChecksumCRC64NVME);
  });

  it('is gone when it is aborted, and after a day by the lifecycle', async () => {
    const [aborted, forgotten] = [await begin('aborted'), await begin('forgotten')];
    await part(aborted, 1, last);
    await airlock.s3.send(new AbortMultipartUploadCommand(aborted));
    await expect(part(aborted, 1, last)).rejects.toMatchObject({ name: 'NoSuchUpload' });
    const open = async () => (await airlock.s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? [];
    expect((await open()).map(({ Key }) => Key)).toContain('forgotten');
    await airlock.advance('P2D');
    expect((await open()).map(({ UploadId }) => UploadId)).not.toContain(forgotten.UploadId);
  });

  it('keeps its parts when the runtime is killed', async () => {
    const { upload, parts } = await both('killed');
    airlock = await airlock.restart({ signal: 'SIGKILL' });
    await complete(upload, parts);
    expect((await airlock.text('Accepted', 'killed')).length).toBe(first.length + last.length);
  });
});
