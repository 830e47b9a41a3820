import { failureQueues } from '../../core/deployed-names.ts';
import { createClients } from '../clients.ts';
import { findDeployment } from '../deployment.ts';
import { type Invocation, print } from '../invocation.ts';
import { queueNamed, redrive, waitingIn } from '../queues.ts';

/** How much each queue of failures holds. */
export const dlqList = async ({ stack, settings, asJson }: Invocation): Promise<boolean> => {
  const clients = createClients(settings);
  const { stage } = await findDeployment(clients.cloudformation, stack);
  const waiting = await Promise.all(
    failureQueues.map(async (name) => ({ name, messages: await waitingIn(clients.sqs, stage, name) })),
  );
  if (asJson) print(JSON.stringify(waiting));
  else for (const { name, messages } of waiting) print(`${name.padEnd(20)}${messages}`);
  return true;
};

/** Does again what failed. @returns false when some of it is left */
export const dlqRedrive = async ({ stack, settings, asJson, command }: Invocation): Promise<boolean> => {
  const name = queueNamed(command[2] ?? '');
  const clients = createClients(settings);
  const { stage } = await findDeployment(clients.cloudformation, stack);
  const result = await redrive(clients, stage, name, (line) => {
    if (!asJson) print(line);
  });
  if (asJson) print(JSON.stringify(result));
  else
    print(
      `${name}: ${result.done} handed over, ${result.failed.length} failed; messages in it now: ${await waitingIn(clients.sqs, stage, name)}`,
    );
  for (const reason of result.failed) process.stderr.write(`left: ${reason}\n`);
  return result.failed.length === 0;
};
