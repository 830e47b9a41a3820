import { connect } from 'node:net';
import { IAMClient, ListRolesCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import aws4 from 'aws4';
import fc from 'fast-check';
import { Airlock } from '../support/airlock.ts';

const numRuns = process.env.AIRLOCK_TESTS === 'full' ? 5_000 : 250;

describe('whatever comes over HTTP', () => {
  let airlock: Airlock;
  beforeAll(async () => {
    airlock = await Airlock.start();
  });
  afterAll(() => airlock.stop());

  const token = fc.stringMatching(/^[A-Za-z0-9._~/?=&%+-]{0,60}$/);
  const header = fc.tuple(
    fc.constantFrom(
      'authorization',
      'content-type',
      'x-amz-target',
      'x-amz-date',
      'x-amz-content-sha256',
      'if-none-match',
      'range',
      'content-encoding',
      'origin',
      'x-amz-copy-source',
      'expect',
    ),
    fc.oneof(
      fc.stringMatching(/^[ -~]{0,80}$/),
      fc.constantFrom(
        'AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=00',
        'AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/states/aws4_request, SignedHeaders=host, Signature=00',
        'Bearer x',
        'aws-chunked',
        'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        'bytes=9999999999999999999-',
        'AWSStepFunctions.StartExecution',
      ),
    ),
  );
  const asked = fc.record({
    method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'),
    path: fc.oneof(
      token,
      fc.constantFrom(
        'links/x',
        'requests/x/waive',
        'u/x',
        '_local/clock',
        '_local/faults',
        '2015-03-31/functions/x/invocations',
        '%ff',
        '%00',
        '..%2f..%2fetc',
      ),
    ),
    headers: fc.array(header, { maxLength: 5 }),
    body: fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom('{"to":"yesterday"}', '{"point":"function"}', 'null', '[]', '"x"', '<x/>', 'Action=SendEmail'),
    ),
  });

  it('is answered: no request ends the runtime, and none breaks it', async () => {
    const doors = [airlock.status.endpoint, airlock.status.outputs.PageUrl ?? '', airlock.consoleUrl];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...doors), asked, async (door, { method, path, headers, body }) => {
        const isBare = method === 'GET' || method === 'HEAD';
        const response = await fetch(`${door}/${path}`, {
          method,
          headers: headers.filter(([name]) => name !== 'expect'),
          redirect: 'manual',
          ...(!isBare && { body }),
        }).catch((error: Error) => error);
        // What no HTTP client sends at all is no matter of ours.
        if (response instanceof Error) return expect(response.message).toMatch(/invalid|fetch failed|Invalid/);
        await response.arrayBuffer();
        expect([method, path, response.status]).toEqual([method, path, expect.any(Number)]);
        expect([500, 502]).not.toContain(response.status);
      }),
      { numRuns },
    );
    expect(airlock.output).not.toMatch(/broke|Error:/);
    expect((await airlock.emails()).length).toBe(0);
    await airlock.settle();
  }, 600_000);

  it.each<[string, string, Record<string, string>]>([
    ['states', '/', { 'x-amz-target': 'AWSStepFunctions.ListExecutions' }],
    ['events', '/', { 'x-amz-target': 'AWSEvents.PutEvents' }],
    ['ses', '/v2/email/suppression/addresses', {}],
  ])('a signed call of %s whose body is no JSON object is told so', async (service, path, headers) => {
    const { endpoint, region } = airlock.status;
    const method = path === '/' ? 'POST' : 'PUT';
    for (const body of ['null', '[]', '"x"', '{']) {
      const request = { host: new URL(endpoint).host, path, method, service, region, headers, body };
      const signed = aws4.sign(request, { accessKeyId: 'local', secretAccessKey: 'local' });
      const sent = Object.entries(signed.headers ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
      const response = await fetch(`${endpoint}${path}`, { method, headers: sent, body });
      const told = `${response.headers.get('x-amzn-errortype')} ${await response.text()}`;
      expect([body, response.status, told]).toEqual([body, 400, expect.stringContaining('SerializationException')]);
    }
  });

  it.each(['null', '{', '"x"'])('a policy that is none is refused: %s', async (PolicyDocument) => {
    const iam = new IAMClient(airlock.client);
    const { Roles: [role] = [] } = await iam.send(new ListRolesCommand({}));
    const policy = { RoleName: role?.RoleName, PolicyName: 'mine', PolicyDocument };
    await expect(iam.send(new PutRolePolicyCommand(policy))).rejects.toMatchObject({
      name: expect.stringContaining('MalformedPolicyDocument'),
    });
  });

  it('that is no HTTP at all is hung up on', async () => {
    const { port } = new URL(airlock.status.endpoint);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const socket = connect(Number(port), '127.0.0.1');
        socket.on('error', () => undefined);
        socket.end(bytes);
        await new Promise((resolve) => socket.on('close', resolve).resume());
      }),
      { numRuns: Math.ceil(numRuns / 5) },
    );
    expect((await fetch(`${airlock.consoleUrl}/api/status`)).status).toBe(200);
  }, 600_000);
});
