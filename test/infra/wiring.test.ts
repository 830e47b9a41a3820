import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { loadFeeds } from '../../adapters/feed-files.ts';
import { allEnvironmentKeys, environmentKeys } from '../../core/environment.ts';
import { metricNames } from '../../core/metrics.ts';
import { bundleHandlers, handlerNames } from '../../infra/bundle.ts';
import { slug } from '../../infra/constructs/alarms.ts';
import { deployedFunctions, functionNames, functionTable } from '../../infra/constructs/function-table.ts';
import { pascal } from '../../infra/constructs/functions.ts';
import { definitionFile, workflowFunctions } from '../../infra/constructs/workflow.ts';
import { UploadWorkflow } from '../../infra/upload-workflow.ts';
import { temporaryFolder } from '../support/airlock.ts';
import { emptyCode, type Resource, synthesize } from '../support/template.ts';

const root = join(import.meta.dirname, '../..');
const dev = synthesize();
const prod = synthesize({ stage: 'prod', domain: 'example.org' });

describe('the functions', () => {
  it('are the handlers, and a row in the table for each', () => {
    expect(handlerNames()).toEqual([...functionNames].sort());
    for (const choices of [{}, { malwareScan: true }, { recordUserAgents: 'existing' }] as const) {
      const deployed = synthesize(choices).all('AWS::Lambda::Function');
      const names = deployed.map(({ Properties }) => Properties.FunctionName.replace('airlock-dev-', ''));
      expect(names.sort()).toEqual([...deployedFunctions(choices)].sort());
    }
  });

  it('run as their row says, on Node 24 and arm64, traced, with a role and a log group of their own', () => {
    for (const { Properties } of prod.all('AWS::Lambda::Function')) {
      const name = functionNames.find((one) => Properties.FunctionName === `airlock-prod-${one}`);
      const row = name && functionTable[name];
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
        MemorySize: row?.memoryMb,
        Timeout: row?.timeoutSeconds,
        ReservedConcurrentExecutions: row?.reserved,
      });
    }
    const roles = new Set(prod.all('AWS::Lambda::Function').map(({ Properties }) => JSON.stringify(Properties.Role)));
    const { length } = deployedFunctions();
    expect(roles.size).toBe(length);
    const logs = prod.all('AWS::Logs::LogGroup').map(({ Properties }) => Properties.RetentionInDays);
    expect(logs).toEqual(Array(length + 2).fill(365));
  });

  it('reserve concurrency only where it is wanted: a new account has ten', () => {
    const reserved = dev
      .all('AWS::Lambda::Function')
      .filter(({ Properties }) => Properties.ReservedConcurrentExecutions);
    expect(reserved).toEqual([]);
  });

  it('load at most 700 kB of code when they start cold', () => {
    const codeOf = bundleHandlers([], 'feeds', temporaryFolder());
    const tooLarge = handlerNames()
      .map((name) => ({ name, bytes: statSync(join(codeOf(name), 'index.cjs')).size }))
      .filter(({ bytes }) => bytes > 700_000);
    expect(tooLarge).toEqual([]);
  });

  it('set every environment key that some function reads, under its declared name', () => {
    const set = new Set(
      synthesize({ malwareScan: true, webhook: 'https://orders.example.com/airlock', signEvidence: true })
        .all('AWS::Lambda::Function')
        .flatMap(({ Properties }) => Object.keys(Properties.Environment.Variables)),
    );
    expect(allEnvironmentKeys.map((key) => environmentKeys[key]).filter((name) => !set.has(name))).toEqual([]);
  });
});

