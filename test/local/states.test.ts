import {
  CreateStateMachineCommand,
  GetExecutionHistoryCommand,
  RedriveExecutionCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { notRedrivable } from '../../local/states/redrive.ts';
import { Airlock } from '../support/airlock.ts';
import { OwnMachines } from '../support/own-machines.ts';

describe('the Step Functions of the runtime', () => {
  let airlock: Airlock;
  let machines: OwnMachines;
  beforeAll(async () => {
    airlock = await Airlock.start();
    machines = await OwnMachines.of(airlock);
  });
  afterAll(() => airlock.stop());

  const run = (States: object, input?: unknown, more?: object) => machines.run(States, input, more);
  const output = (States: object, input?: unknown) => machines.output(States, input);
  const failing = (more: object = {}) => ({
    Call: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'airlock-dev-look-for-upload:$LATEST', Payload: {} },
      End: true,
      ...more,
    },
  });
  const waiting = (more: object = {}) => ({
    Wait: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: 'airlock-dev-register-wait:$LATEST', Payload: '{% $states.input %}' },
      End: true,
      ...more,
    },
  });
  const types = (execution: string) => machines.types(execution);

  it('evaluates JSONata in Output, Assign and Condition', async () => {
    const States = {
      Set: { Type: 'Pass', Assign: { n: '{% $states.input.n * 2 %}', list: ['{% 1 + 1 %}', 'text'] }, Next: 'Big?' },
      'Big?': {
        Type: 'Choice',
        Choices: [{ Condition: '{% $n > 10 %}', Next: 'Yes', Assign: { how: 'big' } }],
        Default: 'No',
      },
      Yes: {
        Type: 'Succeed',
        Output: { n: '{% $n %}', how: '{% $how %}', list: '{% $list %}', state: '{% $states.context.State.Name %}' },
      },
      No: { Type: 'Fail', Error: 'Small', Cause: "{% 'only ' & $string($n) %}" },
    };
    expect(await output(States, { n: 7 })).toEqual({ n: 14, how: 'big', list: [2, 'text'], state: 'Yes' });
    expect(await airlock.describe(await run(States, { n: 2 }))).toMatchObject({
      status: 'FAILED',
      error: 'Small',
      cause: 'only 4',
    });
  });

  it('fails by name when an expression gives nothing, and records where', async () => {
    const execution = await run({ Say: { Type: 'Pass', Output: { a: ['{% $states.input.nothing %}'] }, End: true } });
    const cause =
      "An error occurred while executing the state 'Say' (entered at the event id #2). The JSONata expression '$states.input.nothing' specified for the field 'Output/a[0]' returned nothing (undefined).";
    const error = 'States.QueryEvaluationError';
    expect(await airlock.describe(execution)).toMatchObject({ status: 'FAILED', error, cause });
    expect(await types(execution)).toEqual([
      ...['ExecutionStarted', 'PassStateEntered', 'EvaluationFailed', 'ExecutionFailed'],
    ]);
    const [, , failed] = await airlock.history(execution);
    expect(failed?.evaluationFailedEventDetails).toEqual({ error, cause, state: 'Say', location: 'Output/a[0]' });
  });

  it.each<[string, object, string, RegExp]>([
    [
      'a catcher that breaks',
      {
        Call: {
          ...failing().Call,
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z', Output: '{% $parse($states.errorOutput.Cause).nope %}' }],
        },
        Z: { Type: 'Succeed' },
      },
      'States.QueryEvaluationError',
      /field 'Output' returned nothing/,
    ],
    [
      'arguments and a catcher that break',
      {
        Call: {
          ...{ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true },
          Arguments: { FunctionName: '{% $nothing %}' },
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z', Assign: { a: '{% $nothing %}' } }],
        },
        Z: { Type: 'Succeed' },
      },
      'States.QueryEvaluationError',
      /field 'Assign\/a' returned nothing/,
    ],
    [
      'a function for a value',
      { A: { Type: 'Pass', Output: '{% $sum %}', End: true } },
      'States.QueryEvaluationError',
      /no JSON/,
    ],
    [
      'a function of one’s own in a list',
      { A: { Type: 'Pass', Output: '{% [function($x){$x}] %}', End: true } },
      'States.QueryEvaluationError',
      /no JSON/,
    ],
    [
      'a number for the name of a function',
      { Call: { ...failing().Call, Arguments: { FunctionName: '{% 5 %}' } } },
      'States.Runtime',
      /The value for the field 'FunctionName' must be a STRING/,
    ],
    [
      'less than no time to wait',
      { A: { Type: 'Wait', Seconds: '{% -5 %}', End: true } },
      'States.QueryEvaluationError',
      /Seconds must be/,
    ],
    [
      'a day for a time',
      { A: { Type: 'Wait', Timestamp: "{% '2020' %}", End: true } },
      'States.QueryEvaluationError',
      /Timestamp must be/,
    ],
    [
      'a number for an error',
      { A: { Type: 'Fail', Error: '{% 5 %}' } },
      'States.QueryEvaluationError',
      /Error must be a text/,
    ],
    [
      'a range of no step',
      { A: { Type: 'Pass', Output: '{% $range(1, 5) %}', End: true } },
      'States.QueryEvaluationError',
      /delta must be a number/,
    ],
    [
      'a sum that Step Functions does not know',
      { A: { Type: 'Pass', Output: "{% $hash('x', 'RIPEMD160') %}", End: true } },
      'States.QueryEvaluationError',
      /allowed MD5, SHA-1/,
    ],
  ])('ends at %s', async (_, states, error, cause) => {
    const ended = await airlock.describe(await run(states));
    expect(ended).toMatchObject({ status: 'FAILED', error, cause: expect.stringMatching(cause) });
  });

  it('tells the time in a picture, and parts a list in pieces of a rounded size', async () => {
    const Output = {
      day: "{% $now('[Y0001]-[M01]-[D01]') %}",
      zone: "{% $now('[H01]', '+0200') %}",
      parts: '{% $partition([1,2,3], 1.5) %}',
    };
    const told = await output({ A: { Type: 'Pass', Output, End: true } });
    const now = new Date(await airlock.now());
    expect(told).toEqual({
      day: now.toISOString().slice(0, 10),
      zone: String((now.getUTCHours() + 2) % 24).padStart(2, '0'),
      parts: [[1, 2], [3]],
    });
  });

  it('refuses more than 256 KiB also where nobody wrote an expression', async () => {
    const item = '{% $join($map([1..6000], function($i) { "ten bytes!" })) %}';
    const execution = await run({
      Each: {
        ...{ Type: 'Map', Items: [1, 2, 3, 4, 5], End: true },
        ItemProcessor: { StartAt: 'Say', States: { Say: { Type: 'Pass', Output: item, End: true } } },
      },
    });
    expect(await airlock.ending(execution)).toBe('FAILED States.DataLimitExceeded');
  });

  it('takes any name that AWS takes, and tells what is no ARN', async () => {
    const stateMachineArn = await machines.create({ A: { Type: 'Succeed' } });
    const start = (name: string) => airlock.sfn.send(new StartExecutionCommand({ stateMachineArn, name }));
    for (const name of ['order-2026-01-01T00.00', 'a+b=c@d', 'naïve']) await start(name);
    for (const name of ['a b', 'a:b', 'a|b', 'a*', 'x'.repeat(81)]) {
      await expect(start(name)).rejects.toMatchObject({ name: 'InvalidName' });
    }
    await expect(airlock.describe('foo')).rejects.toMatchObject({ name: 'InvalidArn' });
  });

  it('refuses more than 256 KiB', async () => {
    const execution = await run({
      A: { Type: 'Pass', Output: "{% $join($map([1..30000], function($i) { 'ten bytes!' })) %}", End: true },
    });
    expect(await airlock.ending(execution)).toBe('FAILED States.DataLimitExceeded');
  });

  it('stops an endless recursion', async () => {
    const execution = await run({
      A: { Type: 'Pass', Output: '{% ($f := function($x) { $f($x + 1) + 1 }; $f(1)) %}', End: true },
    });
    expect(await airlock.ending(execution)).toBe('FAILED States.QueryEvaluationError');
  });

  it('waits by product time', async () => {
    const execution = await run({
      Sleep: { Type: 'Wait', Seconds: '{% 60 * 60 %}', Next: 'Done' },
      Done: { Type: 'Succeed' },
    });
    await airlock.advance('PT59M');
    expect(await airlock.ending(execution)).toBe('RUNNING');
    await airlock.advance('PT2M');
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
  });

  it('retries with backoff, then catches', async () => {
    const States = {
      ...failing({
        Retry: [{ ErrorEquals: ['InvalidInput'], IntervalSeconds: 10, BackoffRate: 3, MaxAttempts: 2 }],
        Catch: [
          {
            ErrorEquals: ['States.ALL'],
            Output: { caught: '{% $states.errorOutput.Error %}', tries: '{% $states.context.State.RetryCount %}' },
            Next: 'Caught',
          },
        ],
      }),
      Caught: { Type: 'Succeed' },
    };
    const execution = await run(States);
    await airlock.advance('PT2M');
    expect(JSON.parse((await airlock.describe(execution)).output ?? '')).toEqual({ caught: 'InvalidInput', tries: 2 });
    const starts = (await airlock.history(execution))
      .filter(({ type }) => type === 'TaskScheduled')
      .map(({ timestamp }) => timestamp?.getTime() ?? 0);
    const pauses = starts.slice(1).map((at, index) => Math.floor((at - (starts[index] ?? 0)) / 1000));
    expect(pauses).toEqual([10, 30]);
  });

  it('does not take States.Timeout for States.TaskFailed', async () => {
    const States = {
      ...waiting({
        TimeoutSeconds: 60,
        Catch: [
          { ErrorEquals: ['States.TaskFailed'], Next: 'Wrong' },
          { ErrorEquals: ['States.Timeout'], Next: 'Right' },
        ],
      }),
      Wrong: { Type: 'Fail' },
      Right: { Type: 'Succeed' },
    };
    const execution = await run(States, waitInput('a'));
    await airlock.advance('PT2M');
    expect(await airlock.ending(execution)).toBe('SUCCEEDED');
    expect(await types(execution)).toContain('TaskTimedOut');
  });

  const waitInput = (period: string) => ({
    request: { requestId: 'x', partner: 'x', feed: period, period: '2026-11-22', generation: 1, claim: 1 },
    attempt: 1,
    for: 'upload',
    token: '{% never evaluated in input %}',
    enteredAt: '2026-11-22T00:00:00.000Z',
    retry: 0,
  });

  const tokenOf = (States: ReturnType<typeof waiting>) => ({
    Wait: {
      ...States.Wait,
      Arguments: {
        ...States.Wait.Arguments,
        Payload: "{% $merge([$states.input, {'token': $states.context.Task.Token}]) %}",
      },
    },
  });
  const sentToken = async (execution: string): Promise<string> => {
    const scheduled = (await airlock.history(execution)).find(({ type }) => type === 'TaskScheduled');
    return JSON.parse(scheduled?.taskScheduledEventDetails?.parameters ?? '{}').Payload.token;
  };

  it('completes a token once: the second answer is TaskTimedOut, an invented one InvalidToken', async () => {
    const execution = await run(tokenOf(waiting()), waitInput('b'));
    const taskToken = await sentToken(execution);
    await airlock.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{"a":1}' }));
    await airlock.settle();
    expect(JSON.parse((await airlock.describe(execution)).output ?? '')).toEqual({ a: 1 });
    const again = airlock.sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
    await expect(again).rejects.toMatchObject({ name: 'TaskTimedOut' });
    const invented = airlock.sfn.send(new SendTaskSuccessCommand({ taskToken: 'invented', output: '{}' }));
    await expect(invented).rejects.toMatchObject({ name: 'InvalidToken' });
  });

  it('times out by missed heartbeats, and not while they come', async () => {
    const execution = await run(tokenOf(waiting({ HeartbeatSeconds: 60, TimeoutSeconds: 3600 })), waitInput('c'));
    await airlock.advance('PT50S');
    await airlock.sfn.send(new SendTaskHeartbeatCommand({ taskToken: await sentToken(execution) }));
    await airlock.advance('PT50S');
    expect(await airlock.ending(execution)).toBe('RUNNING');
    await airlock.advance('PT20S');
    expect(await airlock.ending(execution)).toBe('FAILED States.Timeout');
  });

  it('ends an execution that outlives its machine, and one that is stopped', async () => {
    const States = { Sleep: { Type: 'Wait', Seconds: 1000, End: true } };
    const late = await run(States, {}, { TimeoutSeconds: 100 });
    const stopped = await run(States);
    await airlock.sfn.send(new StopExecutionCommand({ executionArn: stopped, error: 'Enough', cause: 'of this' }));
    await airlock.advance('PT2M');
    expect(await airlock.ending(late)).toBe('TIMED_OUT');
    expect(await airlock.ending(stopped)).toBe('ABORTED Enough');
    expect(await types(stopped)).toEqual([
      'ExecutionStarted',
      'WaitStateEntered',
      'WaitStateAborted',
      'ExecutionAborted',
    ]);
  });

  describe('redriven', () => {
    const redrive = async (executionArn: string) => {
      const answer = await airlock.sfn.send(new RedriveExecutionCommand({ executionArn }));
      await airlock.settle();
      return answer;
    };
    /** Fails until it has been redriven as often as the input says. */
    const mendedAfter = (times: number) => ({
      Before: { Type: 'Pass', Assign: { kept: 'from before' }, Next: 'Call' },
      Call: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: {
          FunctionName: `{% 'airlock-dev-' & ($states.context.Execution.RedriveCount < ${times} ? 'nobody' : 'register-wait:$LATEST') %}`,
          Payload: '{% $states.input %}',
        },
        Retry: [{ ErrorEquals: ['Lambda.AWSLambdaException'], MaxAttempts: 1, IntervalSeconds: 1 }],
        Output: { kept: '{% $kept %}' },
        End: true,
      },
    });

    it('goes on at the task that failed, with its retries anew and what was known before', async () => {
      const execution = await run(mendedAfter(2), waitInput('redriven'));
      await airlock.advance('PT5S');
      expect(await airlock.describe(execution)).toMatchObject({
        status: 'FAILED',
        redriveCount: 0,
        redriveStatus: 'REDRIVABLE',
      });
      const { redriveDate } = await redrive(execution);
      await airlock.advance('PT5S');
      expect(await airlock.describe(execution)).toMatchObject({ status: 'FAILED', redriveCount: 1, redriveDate });
      await redrive(execution);
      const ended = await airlock.describe(execution);
      expect(ended).toMatchObject({ status: 'SUCCEEDED', redriveCount: 2, redriveStatus: 'NOT_REDRIVABLE' });
      expect([ended.output, ended.error]).toEqual(['{"kept":"from before"}', undefined]);
      const tries = ['TaskScheduled', 'TaskStarted', 'TaskFailed'];
      expect(await types(execution)).toEqual([
        'ExecutionStarted',
        'PassStateEntered',
        'PassStateExited',
        'TaskStateEntered',
        ...tries,
        ...tries,
        'ExecutionFailed',
        'ExecutionRedriven',
        ...tries,
        ...tries,
        'ExecutionFailed',
        'ExecutionRedriven',
        'TaskScheduled',
        'TaskStarted',
        'TaskSucceeded',
        'TaskStateExited',
        'ExecutionSucceeded',
      ]);
    });

    it('gives the machine its whole time again', async () => {
      const States = { Sleep: { Type: 'Wait', Seconds: 150, End: true } };
      const execution = await run(States, {}, { TimeoutSeconds: 100 });
      await airlock.advance('PT2M');
      expect(await airlock.ending(execution)).toBe('TIMED_OUT');
      await redrive(execution);
      await airlock.advance('PT90S');
      expect(await airlock.ending(execution)).toBe('RUNNING');
      await airlock.advance('PT20S');
      expect(await airlock.ending(execution)).toBe('TIMED_OUT');
    });

    it('is refused while it runs, once it succeeded, and for nobody', async () => {
      const running = await run({ Sleep: { Type: 'Wait', Seconds: 60, End: true } });
      const succeeded = await run({ A: { Type: 'Succeed' } });
      const failed = await run({ A: { Type: 'Fail' } });
      const refusal = (message: string) => ({ name: 'ExecutionNotRedrivable', message });
      await expect(redrive(running)).rejects.toMatchObject(refusal('Execution is RUNNING and cannot be redriven'));
      await expect(redrive(succeeded)).rejects.toMatchObject(refusal('Execution is SUCCEEDED and cannot be redriven'));
      await expect(redrive(`${failed}x`)).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
      await redrive(failed);
      expect(await types(failed)).toEqual([
        'ExecutionStarted',
        'FailStateEntered',
        'ExecutionFailed',
        'ExecutionRedriven',
        'FailStateEntered',
        'ExecutionFailed',
      ]);
    });

    it.each<[string, { days?: number; events?: number; redrives?: number }, string | undefined]>([
      ['14 days after its end', { days: 14.001 }, 'Execution redrivable period exceeded'],
      ['up to then', { days: 13.999 }, undefined],
      ['with a history of 24,999 events', { events: 24_999 }, 'Execution history event limit exceeded'],
      ['a thousand times', { redrives: 1000 }, 'Execution redrive limit exceeded'],
    ])('%s: %j is %s', (_, { days = 0, events = 5, redrives = 0 }, reason) => {
      const body = { input: '{}', roleArn: 'r', definition: 'd', redrives: { count: redrives, at: 0 } };
      const names = { arn: 'a', machine: 'm', name: 'n', frame: undefined };
      const failed = { ...names, status: 'FAILED' as const, startedAt: 0, stoppedAt: 1000, body };
      expect(notRedrivable(failed, events, 1000 + days * 86_400_000)).toBe(reason);
    });
  });

  it('chains its history as AWS does: ids from 1, each event naming the one before', async () => {
    const execution = await run({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Succeed' } });
    expect(
      (await airlock.history(execution)).map(({ id, previousEventId, type }) => `${id} ${previousEventId} ${type}`),
    ).toEqual([
      '1 0 ExecutionStarted',
      '2 0 PassStateEntered',
      '3 2 PassStateExited',
      '4 3 SucceedStateEntered',
      '5 4 SucceedStateExited',
      '6 5 ExecutionSucceeded',
    ]);
  });

  it('pages through history, both ways, with and without data', async () => {
    const executionArn = await run({ A: { Type: 'Pass', Output: 'secret', Next: 'B' }, B: { Type: 'Succeed' } });
    const first = await airlock.sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 4 }));
    const rest = await airlock.sfn.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 4, nextToken: first.nextToken }),
    );
    expect([first.events?.map(({ id }) => id), rest.events?.map(({ id }) => id), rest.nextToken]).toEqual([
      [1, 2, 3, 4],
      [5, 6],
      undefined,
    ]);
    const reverse = await airlock.sfn.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 2 }),
    );
    expect(reverse.events?.map(({ id }) => id)).toEqual([6, 5]);
    const bare = await airlock.sfn.send(new GetExecutionHistoryCommand({ executionArn, includeExecutionData: false }));
    expect(JSON.stringify(bare.events)).not.toContain('secret');
  });

  it('starts a name once', async () => {
    const stateMachineArn = await machines.create({ A: { Type: 'Pass', End: true } });
    const start = (input: string) =>
      airlock.sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'once', input }));
    await start('{"n":1}');
    await airlock.settle();
    await expect(start('{"n":1}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  it.each([
    ['JSONPath', { QueryLanguage: 'JSONPath' }, /QueryLanguage other than JSONata/],
    [
      'another integration',
      { States: { A: { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', End: true } } },
      /resource arn:aws:states:::sns:publish/,
    ],
    [
      'credentials of another role',
      {
        States: {
          A: {
            ...{
              Type: 'Task',
              Resource: 'arn:aws:states:::lambda:invoke',
              Arguments: { FunctionName: 'f' },
              End: true,
            },
            Credentials: { RoleArn: 'x' },
          },
        },
      },
      /field Credentials/,
    ],
  ])('refuses %s by name', async (_, change, message) => {
    const definition = JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: 'A',
      States: { A: { Type: 'Succeed' } },
      ...change,
    });
    await expect(
      airlock.sfn.send(new CreateStateMachineCommand({ name: 'bad', definition, roleArn: machines.roleArn })),
    ).rejects.toThrow(message);
  });
});
