import { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { type Airlock, requestIdIn } from './airlock.ts';
import { leaksOf } from './leaks.ts';

interface RequestRecord {
  readonly requestId: string;
  readonly status: string;
  readonly execution: { readonly arn: string };
  readonly plan: { readonly milestones: readonly { readonly at: string }[] };
  readonly outcome?: { readonly kind: string; readonly versionId?: string };
}

/** What a runtime that has come to rest has in its buckets and executions. */
interface Remains {
  readonly airlock: Airlock;
  readonly requests: readonly RequestRecord[];
  readonly executions: readonly { readonly arn: string; readonly status: string; readonly events: HistoryEvent[] }[];
}

/** The longest that a task may still take after the close, the machine's retries included. */
const graceMs = 3_600_000;

/**
 * What must always hold (the list in the design), asked of a runtime that has come to rest, whatever was done to it before.
 *
 * @param mostSends of one mail: 2 after a crash
 * @returns each promise that was broken, in words; none when all hold
 */
export const brokenPromises = async (airlock: Airlock, mostSends = 1): Promise<string[]> => {
  const documents = await Promise.all(
    (await airlock.keys('Ledger', 'requests/')).map((key) => airlock.text('Ledger', key)),
  );
  const executions = await Promise.all(
    (await airlock.executions()).map(async ({ executionArn: arn = '', status = '' }) => ({
      arn,
      status,
      events: await airlock.history(arn),
    })),
  );
  const remains: Remains = { airlock, requests: documents.map((text) => JSON.parse(text)), executions };
  return [
    ...(await lostUploads(remains)),
    ...doubleRequests(remains),
    ...doubleCompletions(remains),
    ...(await endless(remains)),
    ...(await doubleMails(airlock, mostSends)),
    ...(
      await leaksOf(
        airlock,
        executions.map(({ arn }) => arn),
      )
    ).map((place) => `a secret is in ${place}`),
  ];
};

/** 1. Every upload ends in exactly one of accepted, rejected with findings, afterClose, unexpected, or waits in a request that can be redriven. */
const lostUploads = async ({ airlock, requests, executions }: Remains): Promise<string[]> => {
  const { Versions = [] } = await airlock.s3.send(new ListObjectVersionsCommand({ Bucket: airlock.bucket('Landing') }));
  const [arrivals, findings] = [await airlock.keys('Ledger', 'arrivals/'), await airlock.keys('Ledger', 'findings/')];
  const broken: string[] = [];
  for (const { Key = '', VersionId = '' } of Versions) {
    const folder = Key.slice(0, Key.lastIndexOf('/'));
    const record = arrivals.find((key) => key.endsWith(`/${VersionId}.json`));
    const [partner, feed, period] = folder.split('/');
    const request = requests.find(({ requestId }) => requestId === `${partner}_${feed}_${period}`);
    const { status } = executions.find(({ arn }) => arn === request?.execution.arn) ?? {};
    const settled = record && JSON.parse(await airlock.text('Ledger', record)).settled;
    const isAccepted = request?.outcome?.versionId === VersionId;
    const isJudged = findings.includes(`findings/${folder}/report.json`);
    const mayWait = status === 'RUNNING' || (status === 'FAILED' && request?.status === 'open');
    const isSettled =
      settled === 'taken' ? isAccepted || isJudged : settled === 'afterClose' || settled === 'unexpected';
    if (isAccepted && settled !== 'taken') broken.push(`${Key} was accepted, and settled as ${settled}`);
    if (!isSettled && !mayWait) broken.push(`${Key} was stored and is lost: ${settled ?? 'no arrival'}, ${status}`);
  }
  return broken;
};

/** 2. One open request per feed and period. */
const doubleRequests = ({ executions }: Remains): string[] => {
  const running = executions.flatMap(({ status, events }) => {
    const id = requestIdIn(events);
    return status === 'RUNNING' && id !== undefined ? [id] : [];
  });
  return running.filter((id, index) => running.indexOf(id) !== index).map((id) => `${id} is open twice`);
};

/** 3. A token ends its task once: every try of a task has one end. */
const doubleCompletions = ({ executions }: Remains): string[] =>
  executions.flatMap(({ arn, events }) => {
    let ends = 0;
    return events.flatMap(({ type = '', id }) => {
      if (type === 'TaskScheduled') ends = 0;
      else if (/^Task(Succeeded|Failed|TimedOut)$/.test(type)) ends += 1;
      return ends > 1 ? [`${arn}: event ${id} ends a task that had ended`] : [];
    });
  });

/** 4. Every execution reaches a terminal state by its close. */
const endless = async ({ airlock, requests, executions }: Remains): Promise<string[]> => {
  const now = await airlock.now();
  return requests.flatMap(({ requestId, execution, plan }) => {
    const { status } = executions.find(({ arn }) => arn === execution.arn) ?? {};
    const isOver = Date.parse(plan.milestones.at(-1)?.at ?? '') + graceMs < now;
    return isOver && status === 'RUNNING' ? [`${requestId} goes on after its close`] : [];
  });
};

/** 5. One accepted send per request, generation, attempt, issue, kind and recipient; after a crash one more of the same id. */
const doubleMails = async (airlock: Airlock, most: number): Promise<string[]> => {
  const sent = new Map<string, string[]>();
  for (const { tags } of await airlock.emails()) {
    const { notificationId = '', ...occasion } = tags;
    const name = JSON.stringify(occasion);
    sent.set(name, [...(sent.get(name) ?? []), notificationId]);
  }
  return [...sent].flatMap(([occasion, ids]) => [
    ...(ids.length > most ? [`sent ${ids.length} times: ${occasion}`] : []),
    ...(new Set(ids).size > 1 ? [`sent under ${new Set(ids).size} ids: ${occasion}`] : []),
  ]);
};
