import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { IAMClient, ListRolesCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses';
import { ValidateStateMachineDefinitionCommand } from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import aws4 from 'aws4';
import { checkPattern, patternMatches } from '../../local/events/pattern.ts';
import { conditionsHold } from '../../local/identity/conditions.ts';
import { checkPolicy, parsePolicy } from '../../local/identity/policy.ts';
import { Airlock } from '../support/airlock.ts';
import { changedAssembly } from '../support/changed-assembly.ts';

const nameOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'taken',
    (error: Error) => error.name,
  );

describe('a policy', () => {
  const parse = (statement: object) => parsePolicy('p', JSON.stringify({ Statement: [statement] }));
  const right = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };

  it.each([
    ['an effect that is none', { ...right, Effect: 'deny' }, 'Effect must be Allow or Deny, got deny'],
    ['no effect', { ...right, Effect: undefined }, 'got nothing'],
    ['no action', { ...right, Action: undefined }, 'must contain actions'],
    ['an action of no service', { ...right, Action: 'GetObject' }, 'prefaced by a vendor'],
    ['no resource', { ...right, Resource: undefined }, 'must contain resources'],
    ['a principal, of an identity', { ...right, Principal: '*' }, 'should not specify a principal'],
  ])('with %s is refused, and allows nothing', (_, statement, told) => {
    expect(() => parse(statement)).toThrow(expect.objectContaining({ message: expect.stringContaining(told) }));
  });

  it('is refused where it would be misread: with a variable', () => {
    const variable = '$'.concat('{aws:PrincipalAccount}');
    const statement = { ...right, Effect: 'Deny' as const, Resource: `arn:aws:s3:::b/${variable}/*` };
    expect(() => checkPolicy('p', { Statement: [statement] })).toThrow(`policy variable ${variable}`);
    expect(() => parse(right)).not.toThrow();
  });

  it('compares ARNs part by part: no * reaches into the next', () => {
    const rule = 'arn:aws:events:eu-west-1:000000000000:rule/x';
    const like = (wanted: string) =>
      conditionsHold({ ArnLike: { 'aws:SourceArn': wanted } }, { 'aws:SourceArn': rule });
    expect(['arn:aws:events:*:rule/x', 'arn:aws:*', 'arn:aws:events:*:*:rule/*', rule].map(like)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});

describe('an event pattern', () => {
  const fits = (wanted: object, value: unknown) => patternMatches({ a: [wanted] }, { a: value });

  it('knows one wildcard, which can be escaped, and looks for leaves', () => {
    expect([fits({ wildcard: 'a?c*' }, 'abc'), fits({ wildcard: 'a?c*' }, 'a?cd')]).toEqual([false, true]);
    const escaped = String.raw`a\*c`;
    expect([fits({ wildcard: escaped }, 'abc'), fits({ wildcard: escaped }, 'a*c')]).toEqual([false, true]);
    expect([fits({ exists: true }, { b: 1 }), fits({ exists: true }, 1), fits({ exists: false }, undefined)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('excludes any of several texts', () => {
    const others = { 'anything-but': { prefix: ['_doctor/', 'malware-'] } };
    expect(() => checkPattern('Rule', { a: [others] })).not.toThrow();
    expect(['_doctor/x', 'malware-y', 'acme/z'].map((value) => fits(others, value))).toEqual([false, false, true]);
    expect(fits({ 'anything-but': { 'equals-ignore-case': ['abc', 'xyz'] } }, 'ABC')).toBe(false);
  });

  it.each([
    { prefix: { 'equals-ignore-case': 'x' } },
    { wildcard: 'a**' },
    { exists: 'yes' },
    { 'anything-but': { exists: true } },
    { prefix: ['a', 'b'] },
  ])('%j is refused: it would be misread', (operator) => {
    expect(() => checkPattern('Rule', { a: [operator] })).toThrow('Rule: event pattern');
  });
});

type Resources = Parameters<Parameters<typeof changedAssembly>[0]>[0]['Resources'];

describe('a template', () => {
  const started = (change: (resources: Resources) => void): Promise<string> => {
    const folder = changedAssembly(({ Resources }) => change(Resources));
    return Airlock.start({ assembly: folder }).then(
      async (airlock) => {
        await airlock.stop();
        return 'started';
      },
      (error: Error) => error.message,
    );
  };

  it.each([
    ['AWS::Lambda::Function', 'Timeout', 901, 'Timeout: got 901, allowed 1 to 900'],
    ['AWS::Lambda::Function', 'MemorySize', 64, 'MemorySize: got 64, allowed 128 to 10240'],
    ['AWS::SQS::Queue', 'VisibilityTimeout', 43_201, 'VisibilityTimeout: got 43201, allowed 0 to 43200'],
  ])('is refused with a %s whose %s is %i', async (type, name, value, told) => {
    const answer = await started((resources) => {
      const [found] = Object.values(resources).filter(({ Type }) => Type === type);
      if (found) found.Properties[name] = value;
    });
    expect(answer).toContain(told);
  });

  it('is refused with a policy that lets anybody into a bucket that says it lets nobody', async () => {
    const answer = await started((resources) => {
      const [found] = Object.values(resources).filter(({ Type }) => Type === 'AWS::S3::BucketPolicy');
      found?.Properties.PolicyDocument.Statement.push({
        Effect: 'Allow',
        Principal: '*',
        Action: 's3:GetObject',
        Resource: '*',
      });
    });
    expect(answer).toContain('the policy lets anybody in, and BlockPublicPolicy of');
  });
});

describe('what AWS refuses, or answers by parts,', () => {
  let airlock: Airlock;
  beforeAll(async () => {
    airlock = await Airlock.start();
  });
  afterAll(() => airlock.stop());

  it('of roles and sessions: a policy that is none, and a narrowing that would not be read', async () => {
    const iam = new IAMClient(airlock.client);
    const PolicyDocument = JSON.stringify({ Statement: [{ Action: 's3:*' }] });
    const { Roles: [{ RoleName = '' } = {}] = [] } = await iam.send(new ListRolesCommand({}));
    const put = { RoleName, PolicyName: 'p', PolicyDocument };
    expect(await nameOf(iam.send(new PutRolePolicyCommand(put)))).toMatch(/^MalformedPolicyDocument/);
    const sts = new STSClient(airlock.client);
    const assume = { RoleArn: 'arn:aws:iam::000000000000:role/any', RoleSessionName: 'any' };
    const narrowed = { ...assume, PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/AWSDenyAll' }] };
    await expect(sts.send(new AssumeRoleCommand(narrowed))).rejects.toThrow(
      'PolicyArns.member.1.arn is not implemented',
    );
  });

  it('of functions: another version, none, and only whether one may', async () => {
    const lambda = new LambdaClient(airlock.client);
    const invoke = (more: object) =>
      lambda.send(new InvokeCommand({ FunctionName: 'airlock-dev-look-for-upload', Payload: '{}', ...more }));
    expect((await invoke({ Qualifier: '1' })).ExecutedVersion).toBe('1');
    expect((await invoke({})).ExecutedVersion).toBe('$LATEST');
    expect(await nameOf(invoke({ Qualifier: '77' }))).toBe('ResourceNotFoundException');
    const before = (await airlock.traces()).length;
    expect((await invoke({ InvocationType: 'DryRun' })).StatusCode).toBe(204);
    expect(await airlock.traces()).toHaveLength(before);
  });

  it('of events: each by itself', async () => {
    const events = new EventBridgeClient(airlock.client);
    const good = { Source: 'mine', DetailType: 'Told', Detail: '{"a":1}', Time: new Date('2026-01-02T03:04:05Z') };
    const answer = await events.send(
      new PutEventsCommand({
        Entries: [good, { ...good, Source: 'aws.x' }, { ...good, Detail: 'nope' }, { ...good, Detail: '[1]' }],
      }),
    );
    expect(answer.FailedEntryCount).toBe(3);
    expect(answer.Entries?.map(({ EventId, ErrorCode }) => ErrorCode ?? typeof EventId)).toEqual([
      'string',
      'NotAuthorizedForSourceException',
      'MalformedDetail',
      'MalformedDetail',
    ]);
    const many = new PutEventsCommand({ Entries: Array(11).fill(good) });
    expect(await nameOf(events.send(many))).toBe('ValidationException');
  });

  it('of objects in parts: the conditions and names that a whole one has', async () => {
    const [Bucket, Key] = [airlock.bucket('Accepted'), 'a/b/c/parts.bin'];
    const { s3 } = airlock;
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'first', IfNoneMatch: '*' }));
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: 'second' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    const complete = (IfNoneMatch: string) =>
      s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload, IfNoneMatch }));
    expect([await nameOf(complete('"x"')), await nameOf(complete('*'))]).toEqual([
      'NotImplemented',
      'PreconditionFailed',
    ]);
    const long = new CreateMultipartUploadCommand({ Bucket, Key: 'x'.repeat(1025) });
    expect(await nameOf(s3.send(long))).toBe('KeyTooLongError');
    // Of a version that is not the current one nothing is compared.
    const { VersionId } = await s3.send(new HeadObjectCommand({ Bucket, Key }));
    const newer = await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'third', IfMatch: '*' }));
    const old = (IfMatch: string | undefined) => new DeleteObjectCommand({ Bucket, Key, VersionId, IfMatch });
    expect(await nameOf(s3.send(old('"0"')))).toBe('PreconditionFailed');
    expect(await nameOf(s3.send(old(newer.ETag)))).toBe('taken');
  });

  it('of objects: a checksum that nobody here could check', async () => {
    const put = (header: string) => {
      const url = new URL(`${airlock.status.endpoint}/${airlock.bucket('Accepted')}/a/b/c/sum.bin`);
      const { headers = {} } = aws4.sign(
        {
          service: 's3',
          region: 'eu-west-1',
          method: 'PUT',
          host: url.host,
          path: url.pathname,
          headers: { [header]: 'AAAA', 'if-none-match': '*' },
          body: 'x',
        },
        { accessKeyId: 'local', secretAccessKey: 'local' },
      );
      const texts = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
      return fetch(url, { method: 'PUT', headers: texts, body: 'x' }).then(({ status }) => status);
    };
    expect([await put('x-amz-checksum-sha512'), await put('x-amz-meta-any')]).toEqual([501, 200]);
  });

  it('of copies: onto itself without a change, of a kind that is none, from what is no address', async () => {
    const [Bucket, Key] = [airlock.bucket('Accepted'), 'a/b/c/copy.bin'];
    await airlock.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', IfNoneMatch: '*' }));
    const copy = (more: object) =>
      nameOf(airlock.s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${Key}`, ...more })));
    expect([
      await copy({}),
      await copy({ Key: 'a/b/c/other.bin', MetadataDirective: 'NONSENSE' }),
      await copy({ Key: 'a/b/c/other.bin', CopySource: `${Bucket}/%zz` }),
      await copy({ Key: 'a/b/c/other.bin', ChecksumAlgorithm: 'SHA256' }),
      await copy({ MetadataDirective: 'REPLACE' }),
      await copy({ Key: 'a/b/c/other.bin' }),
    ]).toEqual(['InvalidRequest', 'InvalidArgument', 'InvalidArgument', 'NotImplemented', 'taken', 'taken']);
  });

  it('of mails: everybody they are to, whoever is named how', async () => {
    const ses = new SESClient(airlock.client);
    const Source = 'Airlock <airlock@example.com>';
    const Destination = {
      ToAddresses: ['a@x.example'],
      CcAddresses: ['B <b@x.example>'],
      BccAddresses: ['c@x.example'],
    };
    const Message = { Subject: { Data: 'For all' }, Body: { Text: { Data: 'x' } } };
    await ses.send(new SendEmailCommand({ Source, Destination, Message }));
    const [mail] = (await airlock.emails()).filter(({ subject }) => subject === 'For all');
    expect(mail?.to).toEqual(['a@x.example', 'b@x.example', 'c@x.example']);
  });

  it('of alarms: those that were asked for', async () => {
    const cloudwatch = new CloudWatchClient(airlock.client);
    const AlarmNames = ['airlock-dev-requests-missed'];
    const { MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames }));
    expect(MetricAlarms.map(({ AlarmName }) => AlarmName)).toEqual(AlarmNames);
  });

  it('of messages: what is out of range', async () => {
    const sqs = new SQSClient(airlock.client);
    const QueueUrl = `${airlock.status.endpoint}/000000000000/airlock-dev-failed-starts`;
    const send = (more: object) => nameOf(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', ...more })));
    const take = (more: object) => nameOf(sqs.send(new ReceiveMessageCommand({ QueueUrl, ...more })));
    expect([
      await send({ DelaySeconds: 901 }),
      await send({ MessageBody: '\u0001' }),
      await take({ MaxNumberOfMessages: 11 }),
      await take({ VisibilityTimeout: 43_201 }),
      await take({ MaxNumberOfMessages: 10 }),
    ]).toEqual([
      'InvalidParameterValue',
      'InvalidMessageContents',
      'InvalidParameterValue',
      'InvalidParameterValue',
      'taken',
    ]);
  });

  it('of definitions: an expression that does not parse, or names a field of nothing', async () => {
    const told = async (expression: string) => {
      const States = { E: { Type: 'Pass', Output: { v: `{% ${expression} %}` }, End: true } };
      const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'E', States });
      const { diagnostics = [] } = await airlock.sfn.send(new ValidateStateMachineDefinitionCommand({ definition }));
      return diagnostics.map(({ code, location }) => `${code} at ${location}`).join();
    };
    const [invalid, unsupported] = ['INVALID_JSONATA_EXPRESSION', 'UNSUPPORTED_JSONATA_EXPRESSION'];
    const at = '/States/E/Output/v';
    expect(await told('1 + ')).toBe(`${invalid} at ${at}`);
    for (const expression of ['phone', '$$', '[1, c]', "{'a': b}", '$x := y', 'a ? 1 : 2', '$sum(prices)']) {
      expect([expression, await told(expression)]).toEqual([expression, `${unsupported} at ${at}`]);
    }
    for (const expression of [
      '$states.input.a[b = 1].c',
      '$map([1], function($v) { $v })',
      '$states.input.list^(age)',
    ]) {
      expect([expression, await told(expression)]).toEqual([expression, '']);
    }
  });

  it('of signatures: a day that is another than that of the request', async () => {
    const url = new URL(`${airlock.status.endpoint}/${airlock.bucket('Accepted')}?list-type=2`);
    const { headers = {} } = aws4.sign(
      { service: 's3', region: 'eu-west-1', method: 'GET', host: url.host, path: `${url.pathname}${url.search}` },
      { accessKeyId: 'local', secretAccessKey: 'local' },
    );
    const texts = Object.entries(headers).map(([name, value]): [string, string] => [
      name,
      String(value).replace(/Credential=local\/\d{8}/, 'Credential=local/20010101'),
    ]);
    const answer = await fetch(url, { headers: texts });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('Invalid credential date')]);
  });
});
