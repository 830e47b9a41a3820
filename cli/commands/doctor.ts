import { randomUUID } from 'node:crypto';
import { createClients } from '../clients.ts';
import { findDeployment } from '../deployment.ts';
import { type AreaFinding, examine } from '../doctor.ts';
import { type Invocation, print } from '../invocation.ts';
import { timeOf } from '../time.ts';

/** Looks at a whole deployment. @returns false when something failed */
export const doctor = async ({ stack, settings, asJson }: Invocation): Promise<boolean> => {
  const clients = createClients(settings);
  const deployment = await findDeployment(clients.cloudformation, stack);
  if (!asJson) print(`Airlock doctor: ${stack}\n`);
  const { now } = timeOf(settings);
  const findings = await examine({ clients, deployment, newId: randomUUID, now }, (found) => {
    if (!asJson) tell(found);
  });
  const count = (status: string) => findings.filter(({ finding }) => finding.status === status).length;
  if (asJson) print(JSON.stringify(findings.map(({ area, finding }) => ({ area, ...finding }))));
  else print(`\nok: ${count('ok')}, warnings: ${count('warning')}, failed: ${count('failed')}`);
  return count('failed') === 0;
};

const marks = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' };

const tell = ({ area, finding }: AreaFinding): void => {
  print(`  ${marks[finding.status]}  ${area.padEnd(9)}  ${finding.what}`);
  if (finding.status !== 'ok') print(`${' '.repeat(22)}fix: ${finding.fix}`);
};
