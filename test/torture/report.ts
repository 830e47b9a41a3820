import { kinds } from './kinds.ts';
import { type Findings, failures } from './torture.ts';
import type { Verdict } from './trial.ts';

const count = (verdicts: readonly Verdict[], isCounted: (one: Verdict) => boolean): number =>
  verdicts.filter(isCounted).length;
const held = ({ broken, hasStruck }: Verdict): boolean => hasStruck && broken.length === 0;

/** A row for each kind: how many of its places were struck, and what held. */
const rows = ({ faults }: Findings): string[] =>
  kinds.map(({ name }) => {
    const tried = faults.filter(({ trial }) => trial.startsWith(`${name} (`));
    const struck = count(tried, ({ hasStruck }) => hasStruck);
    return `| ${name} | ${struck} | ${count(tried, held)} |`;
  });

/** `docs/reliability.md`: what was done to the product, and what of its promises was left. */
export const asMarkdown = (findings: Findings, { minutes, seed }: { minutes: number; seed: string }): string => {
  const { faults, writes, random, writesOfRequest } = findings;
  const clocks = faults.filter(({ trial }) => trial.startsWith('the clock'));
  const broken = failures(findings);
  const [, kills = ''] = /^(\d+)/.exec(random.trial) ?? [];
  return `# Reliability

<!-- Written by \`npm run torture\`. -->

\`npm run torture\` does to the app, on the embedded AWS, whatever that AWS and a machine can do to it, and then asks for each of
the first six promises of the [architecture](architecture.md#what-must-always-hold): no upload is lost, one open request for a period, a
token ends its task once, every run ends, no mail is sent twice (at most once more by whoever could not say that it was sent, under
the same id), no secret is anywhere; and that every accepted file has its evidence. A fault may be
asked for of any running \`npm start\`: [local/README.md](../local/README.md#faults).

A trial of a fault is three requests at once, each from its schedule through a file that is sent back to one that is accepted.
Partners send again where nobody answered; an operator redrives what is red by a fault of ours. Then an hour passes, and the
checker (\`test/support/promises.ts\`) reads every bucket, history, mail and log of that runtime.

| | trials | struck | all promises held |
|---|---|---|---|
| ${kinds.length} kinds of fault, each at three of its occasions | ${faults.length - clocks.length} | ${count(faults, ({ hasStruck, trial }) => hasStruck && !trial.startsWith('the clock'))} | ${count(faults, (one) => held(one) && !one.trial.startsWith('the clock'))} |
| the clock set forward and back | ${clocks.length} | ${clocks.length} | ${count(clocks, held)} |
| \`kill -9\` after each of the ${writesOfRequest} writes of a request to the journal | ${writes.length} | ${count(writes, ({ hasStruck }) => hasStruck)} | ${count(writes, held)} |
| \`kill -9\` at random, ${kills} times, under three requests at a time | 1 | 1 | ${count([random], held)} |

${broken.length === 0 ? 'No promise was broken.' : `Broken:\n\n${broken.map((one) => `- ${one.trial}: ${one.broken.join('; ')}`).join('\n')}`}

It took ${minutes} minutes on two cores, with the seed \`${seed}\`. One trial of
37 runs in \`npm test\`, all of them in \`npm run test:full\` (\`test/torture/torture.test.ts\`).

## What was mended for it

- A full disk ended the runtime: what could not be put off because the disk was full was an error that nobody caught. Now the
  work waits, and says so.
- A request to the embedded AWS that broke was answered in words that no AWS client reads, so none tried again. Now it is
  \`InternalError\`.
- An end or an upload whose event never came was found by nobody, or at the next milestone. Now \`reconcile\` finds both.

## What it does not show

Link mode, the API, files in parts, requests that end missed or waived, bounces, scans, and functions that no trial names: their
journeys try them one by one. That AWS itself behaves as it documents. A power cut: SQLite keeps what the operating system has, and that may be lost. A day
in which every fault strikes at once: each trial has one. Faults of the partner's network are in \`test/web/upload.test.ts\` and
\`test/client\`.

## Every kind

| fault | struck | held |
|---|---|---|
${rows(findings).join('\n')}
`;
};
