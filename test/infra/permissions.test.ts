import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { synthesize } from '../support/template.ts';

/** Resource types by action, as AWS publishes them: none means that only `*` can be named. */
const { services }: { services: Record<string, Record<string, string[]>> } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../support/service-authorization.json'), 'utf8'),
);
const resourceTypes = (action: string): string[] | undefined => {
  const [service = '', name = ''] = action.split(':');
  return services[service]?.[name];
};

const templates = synthesize({ stage: 'prod', domain: 'example.org', encryptWorkflow: true });
const statements = templates.statements('AWS::IAM::Policy');
const actionsOf = ({ Action }: { Action: string | readonly string[] }): string[] => [Action].flat();

describe('permissions', () => {
  it('name actions that AWS has', () => {
    const unknown = statements.flatMap(([, one]) => actionsOf(one)).filter((action) => !resourceTypes(action));
    expect(unknown).toEqual([]);
  });

  it('hold no wildcard action, and nobody may delete data', () => {
    const actions = statements.flatMap(([, one]) => actionsOf(one));
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
    expect(actions.filter((action) => /delete/i.test(action))).toEqual(['logs:DeleteLogDelivery']);
  });

  it('name every resource * only for actions that have no narrower one', () => {
    const wide = statements.filter(([, { Resource }]) => Resource === '*');
    const narrower = wide.flatMap(([, one]) => actionsOf(one)).filter((action) => resourceTypes(action)?.length !== 0);
    expect(narrower).toEqual([]);
    expect([...new Set(wide.map(([, { Sid }]) => Sid))].sort()).toEqual(['CompleteTasks', 'WriteLogs', 'WriteTraces']);
  });

  it('are all named and hand-written: no policy comes from a construct, and none is AWS-managed', () => {
    expect(statements.filter(([, { Sid }]) => !Sid)).toEqual([]);
    expect(templates.entries('AWS::IAM::Policy').filter(([id]) => id.includes('DefaultPolicy'))).toEqual([]);
    expect(templates.all('AWS::IAM::Role').filter(({ Properties }) => Properties.ManagedPolicyArns)).toEqual([]);
  });

  it('never combine reading history with completing tasks in one role', () => {
    const rolesThat = (...actions: readonly string[]) =>
      statements.filter(([, one]) => actionsOf(one).some((action) => actions.includes(action))).map(([id]) => id);
    const reading = rolesThat('states:GetExecutionHistory');
    expect(reading.map((id) => /Functions(\w+?)Policy/.exec(id)?.[1])).toEqual(['ArchiveExecution', 'Reconcile']);
    const completing = rolesThat('states:SendTaskSuccess', 'states:SendTaskFailure');
    expect(completing.filter((id) => reading.includes(id))).toEqual([]);
  });

  it('let a role use the key through S3 alone, and for executions the machine and whoever keeps evidence of them', () => {
    const kms = statements.filter(([, one]) => actionsOf(one).some((action) => /^kms:(?!.*Mac$)/.test(action)));
    const others = kms.filter(([, { Condition }]) => !Condition?.StringEquals?.['kms:ViaService']);
    const ofExecutions = 'kms:EncryptionContext:aws:states:stateMachineArn';
    const told = others.map(([id, one]) => [id, actionsOf(one), Object.keys(one.Condition?.StringEquals ?? {})]);
    expect(told).toEqual([
      [expect.stringContaining('ArchiveExecution'), ['kms:Decrypt'], [ofExecutions]],
      [expect.stringContaining('Reconcile'), ['kms:Decrypt'], [ofExecutions]],
      [expect.stringContaining('Workflow'), ['kms:Decrypt', 'kms:GenerateDataKey'], [ofExecutions]],
      [expect.stringContaining('Workflow'), ['kms:GenerateDataKey'], ['kms:EncryptionContext:SourceArn']],
    ]);
  });
});
