import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  SFNClient,
  StartExecutionCommand,
  TestStateCommand,
  type TestStateInput,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { Airlock } from '../support/airlock.ts';

describe('machines of one’s own', () => {
  let airlock: Airlock;
  let roleArn: string;
  beforeAll(async () => {
    airlock = await Airlock.start();
    roleArn = await airlock.machineRole();
  });
  afterAll(() => airlock.stop());

  const saying = (Output: unknown, Seconds = 0) =>
    JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: 'Wait',
      States: { Wait: { Type: 'Wait', Seconds, Next: 'Say' }, Say: { Type: 'Pass', Output, End: true } },
    });
  const create = (name: string, definition: string) =>
    airlock.sfn.send(new CreateStateMachineCommand({ name, definition, roleArn }));
  const start = async (stateMachineArn: string | undefined) =>
    (await airlock.sfn.send(new StartExecutionCommand({ stateMachineArn }))).executionArn ?? '';

  it('are made once: the same again is the same, another under the name is refused', async () => {
    const made = await create('own', saying('one'));
    expect(await create('own', saying('one'))).toMatchObject({ stateMachineArn: made.stateMachineArn });
    await expect(create('own', saying('two'))).rejects.toMatchObject({ name: 'StateMachineAlreadyExists' });
  });

  it('are changed for who starts from now on; what runs goes on as it began', async () => {
    const { stateMachineArn } = await create('changing', saying('old', 60));
    const before = await start(stateMachineArn);
    await airlock.settle();
    const { revisionId } = await airlock.sfn.send(
      new UpdateStateMachineCommand({ stateMachineArn, definition: saying('new', 60) }),
    );
    expect(revisionId).toMatch(/^[0-9a-f-]{36}$/);
    const after = await start(stateMachineArn);
    await airlock.advance('PT61S');
    const said = async (execution: string) => JSON.parse((await airlock.describe(execution)).output ?? '');
    expect([await said(before), await said(after)]).toEqual(['old', 'new']);
    await expect(
      airlock.sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: '{' })),
    ).rejects.toMatchObject({ name: 'InvalidDefinition' });
    await expect(airlock.sfn.send(new UpdateStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: 'MissingRequiredParameter',
    });
  });

  it('are gone when they are deleted; what they did can still be read', async () => {
    const { stateMachineArn } = await create('passing', saying('said'));
    const execution = await start(stateMachineArn);
    await airlock.settle();
    await airlock.sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
    await expect(start(stateMachineArn)).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
    expect(JSON.parse((await airlock.describe(execution)).output ?? '')).toBe('said');
    await airlock.sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
  });

  it('end what runs when they are deleted', async () => {
    const { stateMachineArn } = await create('ending', saying('said', 600));
    const execution = await start(stateMachineArn);
    await airlock.settle();
    await airlock.sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
    expect((await airlock.describe(execution)).status).toBe('ABORTED');
  });

  it('are refused with what would not happen, and with a name for two states', async () => {
    const tags = [{ key: 'a', value: 'b' }];
    const tagged = new CreateStateMachineCommand({ name: 'more', definition: saying(1), roleArn, tags });
    await expect(airlock.sfn.send(tagged)).rejects.toThrow(/CreateStateMachine: tags/);
    const inside = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
    const States = { A: { Type: 'Parallel', Branches: [inside], End: true } };
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'A', States });
    await expect(create('twice', definition)).rejects.toThrow('Duplicate State name: A');
  });

  describe('a state by itself', () => {
    // The SDK calls another host for this, which an endpoint on loopback does not have.
    let client: SFNClient;
    beforeAll(() => {
      client = new SFNClient({ ...airlock.client, disableHostPrefix: true });
    });
    const test = (state: object, more: Partial<TestStateInput> = {}) =>
      client.send(
        new TestStateCommand({ definition: JSON.stringify({ QueryLanguage: 'JSONata', ...state }), roleArn, ...more }),
      );
    const task = (more: object = {}) => ({
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'airlock-dev-look-for-upload:$LATEST', Payload: { n: '{% $n %}' } },
      Next: 'After',
      ...more,
    });

    it('says what it puts out, what it assigns, and where it goes', async () => {
      const answer = await test(
        { Type: 'Pass', Output: '{% $states.input.x + $n %}', Assign: { twice: '{% $n * 2 %}' }, Next: 'After' },
        { input: '{"x":1}', variables: '{"n":41}', inspectionLevel: 'DEBUG' },
      );
      expect(answer).toMatchObject({ status: 'SUCCEEDED', output: '42', nextState: 'After' });
      expect(answer.inspectionData).toMatchObject({ input: '{"x":1}', variables: '{"twice":82}' });
    });

    it('chooses, fails, and tells an expression that breaks', async () => {
      const Choices = [{ Condition: '{% $states.input.n > 1 %}', Next: 'Big' }];
      expect((await test({ Type: 'Choice', Choices, Default: 'Small' }, { input: '{"n":2}' })).nextState).toBe('Big');
      expect((await test({ Type: 'Choice', Choices, Default: 'Small' }, { input: '{"n":1}' })).nextState).toBe('Small');
      expect(await test({ Type: 'Choice', Choices }, { input: '{"n":1}' })).toMatchObject({
        status: 'FAILED',
        error: 'States.NoChoiceMatched',
      });
      expect(await test({ Type: 'Fail', Error: 'E', Cause: '{% "c" & "d" %}' })).toMatchObject({
        status: 'FAILED',
        error: 'E',
        cause: 'cd',
      });
      const wrong = [{ Condition: "{% 'yes' %}", Next: 'Big' }];
      for (const state of [
        { Type: 'Choice', Choices: wrong, Default: 'Small' },
        { Type: 'Wait', Seconds: "{% 'soon' %}", Next: 'After' },
        {
          Type: 'Map',
          Items: '{% 5 %}',
          ItemProcessor: { StartAt: 'X', States: { X: { Type: 'Succeed' } } },
          End: true,
        },
      ]) {
        expect((await test(state, { mock: { result: '[]' } })).status).toBe('FAILED');
      }
      const broken = await test({ Type: 'Pass', Output: '{% $nothing %}', End: true });
      expect(broken).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    });

    it('does its work as a mock says: well, to be tried again, caught, or failed', async () => {
      const Retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 3, BackoffRate: 2, MaxAttempts: 2 }];
      const Catch = [{ ErrorEquals: ['Lost'], Next: 'Mend', Output: '{% $states.errorOutput.Cause %}' }];
      const state = task({ Retry, Catch });
      const variables = '{"n":1}';
      expect(await test(state, { variables, mock: { result: '{"Payload":7}' } })).toMatchObject({
        status: 'SUCCEEDED',
        output: '{"Payload":7}',
      });
      const failing = (error: string, more = {}) =>
        test(state, { variables, inspectionLevel: 'DEBUG', mock: { errorOutput: { error, cause: 'why' } }, ...more });
      expect(await failing('Busy', { stateConfiguration: { retrierRetryCount: 1 } })).toMatchObject({
        status: 'RETRIABLE',
        inspectionData: { errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 6 } },
      });
      expect(await failing('Busy', { stateConfiguration: { retrierRetryCount: 2 } })).toMatchObject({
        status: 'FAILED',
      });
      expect(await failing('Lost')).toMatchObject({ status: 'CAUGHT_ERROR', nextState: 'Mend', output: '"why"' });
      expect(await failing('Other')).toMatchObject({ status: 'FAILED', error: 'Other', cause: 'why' });
    });

    it('calls its function for real, with the role that it is given', async () => {
      const answer = await test(task(), { variables: '{"n":1}', inspectionLevel: 'DEBUG' });
      expect(answer).toMatchObject({ status: 'FAILED', error: 'InvalidInput' });
      expect(JSON.parse(answer.inspectionData?.afterArguments ?? '{}').Payload).toEqual({ n: 1 });
    });

    it('is looked for by its name in a machine', async () => {
      const definition = saying('{% $states.context.State.Name %}');
      const answer = await client.send(
        new TestStateCommand({ definition, roleArn, stateName: 'Say', context: '{"State":{"Name":"Say"}}' }),
      );
      expect(answer).toMatchObject({ status: 'SUCCEEDED', output: '"Say"' });
      await expect(client.send(new TestStateCommand({ definition, roleArn, stateName: 'Nobody' }))).rejects.toThrow(
        "State 'Nobody' is not in the definition",
      );
    });
  });
});
