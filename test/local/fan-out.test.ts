import { ListExecutionsCommand, RedriveExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { Airlock } from '../support/airlock.ts';
import { OwnMachines } from '../support/own-machines.ts';

describe('Parallel and Map', () => {
  let airlock: Airlock;
  let machines: OwnMachines;
  beforeAll(async () => {
    airlock = await Airlock.start();
    machines = await OwnMachines.of(airlock);
  });
  afterAll(() => airlock.stop());

  const create = (States: object) => machines.create(States);
  const run = (States: object, input?: unknown) => machines.run(States, input);
  const output = (States: object, input?: unknown) => machines.output(States, input);
  const events = async (execution: string) =>
    (await airlock.history(execution)).map(({ id, previousEventId, type }) => `${id} ${type} <${previousEventId}`);
  const pass = (Output: unknown, more: object = {}) => ({ Type: 'Pass', Output, End: true, ...more });
  const one = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } });
  const fails = (name: string) => one(name, { Type: 'Fail', Error: name, Cause: 'for the test' });

  it('Parallel gives what its branches made, in their order; they see what was assigned, and keep their own to themselves', async () => {
    const States = {
      Set: { Type: 'Pass', Assign: { n: 1 }, Next: 'Both' },
      Both: {
        Type: 'Parallel',
        Arguments: { asked: '{% $states.input.x %}' },
        Branches: [
          {
            StartAt: 'Late',
            States: {
              Late: { Type: 'Wait', Seconds: 60, Next: 'A' },
              A: pass({ a: '{% $states.input.asked + $n %}' }, { Assign: { own: 99 } }),
            },
          },
          one('B', pass({ b: '{% $n %}' })),
        ],
        Next: 'After',
      },
      After: pass({ both: '{% $states.input %}', n: '{% $n %}' }),
    };
    const execution = await run(States, { x: 41 });
    expect((await airlock.describe(execution)).status).toBe('RUNNING');
    await airlock.advance('PT61S');
    expect(JSON.parse((await airlock.describe(execution)).output ?? '')).toEqual({ both: [{ a: 42 }, { b: 1 }], n: 1 });
  });

  it('each event names the one before it in its own branch', async () => {
    const execution = await run({
      Both: { Type: 'Parallel', Branches: [one('A', pass(1)), one('B', pass(2))], End: true },
    });
    expect(await events(execution)).toEqual([
      '1 ExecutionStarted <0',
      '2 ParallelStateEntered <0',
      '3 ParallelStateStarted <2',
      '4 PassStateEntered <3',
      '5 PassStateExited <4',
      '6 PassStateEntered <3',
      '7 PassStateExited <6',
      '8 ParallelStateSucceeded <7',
      '9 ParallelStateExited <7',
      '10 ExecutionSucceeded <9',
    ]);
  });

  /**
   * As recorded from AWS: github.com/localstack/localstack, tests/aws/services/stepfunctions/v2,
   * assign/test_assign_reference_variables.snapshot.json (2024-11) and scenarios/test_base_scenarios.snapshot.json (2023-09).
   */
  it('items that wait for each other follow the event that made room, the end of all the last of them', async () => {
    const each = (processor: object) => ({
      Each: { Type: 'Map', Items: [1, 2], MaxConcurrency: 1, ItemProcessor: processor, End: true },
    });
    expect(await events(await run(each(one('X', pass(1)))))).toEqual([
      '1 ExecutionStarted <0',
      '2 MapStateEntered <0',
      '3 MapStateStarted <2',
      '4 MapIterationStarted <3',
      '5 PassStateEntered <4',
      '6 PassStateExited <5',
      '7 MapIterationSucceeded <6',
      '8 MapIterationStarted <6',
      '9 PassStateEntered <8',
      '10 PassStateExited <9',
      '11 MapIterationSucceeded <10',
      '12 MapStateSucceeded <11',
      '13 MapStateExited <11',
      '14 ExecutionSucceeded <13',
    ]);
    expect((await events(await run(each(fails('Broken'))))).slice(4)).toEqual([
      '5 FailStateEntered <4',
      '6 MapIterationFailed <5',
      '7 MapStateFailed <5',
      '8 ExecutionFailed <7',
    ]);
  });

  it('a branch that fails stops the others, and is caught, or ends the execution by its name', async () => {
    const waiting = one('Long', { Type: 'Wait', Seconds: 1000, End: true });
    const both = (more: object) => ({ Type: 'Parallel', Branches: [waiting, fails('Broken')], ...more });
    const caught = {
      Both: both({
        Catch: [{ ErrorEquals: ['Broken'], Next: 'Mended', Output: '{% $states.errorOutput %}' }],
        End: true,
      }),
      Mended: { Type: 'Succeed' },
    };
    expect(await output(caught)).toEqual({ Error: 'Broken', Cause: 'for the test' });
    const ended = await airlock.describe(await run({ Both: both({ End: true }) }));
    expect([ended.status, ended.error, ended.cause]).toEqual(['FAILED', 'Broken', 'for the test']);
  });

  it('is tried again as a whole', async () => {
    const execution = await run({
      Both: {
        Type: 'Parallel',
        Branches: [fails('Broken')],
        Retry: [{ ErrorEquals: ['Broken'], IntervalSeconds: 10, MaxAttempts: 2 }],
        End: true,
      },
    });
    await airlock.advance('PT2M');
    const types = (await airlock.history(execution)).map(({ type }) => type);
    expect(types.filter((type) => type === 'ParallelStateStarted')).toHaveLength(3);
    expect(await airlock.ending(execution)).toBe('FAILED Broken');
  });

  it('Map takes each item through, in order, with its index and value, and no more at once than it is told', async () => {
    const States = {
      Each: {
        Type: 'Map',
        Items: '{% $states.input.items %}',
        ItemSelector: { at: '{% $states.context.Map.Item.Index %}', value: '{% $states.context.Map.Item.Value %}' },
        MaxConcurrency: 2,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'Slow',
          States: {
            Slow: { Type: 'Wait', Seconds: 10, Next: 'Double' },
            Double: pass('{% $states.input.value * 2 + $states.context.Map.Item.Index %}'),
          },
        },
        End: true,
      },
    };
    const execution = await run(States, { items: [5, 6, 7] });
    const started = async () =>
      (await airlock.history(execution)).filter(({ type }) => type === 'MapIterationStarted').length;
    expect(await started()).toBe(2);
    await airlock.advance('PT11S');
    expect(await started()).toBe(3);
    await airlock.advance('PT11S');
    expect(JSON.parse((await airlock.describe(execution)).output ?? '')).toEqual([10, 13, 16]);
    const history = await airlock.history(execution);
    expect(history.find(({ type }) => type === 'MapStateStarted')?.mapStateStartedEventDetails).toEqual({ length: 3 });
    const iterations = history.flatMap(({ mapIterationSucceededEventDetails: details }) => details ?? []);
    expect(iterations).toEqual([
      { name: 'Each', index: 0 },
      { name: 'Each', index: 1 },
      { name: 'Each', index: 2 },
    ]);
  });

  it('Map of nothing makes nothing, of what is no list fails by name, and an item that fails is named', async () => {
    const each = (Items: unknown, processor: object = one('X', pass(1))) => ({
      Each: { Type: 'Map', Items, ItemProcessor: processor, End: true },
    });
    expect(await output(each([]))).toEqual([]);
    expect((await airlock.describe(await run(each('{% 1 %}')))).error).toBe('States.QueryEvaluationError');
    const failed = await run(each([1, 2], fails('Broken')));
    expect(await airlock.ending(failed)).toBe('FAILED Broken');
    expect((await airlock.history(failed)).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['MapIterationFailed', 'MapStateFailed', 'ExecutionFailed']),
    );
  });

  it('stand inside of each other', async () => {
    const inner = {
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          Branches: [one('A', pass('{% $states.input * 10 %}')), one('B', pass('{% $states.input * 100 %}'))],
          End: true,
        },
      },
    };
    expect(await output({ Each: { Type: 'Map', Items: [1, 2], ItemProcessor: inner, End: true } })).toEqual([
      [10, 100],
      [20, 200],
    ]);
  });

  it('go on after kill -9, and nothing of a stopped execution goes on', async () => {
    const States = {
      Each: {
        Type: 'Map',
        Items: [1, 2, 3],
        ItemProcessor: {
          StartAt: 'Slow',
          States: { Slow: { Type: 'Wait', Seconds: 30, Next: 'Done' }, Done: pass('{% $states.input + 1 %}') },
        },
        End: true,
      },
    };
    const [survives, stopped] = [await run(States), await run(States)];
    await airlock.sfn.send(new StopExecutionCommand({ executionArn: stopped }));
    airlock = await airlock.restart({ signal: 'SIGKILL' });
    machines = await OwnMachines.of(airlock, 'after');
    const before = (await airlock.history(stopped)).length;
    await airlock.advance('PT31S');
    expect(JSON.parse((await airlock.describe(survives)).output ?? '')).toEqual([2, 3, 4]);
    expect(await airlock.history(stopped)).toHaveLength(before);
    const { executions = [] } = await airlock.sfn.send(
      new ListExecutionsCommand({
        stateMachineArn: survives.replace(':execution:', ':stateMachine:').replace(/:[^:]*$/, ''),
      }),
    );
    expect(executions.map(({ executionArn }) => executionArn)).toEqual([survives]);
  });

  it('an item is known to whatever runs inside of it, and where it came from', async () => {
    const context = '{% $states.context.Map.Item %}';
    const inner = {
      StartAt: 'Two',
      States: { Two: { Type: 'Parallel', Branches: [one('Say', pass(context))], End: true } },
    };
    const Each = { Type: 'Map', Items: ['a'], ItemSelector: { chosen: context }, ItemProcessor: inner, End: true };
    expect(await output({ Each })).toEqual([[{ Index: 0, Value: 'a', Source: 'STATE_DATA' }]]);
  });

  it('what runs beside a failure is told as aborted, and so is what an execution is stopped in', async () => {
    const Item = {
      Type: 'Choice',
      Choices: [{ Condition: "{% $states.input = 'bad' %}", Next: 'Broken' }],
      Default: 'Long',
    };
    const States = { Item, Broken: { Type: 'Fail', Error: 'Broken' }, Long: { Type: 'Wait', Seconds: 600, End: true } };
    const each = (Items: unknown[]) => ({
      Each: { Type: 'Map', Items, ItemProcessor: { StartAt: 'Item', States }, End: true },
    });
    const types = (await machines.types(await run(each(['good', 'bad'])))).slice(-5);
    expect(types).toEqual([
      ...['MapIterationFailed', 'WaitStateAborted', 'MapIterationAborted', 'MapStateFailed', 'ExecutionFailed'],
    ]);
    const executionArn = await run(each(['good']));
    await airlock.sfn.send(new StopExecutionCommand({ executionArn }));
    expect((await machines.types(executionArn)).slice(-4)).toEqual([
      ...['WaitStateAborted', 'MapIterationAborted', 'MapStateAborted', 'ExecutionAborted'],
    ]);
  });

  describe('redriven', () => {
    /** Breaks until it is redriven. */
    const mended = (name: string) =>
      one(name, pass("{% $states.context.Execution.RedriveCount > 0 ? 'mended' : $error('broken') %}"));
    const redrive = async (executionArn: string) => {
      await airlock.sfn.send(new RedriveExecutionCommand({ executionArn }));
      await airlock.settle();
    };
    const entered = async (execution: string, name: string) =>
      (await airlock.history(execution)).filter(
        ({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name === name,
      );

    it('Parallel goes on where it failed, and leaves what was done, and what it was given', async () => {
      const inner = {
        StartAt: 'Within',
        States: {
          Within: { Type: 'Parallel', Branches: [mended('Mended'), one('Fine', pass('{% $uuid() %}'))], End: true },
        },
      };
      const long = {
        StartAt: 'Late',
        States: { Late: { Type: 'Wait', Seconds: 60, Next: 'After' }, After: pass('late') },
      };
      const execution = await run({
        Both: { Type: 'Parallel', Branches: [one('Done', pass('{% $uuid() %}')), inner, long], End: true },
      });
      expect(await airlock.ending(execution)).toBe('FAILED States.QueryEvaluationError');
      const outputOf = async (name: string) =>
        (await airlock.history(execution)).find(({ stateExitedEventDetails }) => stateExitedEventDetails?.name === name)
          ?.stateExitedEventDetails?.output;
      const [done, fine] = [await outputOf('Done'), await outputOf('Fine')];
      await redrive(execution);
      await airlock.advance('PT61S');
      expect(await machines.outputOf(execution)).toEqual([
        JSON.parse(done ?? ''),
        ['mended', JSON.parse(fine ?? '')],
        'late',
      ]);
      expect(
        await Promise.all(
          ['Done', 'Fine', 'Mended', 'Both'].map(async (name) => (await entered(execution, name)).length),
        ),
      ).toEqual([1, 1, 2, 1]);
    });

    it('Map goes on with the items that failed, and those that had not begun', async () => {
      const execution = await run({
        Each: {
          Type: 'Map',
          Items: [0, 1, 2, 3],
          MaxConcurrency: 1,
          ItemProcessor: one(
            'Item',
            pass(
              "{% $states.input = 1 and $states.context.Execution.RedriveCount = 0 ? $error('broken') : $states.input * 10 %}",
            ),
          ),
          End: true,
        },
      });
      expect(await airlock.ending(execution)).toBe('FAILED States.QueryEvaluationError');
      expect(await entered(execution, 'Item')).toHaveLength(2);
      await redrive(execution);
      expect(await machines.outputOf(execution)).toEqual([0, 10, 20, 30]);
      expect(await entered(execution, 'Item')).toHaveLength(5);
    });
  });

  it('are refused where what they say is done elsewhere', async () => {
    const distributed = { ProcessorConfig: { Mode: 'DISTRIBUTED' }, ...one('X', pass(1)) };
    await expect(create({ Each: { Type: 'Map', ItemProcessor: distributed, End: true } })).rejects.toThrow(
      'DISTRIBUTED',
    );
  });
});
