import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import aws4 from 'aws4';
import fc from 'fast-check';
import { splitUrl } from '../../local/http/request.ts';
import { canonicalRequest, sha256Hex, signature, stringToSign, uriEncode } from '../../local/identity/sigv4.ts';

interface Vector {
  readonly name: string;
  readonly request: string;
  readonly canonicalRequest: string;
  readonly stringToSign: string;
  readonly authorization: string;
}

const suite: { secretAccessKey: string; region: string; service: string; vectors: Vector[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'sigv4-vectors/vectors.json'), 'utf8'),
);

/** A raw request of the suite: header lines may be folded and may repeat. */
const parseRequest = (raw: string, canonical: string) => {
  const [head = '', ...bodies] = raw.split('\n\n');
  const [first = '', ...lines] = head.split('\n');
  const [, method = '', target = ''] = /^(\S+) (.*) HTTP\/1\.1$/.exec(first) ?? [];
  const headers: Record<string, string> = {};
  let last = '';
  for (const line of lines) {
    if (/^\s/.test(line)) headers[last] = `${headers[last]} ${line.trim()}`;
    else {
      const at = line.indexOf(':');
      last = line.slice(0, at).toLowerCase();
      const value = line.slice(at + 1).trim();
      headers[last] = last in headers ? `${headers[last]},${value}` : value;
    }
  }
  // The suite hands a session token to the signer beside the request.
  const token = /^x-amz-security-token:(.*)$/m.exec(canonical)?.[1];
  if (token !== undefined && !('x-amz-security-token' in headers)) headers['x-amz-security-token'] = token;
  return { method, headers, body: bodies.join('\n\n'), ...splitUrl(target) };
};

describe('signatures', () => {
  it.each(suite.vectors)('of the published vector $name come out the same', (vector) => {
    const { method, path, query, headers, body } = parseRequest(vector.request, vector.canonicalRequest);
    const signedHeaders = (/SignedHeaders=([^,]+)/.exec(vector.authorization)?.[1] ?? '').split(';');
    const canonical = canonicalRequest(
      { method, path, query, headers, signedHeaders, payloadHash: sha256Hex(body) },
      suite.service,
    );
    expect(canonical).toBe(vector.canonicalRequest);
    const scope = { date: '20150830', region: suite.region, service: suite.service };
    const text = stringToSign(canonical, '20150830T123600Z', scope);
    expect(text).toBe(vector.stringToSign);
    expect(vector.authorization).toContain(`Signature=${signature(suite.secretAccessKey, scope, text)}`);
  });

  it('of presigned URLs are byte-identical between the SDK and an independent signer', async () => {
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret/KEY+', sessionToken: 'a/b+c==' };
    const s3 = new S3Client({ region: 'eu-west-1', credentials, requestChecksumCalculation: 'WHEN_REQUIRED' });
    const signingDate = new Date('2026-11-22T06:00:00Z');
    const command = new PutObjectCommand({
      Bucket: 'landing',
      Key: 'acme/daily-orders/2026-11-22/1/1/upload.csv',
      IfNoneMatch: '*',
    });
    const ours = new URL(await getSignedUrl(s3, command, { expiresIn: 3300, signingDate }));
    const query = [...ours.searchParams].filter(([name]) => name !== 'X-Amz-Signature');
    const encoded = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
    const signed = aws4.sign(
      {
        service: 's3',
        region: 'eu-west-1',
        method: 'PUT',
        host: ours.host,
        path: `${ours.pathname}?${encoded}`,
        headers: { 'if-none-match': '*' },
        signQuery: true,
      },
      credentials,
    );
    const theirs = new URL(`https://${ours.host}${signed.path}`);
    expect(theirs.searchParams.get('X-Amz-Signature')).toBe(ours.searchParams.get('X-Amz-Signature'));
  });

  it.each(['s3', 'states'])('of any request to %s are those of an independent signer', (service) => {
    const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret/KEY+' };
    const text = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((one) => one.isWellFormed());
    const segment = fc.oneof(text, fc.constantFrom('a b', "it's", '(x)*!', 'é', '%', '+', '~', '=', '&', ':'));
    const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
    const asked = fc.record({
      method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE'),
      // What a client normalizes differs; S3 does not.
      segments: fc.array(
        segment.filter((one) => !/^\.{1,2}$|\//.test(one)),
        { minLength: 1, maxLength: 4 },
      ),
      query: fc.uniqueArray(fc.tuple(fc.stringMatching(/^[A-Za-z-]{1,8}$/), text), {
        maxLength: 3,
        selector: ([name]) => name,
      }),
      more: value,
      body: fc.string(),
    });
    fc.assert(
      fc.property(asked, ({ method, segments, query, more, body }) => {
        const path = `/${segments.map(uriEncode).join('/')}`;
        const asText = query.map(([name, one]) => `${uriEncode(name)}=${uriEncode(one)}`).join('&');
        const signed = aws4.sign(
          {
            service,
            region: 'eu-west-1',
            method,
            host: 'x.example',
            path: asText ? `${path}?${asText}` : path,
            headers: { 'x-amz-meta-more': more, 'X-Amz-Date': '20261122T060000Z' },
            body,
          },
          keys,
        );
        const headers = Object.fromEntries(
          Object.entries(signed.headers ?? {}).map(([name, one]) => [name.toLowerCase(), String(one)]),
        );
        const [, names = '', theirs = ''] =
          /SignedHeaders=([^,]+), Signature=(\w+)/.exec(headers.authorization ?? '') ?? [];
        const parts = { method, path, query, headers, signedHeaders: names.split(';'), payloadHash: sha256Hex(body) };
        const scope = { date: '20261122', region: 'eu-west-1', service };
        const ours = signature(
          keys.secretAccessKey,
          scope,
          stringToSign(canonicalRequest(parts, service), '20261122T060000Z', scope),
        );
        expect(ours).toBe(theirs);
      }),
      { numRuns: 300 },
    );
  });

  it('of S3 keep a path as it was sent: nothing is normalized, what is no escape stands for itself, no path is the root', () => {
    const pathOf = (path: string, service = 's3') =>
      canonicalRequest(
        { method: 'GET', path, query: [], headers: {}, signedHeaders: [], payloadHash: '' },
        service,
      ).split('\n')[1];
    expect(['/a//b/./../c', '/100%', '', '/a%20b'].map((path) => pathOf(path))).toEqual([
      '/a//b/./../c',
      '/100%25',
      '/',
      '/a%20b',
    ]);
    expect(['/a//b/./../c', '/a/', '/a/.', '/a/b/..', '/..', ''].map((path) => pathOf(path, 'states'))).toEqual([
      '/a/c',
      '/a/',
      '/a/',
      '/a/',
      '/',
      '/',
    ]);
  });

  it('encode all but the unreserved characters of RFC 3986', () => {
    expect(uriEncode("AZaz09-_.~ !'()*/é")).toBe('AZaz09-_.~%20%21%27%28%29%2A%2F%C3%A9');
  });

  it('cover values of headers without the spaces around them, and sort repeated names of a query by their values', () => {
    const canonical = canonicalRequest(
      {
        method: 'GET',
        path: '/',
        query: [
          ['b', '2'],
          ['b', '10'],
          ['a', ''],
        ],
        headers: { 'x-note': '  a   b ' },
        signedHeaders: ['x-absent', 'x-note'],
        payloadHash: 'hash',
      },
      's3',
    );
    expect(canonical).toBe('GET\n/\na=&b=10&b=2\nx-absent:\nx-note:a b\n\nx-absent;x-note\nhash');
  });
});
