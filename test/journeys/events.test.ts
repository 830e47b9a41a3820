import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import Ajv from 'ajv/dist/2020.js';
import { loadFeeds } from '../../adapters/feed-files.ts';
import { Airlock } from '../support/airlock.ts';
import { assemblyWith } from '../support/assembly.ts';
import { changedAssembly } from '../support/changed-assembly.ts';

const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/events.schema.json'), 'utf8'));
const ajv = new Ajv.default();
ajv.addSchema({ ...schema, $id: 'airlock' });

interface Told {
  readonly 'detail-type': string;
  readonly source: string;
  readonly detail: Record<string, unknown>;
}

/** The test's app with a rule of somebody downstream: everything on the bus goes to a queue. */
const withListener = (): string =>
  changedAssembly(
    ({ Resources }) => {
      const [bus = ''] = Object.entries(Resources).find(([, { Type }]) => Type === 'AWS::Events::EventBus') ?? [];
      const [queue = ''] =
        Object.entries(Resources).find(([id]) => id.startsWith('AirlockMessagingFailedEvents')) ?? [];
      Resources.Downstream = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'downstream' } };
      Resources.DownstreamPolicy = {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: {
          Queues: [{ Ref: 'Downstream' }],
          PolicyDocument: {
            Statement: [
              {
                Effect: 'Allow',
                Action: 'sqs:SendMessage',
                Principal: { Service: 'events.amazonaws.com' },
                Resource: { 'Fn::GetAtt': ['Downstream', 'Arn'] },
              },
            ],
          },
        },
      };
      Resources.DownstreamRule = {
        Type: 'AWS::Events::Rule',
        Properties: {
          EventBusName: { Ref: bus },
          EventPattern: { source: ['airlock'] },
          Targets: [
            {
              Id: 'queue',
              Arn: { 'Fn::GetAtt': ['Downstream', 'Arn'] },
              DeadLetterConfig: { Arn: { 'Fn::GetAtt': [queue, 'Arn'] } },
            },
          ],
        },
      };
    },
    assemblyWith({ feeds: loadFeeds('test/feeds').filter(({ partner }) => partner === 'initech') }),
  );

describe('downstream systems', () => {
  let airlock: Airlock;
  beforeAll(async () => {
    airlock = await Airlock.start({ assembly: withListener() });
  });
  afterAll(() => airlock.stop());

  const told = async (): Promise<Told[]> => {
    const sqs = new SQSClient(airlock.client);
    const QueueUrl = `${airlock.status.endpoint}/000000000000/downstream`;
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 43_200 }),
    );
    return Messages.map(({ Body = '{}' }) => JSON.parse(Body));
  };

  const check = ({ 'detail-type': type, source, detail }: Told): string => {
    const isRight = ajv.validate(`airlock#/$defs/${type}`, detail);
    expect([source, type, isRight, ajv.errors]).toEqual(['airlock', type, true, null]);
    return `${type} ${detail.generation} ${detail.attempt} ${detail.onTime ?? detail.outcome}`;
  };

  /** Opens the next hour's request. */
  const openNext = async (): Promise<string> => {
    const hour = new Date(Math.ceil((await airlock.now()) / 3_600_000) * 3_600_000).toISOString();
    await airlock.local('POST', 'clock', { to: hour });
    const { executionArn } = await airlock.run('initech/hourly', hour);
    await airlock.settle();
    return executionArn;
  };
  const send = async (body: string) => {
    await airlock.upload(body, await airlock.link('meters@initech.example'));
    await airlock.settle();
  };
  const heard = async (): Promise<string[]> => {
    await airlock.settle();
    return (await told()).map(check);
  };

  it('hear of an accepted file, and whether it was on time', async () => {
    await openNext();
    await send('meter,value\n1,2\n');
    expect(await heard()).toEqual(['UploadAccepted 1 1 true']);
    await openNext();
    await airlock.advance('PT25M');
    await send('meter,value\n1,2\n');
    expect(await heard()).toEqual(['UploadAccepted 1 1 false']);
  });

  it('hear of what was missed, rejected and waived, in one line each', async () => {
    await openNext();
    await airlock.advance('PT65M');
    expect(await heard()).toEqual([expect.stringMatching(/^UploadMissed 1 1 Missed: nothing arrived by/)]);
    await openNext();
    await send('meter,value\n1\n');
    await airlock.advance('PT65M');
    expect(await heard()).toEqual(['UploadRejected 1 1 Rejected: 1 attempt, none of them valid']);
    await airlock.signal(await openNext(), 'OperatorWaived', 'a holiday');
    expect(await heard()).toEqual(['RequestWaived 1 1 Waived: a holiday']);
  });
});
