import { createHash } from 'node:crypto';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { presignGet, presignPut } from '../../adapters/presign.ts';
import type { UploadTerms } from '../../core/ports.ts';
import { Airlock } from '../support/airlock.ts';

const file = 'id,amount\n1,2\n';
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64');

describe('a presigned URL', () => {
  let airlock: Airlock;
  let s3: S3Client;
  let count = 0;
  beforeAll(async () => {
    airlock = await Airlock.start();
    s3 = new S3Client({ ...airlock.client, requestChecksumCalculation: 'WHEN_REQUIRED' });
  });
  afterAll(() => airlock.stop());

  const presigning = async (bucket: 'Landing' | 'Accepted', key: string, expiresIn = 300) => ({
    bucket: airlock.bucket(bucket),
    key,
    expiresIn,
    signedAt: new Date(await airlock.now()),
  });
  const signedPut = async (terms: Partial<UploadTerms> = {}) => {
    count += 1;
    return presignPut(s3, await presigning('Landing', `_doctor/${count}.csv`), terms);
  };
  const put = async (url: string, headers: Record<string, string>, body = file) =>
    (await fetch(url, { method: 'PUT', headers, body })).status;

  it('takes a file with exactly the headers that it names, and no file twice', async () => {
    const { url, requiredHeaders } = await signedPut();
    expect(requiredHeaders).toEqual({ 'if-none-match': '*' });
    expect([await put(url, {}), await put(url, requiredHeaders), await put(url, requiredHeaders)]).toEqual([
      403, 200, 412,
    ]);
  });

  it('bound to a type, a size and a checksum takes nothing else', async () => {
    const terms = { contentType: 'text/csv', sizeBytes: file.length, sha256: sha256(file) };
    const { url, requiredHeaders } = await signedPut(terms);
    const { 'content-length': length, ...sent } = requiredHeaders;
    expect(length).toBe(String(file.length));
    expect(await put(url, { ...sent, 'content-type': 'text/plain' })).toBe(403);
    expect(await put(url, sent, `${file}3,4\n`)).toBe(403);
    expect(await put(url, sent, file.replace('2', '9'))).toBe(400);
    expect(await put(url, { ...sent, 'x-amz-checksum-sha256': sha256('other') })).toBe(403);
    expect(await put(url, sent)).toBe(200);
  });

  it('of a download saves the pinned version, whatever came later', async () => {
    const object = { Bucket: airlock.bucket('Accepted'), Key: 'a.csv' };
    const { VersionId: versionId } = await s3.send(new PutObjectCommand({ ...object, Body: file }));
    await s3.send(new PutObjectCommand({ ...object, Body: 'later' }));
    const { url } = await presignGet(s3, await presigning('Accepted', 'a.csv'), { versionId, fileName: '<a>.csv' });
    const response = await fetch(url);
    expect(await response.text()).toBe(file);
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="_a_.csv"');
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
  });

  it('ends when it says, not a second later', async () => {
    const { url, expiresAt, requiredHeaders } = await signedPut();
    await airlock.local('POST', 'clock', { to: new Date(Date.parse(expiresAt) + 1000).toISOString() });
    expect(await put(url, requiredHeaders)).toBe(403);
  });

  it.each([
    ['PUT', 3601, 'a PUT URL lives 1 to 3600 seconds, got 3601'],
    ['PUT', 0.5, 'a PUT URL lives 1 to 3600 seconds, got 0.5'],
    ['GET', 901, 'a GET URL lives 1 to 900 seconds, got 901'],
  ])('is not signed beyond the policy: %s for %d s', async (method, seconds, message) => {
    const long = await presigning('Landing', 'a', seconds);
    const signed = method === 'PUT' ? presignPut(s3, long) : presignGet(s3, long, { fileName: 'a' });
    await expect(signed).rejects.toThrow(message);
  });

  it.each(['../a', 'a/../b', '/a', 'a b', 'ä', ''])('is not signed for the key "%s"', async (key) => {
    await expect(presignPut(s3, await presigning('Landing', key))).rejects.toThrow(/^keys are letters, digits/);
  });
});
