import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import { Airlock } from '../support/airlock.ts';
import { assemblyWith } from '../support/assembly.ts';

const slow = 'exports.handler = () => new Promise((resolve) => setTimeout(resolve, 500));';

describe('reserved concurrency', () => {
  it('is a ceiling: more invocations at once are throttled, counted, and an alarm calls', async () => {
    const airlock = await Airlock.start({
      assembly: assemblyWith({ reserveConcurrency: true, code: { 'revise-plan': slow } }),
    });
    const lambda = new LambdaClient({ ...airlock.client, maxAttempts: 1 });
    const invoke = () => lambda.send(new InvokeCommand({ FunctionName: 'airlock-dev-revise-plan' }));
    const results = await Promise.allSettled(Array.from({ length: 8 }, invoke));
    const refused = results.flatMap((one) => (one.status === 'rejected' ? [one.reason.name] : []));
    expect(refused).toEqual(Array(3).fill('TooManyRequestsException'));
    await airlock.settle();
    expect(await airlock.alarms()).toContain('ALARM revise-plan-throttles');
    await airlock.stop();
  });

  it('loses no event: a throttled one waits its turn', async () => {
    const airlock = await Airlock.start({
      assembly: assemblyWith({ reserveConcurrency: true, code: { 'revise-plan': slow } }),
    });
    await Promise.all(Array.from({ length: 8 }, (_, index) => airlock.invoke('revise-plan', { index })));
    await airlock.advance('PT5M');
    const runs = (await airlock.traces()).filter(({ name }) => name === 'airlock-dev-revise-plan');
    expect(runs).toHaveLength(8);
    await airlock.stop();
  });
});

describe('a version', () => {
  it('is published by a change only: the same app, deployed again, keeps its definition', async () => {
    let airlock = await Airlock.start();
    const definition = async () => {
      const { StateMachineArn: stateMachineArn } = airlock.status.outputs;
      return (await airlock.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))).definition ?? '';
    };
    const before = await definition();
    expect(before).toContain(':function:airlock-dev-open-request:1"');
    airlock = await airlock.restart();
    expect(await definition()).toBe(before);
    const code = { 'open-request': 'exports.handler = async () => ({});' };
    airlock = await airlock.restart({ assembly: assemblyWith({ code }) });
    expect(await definition()).toContain(':function:airlock-dev-open-request:2"');
    await airlock.stop();
  });
});

describe('X-Ray', () => {
  it('has a segment per execution and invocation, and knows which failed', async () => {
    const airlock = await Airlock.start();
    await airlock.open('acme/orders');
    await airlock.invoke('receive-upload', {});
    await airlock.advance('PT3H');
    const traces = await airlock.traces();
    expect(traces.find(({ name, fault }) => name === 'airlock-dev' && fault)).toMatchObject({
      origin: 'AWS::StepFunctions::StateMachine',
    });
    expect(traces.filter(({ name, fault }) => name === 'airlock-dev-receive-upload' && fault)).toHaveLength(3);
    expect(traces.filter(({ name, fault }) => name === 'airlock-dev-open-request' && !fault)).toHaveLength(1);
    await airlock.stop();
  });
});
