import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { loadFeeds } from '../../adapters/feed-files.ts';
import { Airlock, goodCsv } from '../support/airlock.ts';
import { LinkClient } from '../support/api-client.ts';
import { assemblyWith } from '../support/assembly.ts';
import { linkOf } from '../support/partner-page.ts';

describe('the secrets of the ledger', () => {
  it('are closed to the account’s root: links/ and waits/, reading and writing; the rest is open', async () => {
    const airlock = await Airlock.start();
    await airlock.open('acme/orders');
    const Bucket = airlock.bucket('Ledger');
    for (const prefix of ['links/', 'waits/']) {
      const [Key = ''] = await airlock.keys('Ledger', prefix);
      expect(Key).not.toBe('');
      await expect(airlock.s3.send(new GetObjectCommand({ Bucket, Key }))).rejects.toThrow(/explicit deny/);
      await expect(airlock.s3.send(new PutObjectCommand({ Bucket, Key, Body: '{}' }))).rejects.toThrow(/explicit deny/);
    }
    const [request = ''] = await airlock.keys('Ledger', 'requests/');
    expect(await airlock.text('Ledger', request)).toContain('"status":"open"');
    await airlock.stop();
  });

  it('go when their time is over, and nothing else does', async () => {
    // A feed that nobody schedules: two quiet months.
    const feeds = loadFeeds('test/feeds').filter(({ partner }) => partner === 'initech');
    const airlock = await Airlock.start({ assembly: assemblyWith({ feeds }) });
    await airlock.open('initech/hourly');
    await airlock.upload('meter,value\n1,2\n');
    await airlock.advance('P63D');
    const left = async (prefix: string) => {
      const command = new ListObjectVersionsCommand({ Bucket: airlock.bucket('Ledger'), Prefix: prefix });
      return (await airlock.s3.send(command)).Versions?.length ?? 0;
    };
    expect([await left('links/'), await left('waits/'), (await left('requests/')) > 0]).toEqual([0, 0, true]);
    expect([await airlock.keys('Landing'), (await airlock.keys('Accepted')).length]).toEqual([[], 1]);
    await airlock.stop();
  });
});

describe('the landing bucket', () => {
  it('takes no signature older than an hour, whatever the URL says of itself', async () => {
    const airlock = await Airlock.start();
    const command = new PutObjectCommand({ Bucket: airlock.bucket('Landing'), Key: 'a', IfNoneMatch: '*' });
    const url = await getSignedUrl(airlock.s3, command, { expiresIn: 7 * 86_400 });
    const put = async () => (await fetch(url, { method: 'PUT', headers: { 'if-none-match': '*' }, body: 'x' })).status;
    await airlock.advance('PT61M');
    expect(await put()).toBe(403);
    await airlock.stop();
  });

  it('takes uploads from the allowed networks only', async () => {
    const airlock = await Airlock.start({ assembly: assemblyWith({ allowedCidrs: ['203.0.113.0/24'] }) });
    await airlock.open('acme/orders');
    const refused = await airlock.upload(goodCsv);
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('explicit deny')]);
    const here = await airlock.restart({ assembly: assemblyWith({ allowedCidrs: ['203.0.113.0/24', '127.0.0.0/8'] }) });
    expect((await here.upload(goodCsv)).status).toBe(200);
    await here.stop();
  });

  it('refuses URLs of a link from elsewhere, not the API itself, which begins and completes for everybody', async () => {
    const airlock = await Airlock.start({ assembly: assemblyWith({ allowedCidrs: ['203.0.113.0/24'] }) });
    await airlock.open('acme/archive');
    const link = new LinkClient(await linkOf(airlock));
    const { status, body } = await link.start(Buffer.alloc(6_000_000), { type: '' });
    expect([status, body.multipart?.parts]).toEqual([201, 2]);
    expect(await link.sendPart(body.uploadId, 1, Buffer.alloc(5_242_880))).toBe(403);
    await airlock.stop();
  });

  it('answers the browser of the configured page, and of no other', async () => {
    const airlock = await Airlock.start({ assembly: assemblyWith({ pageOrigin: 'https://upload.example.org' }) });
    await airlock.open('acme/orders');
    const { url } = await airlock.link();
    const preflight = (origin: string) =>
      fetch(url, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'if-none-match' },
      });
    const ours = await preflight('https://upload.example.org');
    expect(ours.headers.get('access-control-allow-origin')).toBe('https://upload.example.org');
    expect((await preflight('https://evil.example')).status).toBe(403);
    await airlock.stop();
  });
});

