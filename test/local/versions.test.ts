import {
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  DeleteStateMachineAliasCommand,
  DeleteStateMachineCommand,
  DeleteStateMachineVersionCommand,
  DescribeStateMachineAliasCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  ListExecutionsCommand,
  ListStateMachineAliasesCommand,
  ListStateMachineVersionsCommand,
  PublishStateMachineVersionCommand,
  type RoutingConfigurationListItem,
  UpdateStateMachineAliasCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { Airlock } from '../support/airlock.ts';
import { definitionOf, OwnMachines } from '../support/own-machines.ts';

/**
 * As AWS answers it, by what LocalStack's own tests recorded of it: github.com/localstack/localstack,
 * tests/aws/services/stepfunctions/v2, test_sfn_api_versioning.snapshot.json (2023-08) and
 * test_sfn_api_aliasing.snapshot.json (2025-03).
 */
describe('versions and aliases of a machine', () => {
  let airlock: Airlock;
  let machines: OwnMachines;
  beforeAll(async () => {
    airlock = await Airlock.start();
    machines = await OwnMachines.of(airlock);
  });
  afterAll(() => airlock.stop());

  const saying = (Output: unknown) => definitionOf({ Say: { Type: 'Pass', Output, End: true } });
  const create = (name: string, more: object = {}) =>
    airlock.sfn.send(
      new CreateStateMachineCommand({ name, definition: saying('one'), roleArn: machines.roleArn, ...more }),
    );
  const update = (stateMachineArn: string | undefined, said: unknown, more: object = {}) =>
    airlock.sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: saying(said), ...more }));
  const publish = (stateMachineArn: string | undefined, more: object = {}) =>
    airlock.sfn.send(new PublishStateMachineVersionCommand({ stateMachineArn, ...more }));
  const versionsOf = async (stateMachineArn: string | undefined) =>
    ((await airlock.sfn.send(new ListStateMachineVersionsCommand({ stateMachineArn }))).stateMachineVersions ?? []).map(
      ({ stateMachineVersionArn = '' }) => Number(stateMachineVersionArn.split(':').at(-1)),
    );
  const describeMachine = (stateMachineArn: string | undefined) =>
    airlock.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  const alias = (name: string, ...routingConfiguration: RoutingConfigurationListItem[]) =>
    airlock.sfn.send(new CreateStateMachineAliasCommand({ name, routingConfiguration }));
  const to = (arn: string | undefined, number: number, weight = 100) => ({
    stateMachineVersionArn: `${arn}:${number}`,
    weight,
  });
  /** A machine with so many versions. */
  const withVersions = async (name: string, count: number): Promise<string> => {
    const { stateMachineArn = '' } = await create(name, { publish: true });
    for (let number = 2; number <= count; number += 1) await update(stateMachineArn, number, { publish: true });
    return stateMachineArn;
  };

  it('are numbered from 1, newest first; the same again is no new one, and no number is given twice', async () => {
    const { stateMachineArn, stateMachineVersionArn } = await create('numbered', { publish: true });
    expect(stateMachineVersionArn).toBe(`${stateMachineArn}:1`);
    expect((await publish(stateMachineArn)).stateMachineVersionArn).toBe(`${stateMachineArn}:1`);
    expect(await update(stateMachineArn, 'one', { publish: true })).toMatchObject({ stateMachineVersionArn });
    expect((await update(stateMachineArn, 'one')).revisionId).toBeUndefined();
    await update(stateMachineArn, 'two', { publish: true });
    expect(await versionsOf(stateMachineArn)).toEqual([2, 1]);
    const gone = new DeleteStateMachineVersionCommand({ stateMachineVersionArn: `${stateMachineArn}:2` });
    await airlock.sfn.send(gone);
    await airlock.sfn.send(gone);
    expect((await publish(stateMachineArn)).stateMachineVersionArn).toBe(`${stateMachineArn}:3`);
    expect(await versionsOf(stateMachineArn)).toEqual([3, 1]);
  });

  it('keep what the machine was, and can be published only of what it is', async () => {
    const { stateMachineArn } = await create('kept', { publish: true, versionDescription: 'the first' });
    const { revisionId } = await update(stateMachineArn, 'two');
    expect(await describeMachine(`${stateMachineArn}:1`)).toMatchObject({
      ...{ stateMachineArn: `${stateMachineArn}:1`, description: 'the first', definition: saying('one') },
    });
    expect(await describeMachine(stateMachineArn)).toMatchObject({
      stateMachineArn,
      definition: saying('two'),
      revisionId,
    });
    const { revisionId: current } = await update(stateMachineArn, 'three');
    await expect(publish(stateMachineArn, { revisionId })).rejects.toMatchObject({
      name: 'ConflictException',
      message: `Failed to publish the State Machine version for revision ${revisionId}. The current State Machine revision is ${current}.`,
    });
    await expect(create('undescribed', { versionDescription: 'x' })).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Version description can only be set when publish is true',
    });
    await expect(publish(`${stateMachineArn}:1`)).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
      message: `State Machine Does Not Exist: '${stateMachineArn}:1'`,
    });
  });

  it('are run as they were, and say by what they were found', async () => {
    const arn = await withVersions('run', 2);
    const { stateMachineAliasArn } = await alias('live', to(arn, 1));
    const [newest, byVersion, byAlias] = [
      await machines.start(arn),
      await machines.start(`${arn}:1`),
      await machines.start(stateMachineAliasArn),
    ];
    await airlock.settle();
    expect(await Promise.all([newest, byVersion, byAlias].map((one) => machines.outputOf(one)))).toEqual([
      2,
      'one',
      'one',
    ]);
    const shown = await airlock.describe(byAlias);
    expect(shown).toMatchObject({ stateMachineArn: arn, stateMachineVersionArn: `${arn}:1`, stateMachineAliasArn });
    expect((await airlock.describe(newest)).stateMachineVersionArn).toBeUndefined();
    const listed = async (stateMachineArn: string | undefined) =>
      (await airlock.sfn.send(new ListExecutionsCommand({ stateMachineArn }))).executions?.map(
        ({ executionArn }) => executionArn,
      );
    expect(await listed(arn)).toEqual([byAlias, byVersion, newest]);
    expect(await listed(`${arn}:1`)).toEqual([byAlias, byVersion]);
    expect(await listed(stateMachineAliasArn)).toEqual([byAlias]);
    const ofExecution = new DescribeStateMachineForExecutionCommand({ executionArn: byVersion });
    expect(await airlock.sfn.send(ofExecution)).toMatchObject({ stateMachineArn: arn, definition: saying('one') });
    for (const missing of [`${arn}:9`, `${arn}:nobody`]) {
      await expect(machines.start(missing)).rejects.toMatchObject({
        name: 'StateMachineDoesNotExist',
        message: `State Machine Does Not Exist: '${missing}'`,
      });
    }
  });

  it('an alias leads to two versions by their weight, and elsewhere when it is changed', async () => {
    const arn = await withVersions('weighed', 2);
    const { stateMachineAliasArn } = await alias('live', to(arn, 1, 0), to(arn, 2, 100));
    const show = () => airlock.sfn.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn }));
    const said = async () => {
      const execution = await machines.start(stateMachineAliasArn);
      await airlock.settle();
      return machines.outputOf(execution);
    };
    expect([await said(), await said(), await said()]).toEqual([2, 2, 2]);
    const change = (more: object) =>
      airlock.sfn.send(new UpdateStateMachineAliasCommand({ stateMachineAliasArn, ...more }));
    await change({ description: 'new description' });
    await change({ routingConfiguration: [to(arn, 1)] });
    expect(await show()).toMatchObject({
      name: 'live',
      description: 'new description',
      routingConfiguration: [to(arn, 1)],
    });
    expect(await said()).toBe('one');
  });

  it('an alias is made once, listed, and gone when it is deleted; what it leads to stays as long', async () => {
    const arn = await withVersions('led', 2);
    const names = async () =>
      (
        (await airlock.sfn.send(new ListStateMachineAliasesCommand({ stateMachineArn: arn }))).stateMachineAliases ?? []
      ).map(({ stateMachineAliasArn = '' }) => stateMachineAliasArn.split(':').at(-1));
    expect(await names()).toEqual([]);
    const made = await alias('live', to(arn, 1));
    expect(await alias('live', to(arn, 1))).toMatchObject({ stateMachineAliasArn: made.stateMachineAliasArn });
    await alias('next', to(arn, 2));
    expect(await names()).toEqual(['live', 'next']);
    await expect(alias('live', to(arn, 2))).rejects.toMatchObject({
      name: 'ConflictException',
      message:
        'Failed to create alias because an alias with the same name and a different routing configuration already exists.',
    });
    const drop = new DeleteStateMachineVersionCommand({ stateMachineVersionArn: `${arn}:1` });
    await expect(airlock.sfn.send(drop)).rejects.toMatchObject({
      name: 'ConflictException',
      message:
        'Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [live]',
    });
    const undo = new DeleteStateMachineAliasCommand({ stateMachineAliasArn: made.stateMachineAliasArn });
    await airlock.sfn.send(undo);
    await airlock.sfn.send(undo);
    await airlock.sfn.send(drop);
    expect([await names(), await versionsOf(arn)]).toEqual([['next'], [2]]);
    const lost = new UpdateStateMachineAliasCommand({
      stateMachineAliasArn: made.stateMachineAliasArn,
      description: 'x',
    });
    await expect(airlock.sfn.send(lost)).rejects.toMatchObject({
      name: 'ResourceNotFound',
      message: 'Request references a resource that does not exist.',
    });
  });

  it.each<[string, (arn: string) => [string, ...RoutingConfigurationListItem[]], string]>([
    [
      'a machine instead of a version',
      (arn) => ['live', { stateMachineVersionArn: arn, weight: 100 }],
      'Routing configuration must contain state machine version ARNs. Received: [ARN]',
    ],
    [
      'one version twice',
      (arn) => ['live', to(arn, 1, 50), to(arn, 1, 50)],
      'Routing configuration must contain distinct state machine version ARNs. Received: [ARN:1, ARN:1]',
    ],
    [
      'too little weight',
      (arn) => ['live', to(arn, 1, 70), to(arn, 2, 29)],
      'Sum of routing configuration weights must equal 100. Received: [70, 29]',
    ],
    [
      'too much weight',
      (arn) => ['live', to(arn, 1, 101)],
      "1 validation error detected: Value '101' at 'routingConfiguration.1.member.weight' failed to satisfy constraint: Member must have value less than or equal to 100",
    ],
    [
      'a number for a name',
      (arn) => ['123', to(arn, 1)],
      "1 validation error detected: Value '123' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\\\\-\\\\.])[a-zA-Z0-9_\\\\-\\\\.]+$",
    ],
    [
      'a name that is too long',
      (arn) => ['A'.repeat(81), to(arn, 1)],
      `1 validation error detected: Value '${'A'.repeat(81)}' at 'name' failed to satisfy constraint: Member must have length less than or equal to 80`,
    ],
  ])('an alias with %s is refused as on AWS', async (what, asked, message) => {
    const arn = await withVersions(`refused-${what.replaceAll(' ', '-')}`, 2);
    await expect(alias(...asked(arn))).rejects.toMatchObject({
      name: 'ValidationException',
      message: message.replaceAll('ARN', arn).replaceAll(`version ${arn}s`, 'version ARNs'),
    });
  });

  it('are asked for by the ARN of their machine, and can be told apart by the qualifier', async () => {
    const arn = await withVersions('permitted', 2);
    const { statements, write } = await airlock.policyOf('Airlock-dev-AirlockWorkflowRole');
    const statement = {
      ...{ Sid: 'Live', Effect: 'Allow', Action: 'states:StartExecution', Resource: arn },
      Condition: { StringEquals: { 'states:StateMachineQualifier': '1' } },
    };
    await write([...statements, statement]);
    const start = (version: number) =>
      machines.run({
        Start: {
          ...{ Type: 'Task', Resource: 'arn:aws:states:::states:startExecution', End: true },
          Arguments: { StateMachineArn: `${arn}:${version}` },
        },
      });
    expect(await airlock.ending(await start(1))).toBe('SUCCEEDED');
    expect(await airlock.ending(await start(2))).toBe('FAILED StepFunctions.AWSStepFunctionsException');
    await write(statements);
  });

  it('an alias stays with its machine, and is changed by a change only', async () => {
    const [one, other] = [await withVersions('staying', 1), await withVersions('elsewhere', 1)];
    const { stateMachineAliasArn } = await alias('live', to(one, 1));
    const change = (more: object) =>
      airlock.sfn.send(new UpdateStateMachineAliasCommand({ stateMachineAliasArn, ...more }));
    for (const more of [{ routingConfiguration: [to(other, 1)] }, {}]) {
      await expect(change(more)).rejects.toMatchObject({ name: 'ValidationException' });
    }
  });

  it('an execution tells the machine as it was when it began', async () => {
    const { stateMachineArn = '' } = await create('began');
    const { revisionId } = await update(stateMachineArn, 'two');
    const executionArn = await machines.start(stateMachineArn);
    await airlock.settle();
    await update(stateMachineArn, 'three');
    const then = await airlock.sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
    expect(then).toMatchObject({ definition: saying('two'), revisionId });
  });

  it('go with their machine', async () => {
    const arn = await withVersions('going', 1);
    const { stateMachineAliasArn } = await alias('live', to(arn, 1));
    await airlock.sfn.send(new DeleteStateMachineCommand({ stateMachineArn: arn }));
    for (const gone of [`${arn}:1`, stateMachineAliasArn]) {
      await expect(machines.start(gone)).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
    }
  });
});
