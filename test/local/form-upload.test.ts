import { request as httpRequest } from 'node:http';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { createPresignedPost, type PresignedPostOptions } from '@aws-sdk/s3-presigned-post';
import { checkPolicy } from '../../local/s3/post-policy.ts';
import { Airlock } from '../support/airlock.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: what S3 calls the name of the file
const ownName = 'form/${filename}';

/** The rules are https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html and its neighbours. */
describe('an upload by a form', () => {
  let airlock: Airlock;
  let Bucket: string;
  beforeAll(async () => {
    airlock = await Airlock.start();
    Bucket = airlock.bucket('Accepted');
  });
  afterAll(() => airlock.stop());

  const signed = (more: Partial<PresignedPostOptions> = {}) =>
    createPresignedPost(airlock.s3, { Bucket, Key: ownName, Expires: 600, ...more });
  const formOf = (fields: Record<string, string>, body: string | undefined = 'hello', name = 'a file.csv') => {
    const form = new FormData();
    for (const [field, value] of Object.entries(fields)) form.append(field, value);
    if (body !== '') form.append('file', new Blob([body]), name);
    return form;
  };
  const post = async (form: FormData, url = `${airlock.status.endpoint}/${Bucket}`) =>
    fetch(url, { method: 'POST', body: form, redirect: 'manual' });
  const said = async (answer: Promise<Response> | Response) =>
    /<Code>(.*?)<.*<Message>(.*?)</s
      .exec(await (await answer).text())
      ?.slice(1)
      .join(': ')
      .replaceAll('&quot;', '"');

  it('takes what the SDK signed, under a key with the file’s own name, and answers with nothing', async () => {
    const { url, fields } = await signed({ Fields: { 'Content-Type': 'text/csv', 'x-amz-meta-who': 'me' } });
    const answer = await post(formOf(fields), url);
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    const head = await airlock.s3.send(new HeadObjectCommand({ Bucket, Key: 'form/a file.csv' }));
    expect([head.ContentType, head.Metadata, head.ContentLength]).toEqual(['text/csv', { who: 'me' }, 5]);
    expect(answer.headers.get('etag')).toBe(head.ETag);
    expect(await airlock.text('Accepted', 'form/a file.csv')).toBe('hello');
  });

  it.each([
    ['200', 200],
    ['201', 201],
    ['999', 204],
  ])('answers %s where the form asks for it', async (success_action_status, status) => {
    const { fields } = await signed({ Fields: { success_action_status } });
    const answer = await post(formOf(fields));
    const text = await answer.text();
    expect(answer.status).toBe(status);
    if (status !== 201) return;
    expect(text).toContain(`<Bucket>${Bucket}</Bucket><Key>form/a file.csv</Key>`);
    expect(text).toContain(`/${Bucket}/form/a%20file.csv</Location>`);
  });

  it('sends the browser on, with where the file is', async () => {
    const { fields } = await signed({ Fields: { success_action_redirect: 'https://example.com/thanks?a=1' } });
    const answer = await post(formOf(fields));
    expect(answer.status).toBe(303);
    const to = new URL(answer.headers.get('location') ?? '');
    expect(to.origin + to.pathname).toBe('https://example.com/thanks');
    expect(Object.fromEntries(to.searchParams)).toMatchObject({ a: '1', bucket: Bucket, key: 'form/a file.csv' });
  });

  it.each<[string, Partial<PresignedPostOptions>, (fields: Record<string, string>) => FormData, string]>([
    [
      'a field that the policy does not name',
      {},
      (fields) => formOf({ ...fields, 'x-amz-meta-more': 'x' }),
      'AccessDenied: Invalid according to Policy: Extra input fields: x-amz-meta-more',
    ],
    [
      'a field with another value',
      { Fields: { 'Content-Type': 'text/csv' } },
      (fields) => formOf({ ...fields, 'Content-Type': 'text/html' }),
      'AccessDenied: Invalid according to Policy: Policy Condition failed: ["eq", "$Content-Type", "text/csv"]',
    ],
    [
      'a key elsewhere',
      {},
      (fields) => formOf({ ...fields, key: 'other' }),
      'AccessDenied: Invalid according to Policy: Policy Condition failed: ["starts-with", "$key", "form/"]',
    ],
    [
      'a file that is too large',
      { Conditions: [['content-length-range', 1, 3]] },
      (fields) => formOf(fields),
      'EntityTooLarge: Your proposed upload exceeds the maximum allowed size',
    ],
    [
      'a file that is too small',
      { Conditions: [['content-length-range', 10, 30]] },
      (fields) => formOf(fields),
      'EntityTooSmall: Your proposed upload is smaller than the minimum allowed size',
    ],
    [
      'no file',
      {},
      (fields) => formOf(fields, ''),
      'InvalidArgument: POST requires exactly one file upload per request.',
    ],
    [
      'no key before the file',
      {},
      ({ key: _, ...fields }) => formOf(fields),
      "InvalidArgument: Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
    ],
    [
      'a policy that was changed',
      {},
      (fields) =>
        formOf({
          ...fields,
          Policy: Buffer.from('{"expiration":"2099-01-01T00:00:00Z","conditions":[]}').toString('base64'),
        }),
      'SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    ],
    [
      'an ACL, which would not be kept',
      { Fields: { acl: 'public-read' } },
      (fields) => formOf(fields),
      'NotImplemented: A header or operation you provided implies functionality that is not implemented: the header x-amz-acl (see local/README.md)',
    ],
    [
      'too much before the file',
      {},
      (fields) => formOf({ 'x-ignore-this': 'x'.repeat(21_000), ...fields }),
      'MaxPostPreDataLengthExceeded: Your POST request fields preceeding the upload file was too large.',
    ],
  ])('refuses %s, and keeps nothing', async (what, options, form, message) => {
    const prefix = `refused/${what.replaceAll(' ', '-')}`;
    const Key = what === 'a key elsewhere' ? ownName : `${prefix}/file`;
    const { fields } = await signed({ Key, ...options });
    expect((await said(post(form(fields))))?.replaceAll(',"', ', "')).toBe(message);
    expect(await airlock.keys('Accepted', prefix)).toEqual([]);
  });

  it('puts the name of a file, without its folders, wherever it is asked for; words that no header holds come encoded', async () => {
    // What a condition is held against has the name in it already.
    const { fields } = await signed({
      Fields: { 'x-amz-meta-who': '日本' },
      Conditions: [['starts-with', '$x-amz-meta-name', '']],
    });
    const form = formOf({ ...fields, 'x-amz-meta-name': ownName.replace('form/', '') }, 'x', 'C:\\dir\\a.csv');
    expect((await post(form)).status).toBe(204);
    const head = await airlock.s3.send(new HeadObjectCommand({ Bucket, Key: 'form/a.csv' }));
    expect(head.Metadata).toEqual({ name: 'a.csv', who: `=?UTF-8?B?${Buffer.from('日本').toString('base64')}?=` });
  });

  it('of several types is held to each of them', async () => {
    const { fields } = await signed({ Conditions: [['starts-with', '$Content-Type', 'image/']], Key: 'types' });
    const of = (type: string) => post(formOf({ ...fields, 'Content-Type': type }));
    expect((await of('image/png,image/gif')).status).toBe(204);
    expect((await of('image/png,text/html')).status).toBe(403);
  });

  it('ends when its policy does', async () => {
    const { fields } = await signed({ Expires: 60 });
    await airlock.advance('PT61S');
    expect(await said(post(formOf(fields)))).toBe('AccessDenied: Invalid according to Policy: Policy expired.');
  });

  it('without a policy is nobody’s, and refused', async () => {
    expect(await said(post(formOf({ key: 'anonymous' })))).toMatch(/^AccessDenied/);
  });

  it('of something else than a form is refused, and so is a form that breaks off', async () => {
    const url = `${airlock.status.endpoint}/${Bucket}`;
    const answer = await fetch(url, { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } });
    expect([answer.status, await said(answer)]).toEqual([
      412,
      'PreconditionFailed: At least one of the pre-conditions you specified did not hold',
    ]);
    const { fields } = await signed({ Key: 'broken-off' });
    const whole = Buffer.from(await new Response(formOf(fields)).arrayBuffer());
    const boundary = /^--(\S+)/.exec(whole.toString())?.[1] ?? '';
    const half = whole.subarray(0, whole.length - boundary.length - 8);
    const type = `multipart/form-data; boundary=${boundary}`;
    expect(await said(fetch(url, { method: 'POST', body: half, headers: { 'content-type': type } }))).toBe(
      'MalformedPOSTRequest: The body of your POST request is not well-formed multipart/form-data.',
    );
    expect(await airlock.keys('Accepted', 'broken-off')).toEqual([]);
  });

  it('holds the published example of a policy as its text says', () => {
    const policy = (conditions: unknown[]) =>
      Buffer.from(JSON.stringify({ expiration: '2015-12-30T12:00:00.000Z', conditions })).toString('base64');
    const now = Date.parse('2015-12-29T12:00:00Z');
    // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
    const example = policy([
      { bucket: 'sigv4examplebucket' },
      ['starts-with', '$key', 'user/user1/'],
      { acl: 'public-read' },
      { success_action_redirect: 'http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html' },
      ['starts-with', '$Content-Type', 'image/'],
      { 'x-amz-meta-uuid': '14365123651274' },
      { 'x-amz-server-side-encryption': 'AES256' },
      ['starts-with', '$x-amz-meta-tag', ''],
    ]);
    const fields = {
      bucket: 'sigv4examplebucket',
      key: 'user/user1/photo.png',
      acl: 'public-read',
      success_action_redirect: 'http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html',
      'content-type': 'image/png',
      'x-amz-meta-uuid': '14365123651274',
      'x-amz-server-side-encryption': 'AES256',
    };
    expect(checkPolicy(example, fields, now)).toBeUndefined();
    expect(() => checkPolicy(example, { ...fields, 'content-type': 'text/html' }, now)).toThrow('$Content-Type');
    expect(() => checkPolicy(example, fields, Date.parse('2015-12-30T12:00:01Z'))).toThrow('Policy expired');
    expect(checkPolicy(policy([['content-length-range', 1048576, 10485760]]), {}, now)).toMatchObject({
      min: 1_048_576,
      max: 10_485_760,
    });
    for (const broken of ['e30=', Buffer.from('{').toString('base64'), policy([5]), policy([['above', '$key', 'x']])]) {
      expect(() => checkPolicy(broken, {}, now)).toThrow(/^Invalid Policy: /);
    }
  });

  it('is checked before a byte of the file is asked for', async () => {
    const { fields } = await signed({ Key: 'early' });
    const head = Buffer.from(await new Response(formOf({ ...fields, more: 'x' }, 'first')).arrayBuffer());
    const boundary = /^--(\S+)/.exec(head.toString())?.[1] ?? '';
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = httpRequest(`${airlock.status.endpoint}/${Bucket}`, {
        method: 'POST',
        headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': 2 ** 30 },
      });
      sent.on('response', (response) => {
        resolve(response.statusCode);
        sent.destroy();
      });
      sent.on('error', reject);
      sent.write(head.subarray(0, head.length - boundary.length - 8));
    });
    expect(status).toBe(403);
  });
});