describe('the customer key', () => {
  it('encrypts an accepted file, as its headers tell', async () => {
    const airlock = await Airlock.start();
    await airlock.open('acme/orders');
    await airlock.upload(goodCsv);
    await airlock.settle();
    const [Key = ''] = await airlock.keys('Accepted');
    const head = await airlock.s3.send(new HeadObjectCommand({ Bucket: airlock.bucket('Accepted'), Key }));
    expect([head.ServerSideEncryption, head.SSEKMSKeyId]).toEqual(['aws:kms', expect.stringMatching(/^arn:aws:kms:/)]);
    await airlock.stop();
  });

  it('is asked of the signer too: a URL signed without it takes nothing', async () => {
    const airlock = await Airlock.start();
    await airlock.withoutPermission('Airlock-dev-AirlockSignerRole', 'Encrypt', async () => {
      await airlock.open('acme/orders');
      const refused = await airlock.upload(goodCsv);
      expect([refused.status, await refused.text()]).toEqual([
        403,
        expect.stringMatching(/not authorized to perform: kms:GenerateDataKey/),
      ]);
    });
    expect((await airlock.upload(goodCsv)).status).toBe(200);
    await airlock.stop();
  });

  it('can be done without: the same delivery with S3’s own keys', async () => {
    const airlock = await Airlock.start({ assembly: assemblyWith({ encryption: 'aws-managed' }) });
    const execution = await airlock.open('acme/orders');
    await airlock.upload(goodCsv);
    await airlock.settle();
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    await airlock.stop();
  });

  it('encrypts the executions too when that is wanted: the same delivery', async () => {
    const airlock = await Airlock.start({ assembly: assemblyWith({ encryptWorkflow: true }) });
    const execution = await airlock.open('acme/orders');
    await airlock.open('acme/orders');
    await airlock.upload(goodCsv);
    await airlock.settle();
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    // Their data is nowhere but in the history: whoever archives it may read it.
    const evidence = (await airlock.keys('Archive')).filter((key) => key.endsWith('evidence.json'));
    expect(evidence).toHaveLength(2);
    await airlock.stop();
  });
});

describe('a locked bucket', () => {
  const remove = (airlock: Airlock, Key: string, more: object = {}) =>
    airlock.s3.send(new DeleteObjectCommand({ Bucket: airlock.bucket('Accepted'), Key, ...more }));

  it('keeps accepted files for as long as it was told, from everybody', async () => {
    const airlock = await Airlock.start({ assembly: assemblyWith({ lockAcceptedDays: 30 }) });
    await airlock.open('acme/orders');
    await airlock.upload(goodCsv);
    await airlock.settle();
    const [Key = ''] = await airlock.keys('Accepted');
    const Bucket = airlock.bucket('Accepted');
    const { VersionId, ObjectLockMode } = await airlock.s3.send(new HeadObjectCommand({ Bucket, Key }));
    expect(ObjectLockMode).toBe('GOVERNANCE');
    await expect(remove(airlock, Key, { VersionId })).rejects.toThrow(/protected by object lock/);
    // A marker hides it, and the version behind stays.
    await remove(airlock, Key);
    expect(await airlock.keys('Accepted')).toEqual([]);
    const { Body } = await airlock.s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    expect(await Body?.transformToString()).toBe(goodCsv);
    // Governance can be set aside by an administrator who says so.
    await remove(airlock, Key, { VersionId, BypassGovernanceRetention: true });
    await airlock.stop();
  });

  it('takes no bytes that nobody vouches for', async () => {
    const airlock = await Airlock.start();
    const bare = new S3Client({ ...airlock.client, requestChecksumCalculation: 'WHEN_REQUIRED' });
    const object = { Bucket: airlock.bucket('Archive'), Key: 'evidence.json', Body: '{}', IfNoneMatch: '*' };
    await expect(bare.send(new PutObjectCommand(object))).rejects.toThrow(/Content-MD5 OR x-amz-checksum-/);
    await airlock.s3.send(new PutObjectCommand(object));
    expect(await airlock.keys('Archive')).toEqual(['evidence.json']);
    await airlock.stop();
  });
});
