import {
  ListExecutionsCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { Airlock } from '../support/airlock.ts';
import { OwnMachines } from '../support/own-machines.ts';

describe('a task that starts an execution', () => {
  let airlock: Airlock;
  let machines: OwnMachines;
  let child: string;
  let slow: string;
  let failing: string;
  const may = (...actions: string[]) => ({
    ...{ Sid: 'Nested', Effect: 'Allow', Action: actions, Resource: '*' },
  });
  const rule = ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'];
  let allow: (...actions: string[]) => Promise<unknown>;

  beforeAll(async () => {
    airlock = await Airlock.start();
    machines = await OwnMachines.of(airlock);
    const { statements, write } = await airlock.policyOf('Airlock-dev-AirlockWorkflowRole');
    allow = (...actions) => write([...statements, may(...actions)]);
    await allow('states:StartExecution', 'states:StopExecution', ...rule);
    child = await machines.create({ Say: { Type: 'Pass', Output: { said: '{% $states.input.n + 1 %}' }, End: true } });
    slow = await machines.create({ Wait: { Type: 'Wait', Seconds: 60, End: true } });
    failing = await machines.create({ Fail: { Type: 'Fail', Error: 'Broken', Cause: 'for the test' } });
  });
  afterAll(() => airlock.stop());

  const starting = (how: string, Arguments: object, more: object = {}) => ({
    Start: { Type: 'Task', Resource: `arn:aws:states:::states:startExecution${how}`, Arguments, End: true, ...more },
  });
  const startsOf = async (stateMachineArn: string) =>
    (await airlock.sfn.send(new ListExecutionsCommand({ stateMachineArn }))).executions ?? [];

  it('goes on at once where it does not wait, and the other runs by itself', async () => {
    const execution = await machines.run(
      starting('', { StateMachineArn: slow, Name: 'by-itself', Input: { n: '{% $states.input.n %}' } }),
      { n: 4 },
    );
    const [started] = await startsOf(slow);
    expect(started).toMatchObject({ name: 'by-itself', status: 'RUNNING' });
    expect(await airlock.describe(started?.executionArn ?? '')).toMatchObject({ input: '{"n":4}' });
    expect(await machines.outputOf(execution)).toMatchObject({
      ExecutionArn: started?.executionArn,
      StartDate: started?.startDate?.getTime(),
      SdkHttpMetadata: { HttpStatusCode: 200 },
    });
    expect(await machines.types(execution)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'TaskStateExited'],
      'ExecutionSucceeded',
    ]);
    const scheduled = (await airlock.history(execution)).find(({ type }) => type === 'TaskScheduled');
    expect(scheduled?.taskScheduledEventDetails).toMatchObject({ resourceType: 'states', resource: 'startExecution' });
  });

  it.each([
    ['.sync', '{"said":3}', '{"n":2}'],
    ['.sync:2', { said: 3 }, { n: 2 }],
  ])('%s waits for the end and has the output', async (how, Output, Input) => {
    const execution = await machines.run(starting(how, { StateMachineArn: child, Input: { n: 2 } }));
    expect(await machines.outputOf(execution)).toMatchObject({
      ...{ Status: 'SUCCEEDED', Output, Input, StateMachineArn: child, RedriveStatus: 'NOT_REDRIVABLE' },
    });
    expect(await machines.types(execution)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded'],
      ...['TaskStateExited', 'ExecutionSucceeded'],
    ]);
  });

  it('learns of a failure by States.TaskFailed, with all that is known of it', async () => {
    const execution = await machines.run(starting('.sync', { StateMachineArn: failing }));
    const { status, error, cause = '' } = await airlock.describe(execution);
    expect([status, error]).toEqual(['FAILED', 'States.TaskFailed']);
    expect(JSON.parse(cause)).toMatchObject({ Status: 'FAILED', Error: 'Broken', Cause: 'for the test' });
  });

  it.each([
    ['is not there', () => `${child}x`, 'StepFunctions.StateMachineDoesNotExistException', 'StateMachineDoesNotExist'],
    [
      'it may not start',
      () => airlock.status.outputs.StateMachineArn ?? '',
      'StepFunctions.AWSStepFunctionsException',
      'AccessDeniedException',
    ],
  ])('fails by name where the machine %s', async (what, machineArn, error, code) => {
    if (what === 'it may not start') await allow(...rule);
    const execution = await machines.run(starting('', { StateMachineArn: machineArn() }));
    await allow('states:StartExecution', 'states:StopExecution', ...rule);
    const ended = await airlock.describe(execution);
    expect(ended.error).toBe(error);
    expect(ended.cause).toMatch(
      new RegExp(`Service: AWSStepFunctions; Status Code: 4\\d\\d; Error Code: ${code}; Request ID: `),
    );
  });

  it('can give its token along and wait for that', async () => {
    const Input = { token: '{% $states.context.Task.Token %}', n: 1 };
    const execution = await machines.run(starting('.waitForTaskToken', { StateMachineArn: child, Input }));
    expect((await airlock.describe(execution)).status).toBe('RUNNING');
    const [started] = await startsOf(child);
    const { token } = JSON.parse((await airlock.describe(started?.executionArn ?? '')).input ?? '');
    await airlock.sfn.send(new SendTaskSuccessCommand({ taskToken: token, output: '"done"' }));
    await airlock.settle();
    expect(await machines.outputOf(execution)).toBe('done');
  });

  const runningOf = async (stateMachineArn: string) =>
    (await startsOf(stateMachineArn)).filter(({ status }) => status === 'RUNNING').length;

  it('takes down with it what it waits for: stopped, or out of time', async () => {
    const before = await runningOf(slow);
    const stopped = await machines.run(starting('.sync', { StateMachineArn: slow }));
    const late = await machines.run(starting('.sync', { StateMachineArn: slow }, { TimeoutSeconds: 5 }));
    expect(await runningOf(slow)).toBe(before + 2);
    await airlock.sfn.send(new StopExecutionCommand({ executionArn: stopped }));
    await airlock.advance('PT6S');
    expect(await airlock.ending(late)).toBe('FAILED States.Timeout');
    expect(await runningOf(slow)).toBe(before);
  });

  it('leaves running what it may not stop', async () => {
    await allow('states:StartExecution', ...rule);
    const before = await runningOf(slow);
    const execution = await machines.run(starting('.sync', { StateMachineArn: slow }));
    await airlock.sfn.send(new StopExecutionCommand({ executionArn: execution }));
    expect(await runningOf(slow)).toBe(before + 1);
    await allow('states:StartExecution', 'states:StopExecution', ...rule);
  });

  it('is refused where the role could not hear of the end', async () => {
    await allow('states:StartExecution');
    await expect(machines.create(starting('.sync', { StateMachineArn: child }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `'${machines.roleArn}' is not authorized to create managed-rule.`,
    });
    await allow('states:StartExecution', 'states:StopExecution', ...rule);
  });

  it('waits for an execution that runs already, beside others that do', async () => {
    const Arguments = { StateMachineArn: slow, Name: 'shared', Input: { k: 1 } };
    await machines.airlock.sfn.send(
      new StartExecutionCommand({ stateMachineArn: slow, name: 'shared', input: '{"k":1}' }),
    );
    const task = (name: string) => ({
      StartAt: name,
      States: { [name]: { ...starting('.sync:2', Arguments).Start } },
    });
    const execution = await machines.run({ Both: { Type: 'Parallel', Branches: [task('A'), task('B')], End: true } });
    await airlock.advance('PT61S');
    expect(await machines.outputOf(execution)).toMatchObject([{ Output: { k: 1 } }, { Output: { k: 1 } }]);
  });

  it('waits on after kill -9, and starts no second', async () => {
    const before = (await startsOf(slow)).length;
    const execution = await machines.run(starting('.sync:2', { StateMachineArn: slow, Input: { n: 9 } }));
    airlock = await airlock.restart({ signal: 'SIGKILL' });
    await airlock.advance('PT61S');
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    expect(await machines.outputOf(execution)).toMatchObject({ Output: { n: 9 } });
    expect(await startsOf(slow)).toHaveLength(before + 1);
  });
});
