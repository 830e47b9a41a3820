import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { presignPut } from '../adapters/presign.ts';
import { type FeedId, landingKey } from '../core/names.ts';
import { parse } from '../core/parse.ts';
import { requestDocument } from '../core/request.ts';
import { CliError, type Deployment } from './deployment.ts';

/** What a story is told with: a deployment, and a way to let time pass in it. */
export interface Stage {
  readonly sfn: SFNClient;
  readonly s3: S3Client;
  readonly deployment: Deployment;
  /** Product time, in milliseconds. */
  now(): Promise<number>;
  /** Sleeps on AWS; moves the clock on this machine. */
  pass(ms: number): Promise<void>;
  newId(): string;
  say(line: string): void;
}

export interface Story {
  readonly title: string;
  readonly feed: FeedId;
  /** How its execution must end. */
  readonly expected: string;
  /** What happens while it waits, and what must be true when it has ended. */
  whileWaiting(stage: Stage, executionArn: string): Promise<void>;
  afterwards(stage: Stage, execution: DescribeExecutionOutput): Promise<string[]>;
}

const content = 'id,amount\n1,10.50\n2,7\n';
const pollMs = 5_000;
const minute = 60_000;

/** A file on time, and one that never comes: the two promises. */
export const stories: readonly Story[] = [
  {
    title: 'a file on time',
    feed: { partner: 'airlock', feed: 'smoke-on-time' },
    expected: 'SUCCEEDED',
    async whileWaiting(stage) {
      const request = await requestOf(stage, this.feed);
      const { s3, deployment } = stage;
      // With your own credentials, for the very key of the request: the URL in the mail is the partner's secret.
      const bucket = deployment.buckets.Landing;
      const signedAt = new Date(await stage.now());
      const presigning = { bucket, key: landingKey(request, 1, 'csv'), expiresIn: 300, signedAt };
      const { url, requiredHeaders: headers } = await presignPut(s3, presigning);
      const put = () => fetch(url, { method: 'PUT', headers, body: content });
      const first = await put();
      if (!first.ok) throw new CliError(`the upload was answered ${first.status}: ${await first.text()}`);
      const second = await put();
      if (second.status !== 412) throw new CliError(`a second upload was answered ${second.status}, expected 412`);
      stage.say('uploaded; a second upload is refused (412)');
    },
    async afterwards({ s3, deployment }, { output = '{}' }) {
      const { key, outcome } = JSON.parse(output);
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: deployment.buckets.Accepted, Key: key }));
      const isSame = (await Body?.transformToString()) === content;
      return [
        ...(isSame ? [] : ['the accepted file is not what was uploaded']),
        ...(/^Accepted on time/.test(outcome) ? [] : [`the outcome is "${outcome}"`]),
      ];
    },
  },
  {
    title: 'a file that never comes',
    feed: { partner: 'airlock', feed: 'smoke-never-came' },
    expected: 'FAILED UploadNotReceived',
    async whileWaiting(stage) {
      stage.say('nothing is sent; it ends about 25 minutes after its start');
    },
    async afterwards({ sfn }, { executionArn }) {
      const entered = await statesOf(sfn, executionArn ?? '');
      return entered.includes('Escalate') ? [] : ['nobody was told when the file was due'];
    },
  },
];

/** Tells one story. @returns what was not as it should be; nothing when all was */
export const tell = async (stage: Stage, story: Story): Promise<string[]> => {
  const executionArn = await start(stage, story.feed);
  stage.say(`started ${executionArn.split(':').at(-1)}`);
  await until(stage, 10 * minute, async () => {
    const { status } = await describe(stage, executionArn);
    if (status !== 'RUNNING') return true;
    return (await statesOf(stage.sfn, executionArn)).at(-1) === 'Wait for upload';
  });
  if ((await describe(stage, executionArn)).status === 'RUNNING') await story.whileWaiting(stage, executionArn);
  await until(stage, 60 * minute, async () => (await describe(stage, executionArn)).status !== 'RUNNING');
  const ended = await describe(stage, executionArn);
  const { outcome = ended.cause ?? '' } = JSON.parse(ended.output ?? '{}');
  stage.say(outcome);
  if (/^Already open/.test(outcome)) {
    return ['this hour’s smoke test was run before: a feed is asked once per hour; try again in the next hour'];
  }
  const ending = [ended.status, ended.error].filter(Boolean).join(' ');
  if (ending !== story.expected) return [`it ended ${ending}, expected ${story.expected}`];
  return story.afterwards(stage, ended);
};

const start = async ({ sfn, deployment, newId, now }: Stage, { partner, feed }: FeedId): Promise<string> => {
  const scheduledTime = new Date(await now()).toISOString();
  const { executionArn = '' } = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn: deployment.stateMachineArn,
      name: `${partner}_${feed}_${newId().slice(0, 8)}`,
      input: JSON.stringify({ partner, feed, scheduledTime }),
    }),
  );
  return executionArn;
};

const describe = ({ sfn }: Stage, executionArn: string): Promise<DescribeExecutionOutput> =>
  sfn.send(new DescribeExecutionCommand({ executionArn }));

const statesOf = async (sfn: SFNClient, executionArn: string): Promise<string[]> => {
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  return events.flatMap(({ stateEnteredEventDetails: entered }) => (entered?.name ? [entered.name] : []));
};

/** The newest request of a feed: the ledger has one document per period, and periods sort by time. */
const requestOf = async ({ s3, deployment }: Stage, { partner, feed }: FeedId) => {
  const Bucket = deployment.buckets.Ledger;
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: `requests/${partner}/${feed}/` }));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: Contents.at(-1)?.Key }));
  return parse(requestDocument, JSON.parse((await Body?.transformToString()) ?? '{}'), 'the request');
};

const until = async (stage: Stage, limitMs: number, holds: () => Promise<boolean>): Promise<void> => {
  for (let waited = 0; !(await holds()); waited += pollMs) {
    if (waited > limitMs) throw new CliError(`nothing more happened within ${limitMs / minute} minutes`);
    if (waited > 0 && waited % (5 * minute) === 0) stage.say(`still waiting after ${waited / minute} minutes …`);
    await stage.pass(pollMs);
  }
};
