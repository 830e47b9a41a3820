import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allEnvironmentKeys, environmentKeys } from '../../core/environment.ts';
import { handlerNames } from '../../infra/bundle.ts';
import { type Settings, withDefaults } from '../../infra/config.ts';
import { functionNames, functionTable } from '../../infra/constructs/function-table.ts';
import { pascal } from '../../infra/constructs/functions.ts';
import { definitionFile, workflowFunctions } from '../../infra/constructs/workflow.ts';
import { testAssembly } from '../support/airlock.ts';

interface Resource {
  readonly Type: string;
  readonly Properties: ReturnType<typeof JSON.parse>;
  readonly DeletionPolicy?: string;
}

const template: { Resources: Record<string, Resource> } = JSON.parse(
  readFileSync(join(testAssembly, 'Airlock-dev.template.json'), 'utf8'),
);
const all = (type: string): Resource[] => Object.values(template.Resources).filter(({ Type }) => Type === type);
const statements = all('AWS::IAM::Policy').flatMap(({ Properties }) => Properties.PolicyDocument.Statement);

describe('the stack', () => {
  it('has a function for every handler, and a row in the table for each', () => {
    expect(handlerNames()).toEqual([...functionNames].sort());
    expect(
      all('AWS::Lambda::Function')
        .map(({ Properties }) => Properties.FunctionName)
        .sort(),
    ).toEqual(functionNames.map((name) => `airlock-dev-${name}`).sort());
  });

  it('runs its functions on Node 24, arm64, each with its own role and its own log group with a retention', () => {
    for (const { Properties } of all('AWS::Lambda::Function')) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    }
    const roles = new Set(all('AWS::Lambda::Function').map(({ Properties }) => JSON.stringify(Properties.Role)));
    expect(roles.size).toBe(functionNames.length);
    expect(all('AWS::Logs::LogGroup').every(({ Properties }) => Properties.RetentionInDays > 0)).toBe(true);
    expect(all('AWS::Logs::LogGroup')).toHaveLength(functionNames.length);
  });

  it('substitutes exactly what the workflow names', () => {
    const named = new Set([...readFileSync(definitionFile, 'utf8').matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
    expect([...named].sort()).toEqual(workflowFunctions.map(pascal).sort());
    const [machine] = all('AWS::StepFunctions::StateMachine');
    expect(Object.keys(machine?.Properties.DefinitionSubstitutions).sort()).toEqual([...named].sort());
    expect(machine?.Properties.StateMachineName).toBe('airlock-dev');
  });

  it('sets every environment key that some function reads, under its declared name', () => {
    const set = new Set(
      all('AWS::Lambda::Function').flatMap(({ Properties }) => Object.keys(Properties.Environment.Variables)),
    );
    expect(allEnvironmentKeys.map((key) => environmentKeys[key]).filter((name) => !set.has(name))).toEqual([]);
  });

  it('gives each wait of a task more time than its function has', () => {
    const { States } = JSON.parse(readFileSync(definitionFile, 'utf8'));
    const short = Object.entries<{ Arguments?: { FunctionName: string }; TimeoutSeconds?: number | string }>(
      States,
    ).filter(([, state]) => {
      const name = workflowFunctions.find((one) => state.Arguments?.FunctionName === `\${${pascal(one)}}`);
      return (
        name !== undefined &&
        typeof state.TimeoutSeconds === 'number' &&
        state.TimeoutSeconds <= functionTable[name].timeoutSeconds
      );
    });
    expect(short.map(([name]) => name)).toEqual([]);
  });

  it('starts each feed by its own schedule, in its zone, with a queue for what fails and a limit to lateness', () => {
    const schedules = all('AWS::Scheduler::Schedule');
    expect(
      schedules.map(({ Properties }) => [Properties.Name, Properties.ScheduleExpressionTimezone, Properties.State]),
    ).toEqual([
      ['acme_orders', 'Europe/Berlin', 'ENABLED'],
      ['globex_claims', 'UTC', 'ENABLED'],
      ['initech_hourly', 'Europe/Berlin', 'DISABLED'],
    ]);
    for (const { Properties } of schedules) {
      expect(Properties.Target.RetryPolicy.MaximumEventAgeInSeconds).toBeLessThanOrEqual(3600);
      expect(Properties.Target.DeadLetterConfig).toBeDefined();
    }
  });
});

describe('permissions', () => {
  it('hold no wildcard action, no delete, and no resource *', () => {
    const actions = statements.flatMap(({ Action }) => Action);
    expect(actions.filter((action: string) => action.includes('*') || /delete/i.test(action))).toEqual([]);
    expect(statements.filter(({ Resource }) => JSON.stringify(Resource) === '"*"')).toEqual([]);
  });

  it('are all named', () => {
    expect(statements.filter(({ Sid }) => !Sid)).toEqual([]);
  });

  it('never combine reading history with completing tasks in one role', () => {
    expect(statements.flatMap(({ Action }) => Action)).not.toContain('states:GetExecutionHistory');
  });
});

describe('buckets', () => {
  it('are five, private, versioned, TLS only', () => {
    const buckets = all('AWS::S3::Bucket');
    expect(buckets).toHaveLength(5);
    for (const { Properties } of buckets) {
      expect(Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
      expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    }
    const denies = all('AWS::S3::BucketPolicy').map(({ Properties }) => JSON.stringify(Properties.PolicyDocument));
    expect(denies.filter((policy) => policy.includes('"aws:SecureTransport":"false"'))).toHaveLength(5);
  });

  it('adds no hidden function for its events', () => {
    expect(Object.values(template.Resources).filter(({ Type }) => Type.startsWith('Custom::'))).toEqual([]);
  });
});

describe('a stage', () => {
  const config = (settings: Settings) => withDefaults(settings);

  it('called prod keeps data and needs a sender', () => {
    expect(() => config({ stage: 'prod' })).toThrow(/stage prod needs -c sender=/);
    expect(config({ stage: 'prod', domain: 'example.org' })).toMatchObject({
      removalPolicy: 'retain',
      sender: 'airlock@example.org',
      identity: 'example.org',
    });
  });

  it('of an unusable name is refused with what is allowed', () => {
    expect(() => config({ stage: 'Prod_1' })).toThrow(/1 to 12 lower-case letters, digits or hyphens, got "Prod_1"/);
  });
});
