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
    expect(statements.flatMap(([, one]) => actionsOf(one))).not.toContain('states:GetExecutionHistory');
  });

  it('let a role use the key through S3 alone, and the machine for its own executions', () => {
    const kms = statements.filter(([, one]) => actionsOf(one).some((action) => /^kms:(?!.*Mac$)/.test(action)));
    const loose = kms.filter(
      ([id, { Condition }]) => !id.includes('Workflow') && !Condition?.StringEquals?.['kms:ViaService'],
    );
    expect(loose).toEqual([]);
    const machine = kms.filter(([id]) => id.includes('Workflow'));
    expect(machine.flatMap(([, { Condition }]) => Object.keys(Condition?.StringEquals ?? {}))).toEqual([
      'kms:EncryptionContext:aws:states:stateMachineArn',
      'kms:EncryptionContext:SourceArn',
    ]);
  });
});
