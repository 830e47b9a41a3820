import { randomUUID } from 'node:crypto';
import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import { createClients } from '../clients.ts';
import { CliError, findDeployment } from '../deployment.ts';
import { type Invocation, print } from '../invocation.ts';
import { isForSmoke, schedulesOf } from '../schedules.ts';
import { stories, tell } from '../stories.ts';
import { timeOf } from '../time.ts';

/** Tells both stories against a deployment. @returns false when one did not end as it should */
export const smoke = async ({ stack, settings, asJson }: Invocation): Promise<boolean> => {
  const clients = createClients(settings);
  const deployment = await findDeployment(clients.cloudformation, stack);
  const time = timeOf(settings);
  // Looked at first: what is started leaves marks in histories and reports.
  if (!(await areDeployed(clients.scheduler, deployment.stage))) {
    throw new CliError(
      `${stack} has no feeds for this: deploy it with -c smoke=true (npm start -- --smoke on this machine)`,
    );
  }
  const results: { story: string; problems: string[] }[] = [];
  for (const story of stories) {
    if (!asJson) print(`${story.title} (${story.feed.partner}/${story.feed.feed})`);
    const say = (line: string) => (asJson ? undefined : print(`    ${line}`));
    const problems = await tell({ ...clients, ...time, deployment, newId: randomUUID, say }, story);
    results.push({ story: story.title, problems });
    for (const problem of problems) say(`FAILED: ${problem}`);
  }
  const isGood = results.every(({ problems }) => problems.length === 0);
  print(asJson ? JSON.stringify(results) : isGood ? '\nboth stories ended as they should' : '\nnot as it should be');
  return isGood;
};

const areDeployed = async (client: SchedulerClient, stage: string): Promise<boolean> => {
  for await (const schedule of schedulesOf(client, stage)) if (isForSmoke(schedule)) return true;
  return false;
};
