import { functionTable } from '../../infra/constructs/function-table.ts';
import { asking } from '../cost/usage.ts';
import { drain, type Stage } from './drain.ts';

/** Seconds that a small function takes, as `npm run cost` counts them; the mailer waits for SES. */
const callSeconds = 0.3;
const mailSeconds = 0.5;

/** Retries of the workflow: 30 of at most a minute where a function is throttled, of which chance takes half. */
const throttlePatience = 30 * 30;
/** Where a service is busy: 5, of 2, 4, 8, 16, 32 seconds at most, of which chance takes half; and those of the SDK. */
const faultPatience = 35;

const scheduler: Stage = { name: 'Scheduler', burst: 1000, perSecond: 1000, patienceSeconds: 3600 };
const starts: Stage = { name: 'StartExecution', burst: 1300, perSecond: 300, patienceSeconds: 3600 };
const transitions: Stage = {
  name: 'state transitions',
  burst: 5000 / asking.transitions,
  perSecond: 5000 / asking.transitions,
  patienceSeconds: Number.POSITIVE_INFINITY,
};
const functionStage = (
  name: 'open-request' | 'generate-upload-url' | 'email-partner' | 'register-wait',
  concurrency: number,
): Stage => {
  const perSecond = concurrency / (name === 'email-partner' ? mailSeconds : callSeconds);
  return { name, burst: concurrency, perSecond, patienceSeconds: throttlePatience };
};
const mails = (perSecond: number): Stage => ({
  name: 'SES',
  burst: perSecond,
  perSecond,
  patienceSeconds: faultPatience,
});

const pathOf = (concurrency: (name: Parameters<typeof functionStage>[0]) => number, sesPerSecond: number): Stage[] => [
  scheduler,
  starts,
  transitions,
  functionStage('open-request', concurrency('open-request')),
  functionStage('generate-upload-url', concurrency('generate-upload-url')),
  functionStage('email-partner', concurrency('email-partner')),
  mails(sesPerSecond),
  functionStage('register-wait', concurrency('register-wait')),
];

const asDeployed = (name: keyof typeof functionTable): number => functionTable[name].reserved;
/** An account's 1,000, shared by the four. */
const unreserved = (): number => 250;

const scenarios: readonly (readonly [string, number, number, readonly Stage[]])[] = [
  ['1,000 partners, as deployed in prod, SES 14 a second', 1000, 0, pathOf(asDeployed, 14)],
  ['the same, spread over 5 minutes', 1000, 300, pathOf(asDeployed, 14)],
  ['10,000 partners, as deployed in prod, SES 50 a second', 10_000, 0, pathOf(asDeployed, 50)],
  ['the same, spread over 15 minutes', 10_000, 900, pathOf(asDeployed, 50)],
  ['100,000 partners, as deployed in prod, SES 50 a second', 100_000, 0, pathOf(asDeployed, 50)],
  ['100,000 partners, no reserved concurrency, SES 500 a second', 100_000, 0, pathOf(unreserved, 500)],
  ['the same, spread over 5 minutes', 100_000, 300, pathOf(unreserved, 500)],
  ['the same, spread over 15 minutes', 100_000, 900, pathOf(unreserved, 500)],
  ['the same, spread over an hour, SES 50 a second', 100_000, 3600, pathOf(unreserved, 50)],
];

const time = (seconds: number): string => (seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`);

/** `docs/scale.md`. */
export const scaleDocument = (): string => {
  const rows = scenarios.map(([what, count, windowSeconds, stages]) => {
    const { half, nearlyAll, all, slowest, givesUp } = drain(count, windowSeconds, stages);
    return `| ${what} | ${time(half)} | ${time(nearlyAll)} | ${time(all)} | ${slowest ?? 'none'} | ${givesUp.join(', ') || 'nobody'} |`;
  });
  return `# Scale

<!-- Written by \`npm run docs\` from tools/scale. -->

What many partners at 08:00 meet in AWS, on paper: default quotas, each place a token bucket, second by second, first come first
served. No part of it was measured in an account. What one machine does is measured by \`npm run bench -- load\`.

\`npm run bench -- load --requests 10000\` on two processors: all 10,000, started in one simulated minute, waited for their files
after 618 s (16.2 a second; in the queue 558 s in the median, 572 s for 95 %), each holding 15.7 kB of memory (286 MB in all, 132 MB
without them). All files were sent in 48 s, and all 10,000 accepted and archived 2,349 s after the first of them (4.3 a second).
Killed and started again, the runtime was back over 420,000 events of history in 1.3 s. Of 1,000 requests every one had its pack of
evidence five minutes later; what ends of one feed at the same moment meet is in [evidence.md](evidence.md).

| place | quota | source |
|---|---|---|
| EventBridge Scheduler, calls of targets | 1,000 a second | [quotas](https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html) |
| StartExecution (eu-west-1, us-east-1, us-west-2) | 1,300 at once, 300 a second; elsewhere 800 and 150 | [quotas](https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html) |
| state transitions (the same regions) | 5,000 at once and a second; elsewhere 800; new accounts less | the same |
| SendTaskSuccess (the same regions) | 3,000 at once, 500 a second; elsewhere 1,500 and 300 | the same |
| Lambda | 1,000 at once in an account; in \`prod\` each function has its own part (\`infra/constructs/function-table.ts\`) | [quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html) |
| SES | what the account was granted; 14 a second is usual at first | [quotas](https://docs.aws.amazon.com/ses/latest/dg/quotas.html) |
| S3 | 3,500 writes and 5,500 reads a second for each prefix | [performance](https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html) |

A request asks with ${asking.transitions} transitions, ${asking.invocations} calls of functions and one mail to each contact. When has a partner the mail, and who gives up waiting?

| | half | 99 % | all | slowest | gives up |
|---|---|---|---|---|---|
${rows.join('\n')}

Who gives up: a start after an hour (it lies in \`failed-starts\`), a function's call after 30 retries, a mail after some 35 seconds
of retries; such an execution is red and can be redriven. Ten thousand partners in one minute wait for minutes, and nobody gives up:
the mailer's own concurrency keeps SES from being overrun. Beyond that:

- **Spread their times.** Schedules of the same minute are the whole trouble: 08:00, 08:01, 08:02 … cost nothing, and \`window.due\` is
  measured from each. Over 15 minutes 100,000 partners need no more than quotas that AWS grants on request.
- Leave out the functions' own parts of the concurrency (\`-c reserveConcurrency=false\`), or raise them; and ask AWS for as many mails a
  second as then come.
- \`scheduleStacks\` for more than 200 feeds ([deploy.md](deploy.md)).

Files that come at the same minute meet SendTaskSuccess first: 10,000 need ${time(Math.round((10_000 - 3000) / 500))}. Nobody gives up there: an arrival is a fact in
the ledger before a token is used, and the next look finds it.
`;
};