describe('the state machine', () => {
  const machine = dev.one('AWS::StepFunctions::StateMachine', 'AirlockWorkflow').Properties;

  it('substitutes exactly what the workflow names, each with a version that is kept', () => {
    const named = new Set([...readFileSync(definitionFile, 'utf8').matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
    expect([...named].sort()).toEqual(workflowFunctions.map(pascal).sort());
    const substituted = Object.entries<{ Ref: string }>(machine.DefinitionSubstitutions);
    expect(substituted.map(([name]) => name).sort()).toEqual([...named].sort());
    for (const [, { Ref }] of substituted) {
      expect(dev.resources[Ref]).toMatchObject({
        Type: 'AWS::Lambda::Version',
        DeletionPolicy: 'RetainExceptOnCreate',
      });
    }
  });

  it('has a name of its own, logs everything but the data, and is traced', () => {
    expect(machine.StateMachineName).toBe('airlock-dev');
    expect(machine.LoggingConfiguration).toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
    expect(machine.TracingConfiguration).toEqual({ Enabled: true });
    expect(machine.EncryptionConfiguration).toBeUndefined();
  });

  it('is encrypted with the customer key when that is wanted', () => {
    const encrypted = synthesize({ encryptWorkflow: true }).one('AWS::StepFunctions::StateMachine', 'AirlockWorkflow');
    expect(encrypted.Properties.EncryptionConfiguration).toMatchObject({ Type: 'CUSTOMER_MANAGED_KMS_KEY' });
  });

  it('may call every version of its functions, and none of others', () => {
    const [, run] = dev.statements('AWS::IAM::Policy').find(([, { Sid }]) => Sid === 'RunTasks') ?? [];
    const resources = run?.Resource;
    expect(Array.isArray(resources) ? resources.map((one) => one['Fn::Join'][1].at(-1)) : []).toEqual(
      workflowFunctions.map(() => ':*'),
    );
  });

  it('outlives the longest plan that a feed may have', () => {
    const { TimeoutSeconds } = JSON.parse(readFileSync(definitionFile, 'utf8'));
    const longestWindow = 30 * 24 * 3600;
    const longestTask = Math.max(...functionNames.map((name) => functionTable[name].timeoutSeconds));
    expect(TimeoutSeconds).toBeGreaterThan(longestWindow + 10 * longestTask);
  });

  it('gives each task more time than its function has', () => {
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
});

describe('in somebody else’s app', () => {
  it('is a construct beside their own, which they can go on from', () => {
    const app = new App({ outdir: temporaryFolder(), builtinCloudFormationValidation: false });
    const stack = new Stack(app, 'DataPlatform');
    const platform = new Construct(stack, 'Platform');
    const own = new Bucket(platform, 'Own');
    const { storage, messaging } = new UploadWorkflow(platform, 'Files', {
      stage: 'theirs',
      feeds: loadFeeds('test/feeds'),
      codeOf: emptyCode(),
    });
    new CfnOutput(stack, 'Accepted', { value: storage.accepted.bucketName });
    new CfnOutput(stack, 'Bus', { value: messaging.bus.eventBusName });
    const { Resources } = app.synth().getStackByName('DataPlatform').template;
    const names = Object.values<Resource>(Resources).map(({ Properties }) => Properties?.FunctionName);
    expect(names).toContain('airlock-theirs-open-request');
    expect(own.node.path).toBe('DataPlatform/Platform/Own');
  });
});

describe('every asynchronous hop', () => {
  it('has a queue behind it: schedules, rules, and the functions that events call', () => {
    for (const { Properties } of dev.all('AWS::Scheduler::Schedule')) {
      expect(Properties.Target.RetryPolicy.MaximumEventAgeInSeconds).toBeLessThanOrEqual(3600);
      expect(Properties.Target.DeadLetterConfig).toBeDefined();
    }
    const targets = dev.all('AWS::Events::Rule').flatMap(({ Properties }) => Properties.Targets);
    expect(targets).toHaveLength(4);
    expect(targets.filter((target) => !target.DeadLetterConfig)).toEqual([]);
    const invokes = dev.all('AWS::Lambda::EventInvokeConfig').map(({ Properties }) => Properties);
    expect(invokes).toHaveLength(5);
    expect(invokes.filter(({ DestinationConfig }) => !DestinationConfig.OnFailure)).toEqual([]);
  });

  it('has an alarm on its queue', () => {
    const watched = dev
      .all('AWS::CloudWatch::Alarm')
      .filter(({ Properties }) => Properties.Namespace === 'AWS/SQS')
      .map(({ Properties }) => Properties.Dimensions[0].Value['Fn::GetAtt'][0]);
    expect(watched.sort()).toEqual(
      dev
        .entries('AWS::SQS::Queue')
        .map(([id]) => id)
        .sort(),
    );
  });
});

describe('the schedules', () => {
  it('start each feed in its zone, and the watchers over them', () => {
    expect(
      dev
        .all('AWS::Scheduler::Schedule')
        .map(({ Properties }) => [Properties.Name, Properties.ScheduleExpressionTimezone, Properties.State]),
    ).toEqual([
      ['acme_archive', 'Europe/Berlin', 'ENABLED'],
      ['acme_files', 'Europe/Berlin', 'ENABLED'],
      ['acme_orders', 'Europe/Berlin', 'ENABLED'],
      ['globex_claims', 'UTC', 'ENABLED'],
      ['initech_hourly', 'Europe/Berlin', 'DISABLED'],
      ['watch-starts', undefined, undefined],
      ['reconcile', undefined, undefined],
    ]);
  });
});

describe('every alarm', () => {
  const alarms = synthesize({ malwareScan: true })
    .all('AWS::CloudWatch::Alarm')
    .map(({ Properties }) => Properties);
  const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
  const sections = [...runbook.matchAll(/^## (.*)$/gm)].map(([, title = '']) => slug(title));

  it.each(alarms.map(({ AlarmName, AlarmDescription }) => [AlarmName, AlarmDescription]))(
    '%s says why it calls and links to a section of the runbook',
    (_, description) => {
      const [, threshold, reason, file, section] =
        /^At ([\d.]+), because (.+)\. What to do: (.+)#(.+)$/.exec(description) ?? [];
      expect(Number(threshold)).toBeGreaterThan(0);
      expect(reason?.length).toBeGreaterThan(20);
      expect(existsSync(join(root, file ?? ''))).toBe(true);
      expect(sections).toContain(section);
    },
  );

  it('tells the operators when it calls; one over a level also when it is over', () => {
    expect(alarms.filter(({ AlarmActions }) => AlarmActions.length !== 1)).toEqual([]);
    const over = alarms.filter(({ OKActions }) => OKActions).map(({ Namespace }) => Namespace);
    expect(over).toEqual(['AWS/SQS', 'AWS/SQS', 'AWS/SQS', 'AWS/SES', 'AWS/SES']);
  });

  it('of one stage hears nothing of another in the same account', () => {
    const metrics = (templates: typeof dev) =>
      templates
        .all('AWS::CloudWatch::Alarm')
        .map(({ Properties }) => JSON.stringify([Properties.Namespace, Properties.MetricName, Properties.Dimensions]))
        .filter((metric) => !metric.startsWith('["AWS/SES"') && !metric.includes('Ref') && !metric.includes('GetAtt'));
    const shared = metrics(dev).filter((metric) => metrics(prod).includes(metric));
    expect(shared).toEqual([]);
  });

  it('over what we count names something that is counted', () => {
    const ours = alarms.filter(({ Namespace }) => Namespace === 'Airlock/dev').map(({ MetricName }) => MetricName);
    const known: readonly string[] = metricNames;
    expect(ours.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('the dashboard', () => {
  it('answers first whether every partner’s data is here today', () => {
    const [dashboard] = dev.all('AWS::CloudWatch::Dashboard');
    const text = dashboard?.Properties.DashboardBody['Fn::Join'][1].map(String).join('');
    const [title, missing, here] = JSON.parse(text.replaceAll('[object Object]', 'x')).widgets;
    expect(title.properties.markdown).toContain('Is every partner’s data here today?');
    expect(missing.properties.query).toMatch(
      /latest\(event\) as state.* by partner, feed, period\n\| filter state != /s,
    );
    expect(here.properties.query).toContain('filter state = "UploadAccepted"');
  });
});
