import { createHash } from 'node:crypto';
import type { Context } from '../context.ts';
import { AwsError, UnsupportedFeatureError } from '../errors.ts';
import type { Sender } from '../identity/sender.ts';
import { parseDefinition } from './definition.ts';
import type { Engine } from './engine.ts';
import type { Execution } from './executions.ts';
import { type HistoryEvent, withoutData } from './history.ts';
import { lambdaOutput } from './lambda-task.ts';
import type { MachineRecord, MachineSettings, Machines } from './machines.ts';
import { testState } from './test-state.ts';

type Input = Readonly<Record<string, unknown>>;
type Output = Record<string, unknown>;

const maxInputBytes = 262_144;
const namePattern = /^[A-Za-z0-9_-]{1,80}$/;

/** The Step Functions API: https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html */
export class States {
  readonly machines: Machines;
  readonly engine: Engine;
  readonly #context: Context;
  readonly #operations: Readonly<Record<string, (sender: Sender, input: Input) => Output | Promise<Output>>>;

  constructor(context: Context, engine: Engine, machines: Machines) {
    this.#context = context;
    this.engine = engine;
    this.machines = machines;
    this.#operations = {
      CreateStateMachine: (sender, input) => this.#create(sender, input),
      UpdateStateMachine: (sender, input) => this.#update(sender, input),
      DeleteStateMachine: (sender, input) => this.#delete(sender, input),
      TestState: (sender, input) => this.#testState(sender, input),
      DescribeStateMachine: (sender, input) => this.#describeMachine(sender, input),
      ListStateMachines: (sender) => this.#listMachines(sender),
      StartExecution: (sender, input) => this.start(sender, input),
      DescribeExecution: (sender, input) => this.#describeExecution(sender, input),
      DescribeStateMachineForExecution: (sender, input) => this.#machineOfExecution(sender, input),
      ListExecutions: (sender, input) => this.#listExecutions(sender, input),
      RedriveExecution: (sender, input) => this.#redrive(sender, input),
      StopExecution: (sender, input) => this.#stop(sender, input),
      GetExecutionHistory: (sender, input) => this.#history(sender, input),
      SendTaskSuccess: (sender, input) => this.#taskSuccess(sender, input),
      SendTaskFailure: (sender, input) => this.#taskFailure(sender, input),
      SendTaskHeartbeat: (sender, input) => this.#taskHeartbeat(sender, input),
    };
  }

  async handle(sender: Sender, operation: string, input: Input): Promise<Output> {
    const run = this.#operations[operation];
    if (!run)
      throw new AwsError('UnknownOperationException', `${operation} is not implemented here (see local/README.md)`);
    return run(sender, input);
  }

  /** Makes or updates a machine; running executions keep the definition that they started with. */
  putMachine(name: string, roleArn: string, definition: string, settings: MachineSettings = {}): MachineRecord {
    parseDefinition(name, definition);
    const hash = createHash('sha256').update(definition).digest('hex');
    this.engine.definitions.put(hash, definition);
    const createdAt = this.machines.get(name)?.createdAt ?? this.#context.clock.now();
    const machine: MachineRecord = { arn: this.machineArn(name), name, roleArn, definition: hash, createdAt, settings };
    this.machines.put(machine);
    return machine;
  }

  machineArn(name: string): string {
    return `arn:aws:states:${this.#context.region}:${this.#context.accountId}:stateMachine:${name}`;
  }

  /** StartExecution. Repeating a start with the same name and input is harmless while the execution runs. */
  start(sender: Sender, input: Input): Output {
    const machine = this.#machine(sender, 'states:StartExecution', input.stateMachineArn);
    const name = typeof input.name === 'string' ? input.name : crypto.randomUUID();
    if (!namePattern.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
    const text = typeof input.input === 'string' ? input.input : '{}';
    requireJson(text);
    if (Buffer.byteLength(text) > maxInputBytes) throw validation('input', 'at most 262144 bytes');
    const arn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
    const existing = this.engine.executions.get(arn);
    if (existing && (existing.status !== 'RUNNING' || existing.body.input !== text)) {
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const execution =
      existing ??
      this.#context.journal.transaction(() => {
        this.#requireTrust(machine);
        this.machines.requireOwnKey(machine);
        const body = { input: text, roleArn: machine.roleArn, definition: machine.definition };
        return this.engine.start({ arn, machine: machine.arn, name, body });
      });
    return { executionArn: arn, startDate: execution.startedAt / 1000 };
  }

  /** The machine's role must let Step Functions act with it. */
  #requireTrust({ roleArn }: Pick<MachineRecord, 'roleArn'>): void {
    const role = this.#context.identities.roleByArn(roleArn);
    this.#context.authorizer.require({
      principal: { kind: 'service', name: 'states.amazonaws.com' },
      action: 'sts:AssumeRole',
      resource: roleArn,
      resourcePolicy: role?.trust,
      mustBeAllowedByResource: true,
    });
  }

  #machine(sender: Sender, action: string, arn: unknown): MachineRecord {
    const machine = this.machines.get(String(arn).split(':').at(-1) ?? '');
    this.#context.authorizer.require({ ...sender, action, resource: String(arn) });
    if (!machine || machine.arn !== arn)
      throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return machine;
  }

  #execution(sender: Sender, action: string, { executionArn }: Input): Execution {
    this.#context.authorizer.require({ ...sender, action, resource: String(executionArn) });
    const execution = this.engine.executions.get(String(executionArn));
    if (!execution) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
    return execution;
  }

  /** For whoever is told what the execution carries. */
  #readable(sender: Sender, action: string, input: Input): Execution {
    const execution = this.#execution(sender, action, input);
    const machine = this.machines.of(execution.machine);
    if (machine) this.machines.requireReadersKey(machine, sender.principal);
    return execution;
  }

  /** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html#API_DescribeExecution_RequestSyntax */
  #describeExecution(sender: Sender, input: Input): Output {
    const isMetadataOnly = input.includedData === 'METADATA_ONLY';
    const execution = (isMetadataOnly ? this.#execution : this.#readable).call(
      this,
      sender,
      'states:DescribeExecution',
      input,
    );
    return describe(execution, this.engine.notRedrivable(execution), !isMetadataOnly);
  }

  #create(sender: Sender, input: Input): Output {
    const { name, definition, roleArn, type } = input;
    refuseOthers('CreateStateMachine', input, ['name', 'definition', 'roleArn', 'type']);
    const arn = this.machineArn(String(name));
    this.#context.authorizer.require({ ...sender, action: 'states:CreateStateMachine', resource: arn });
    if (!namePattern.test(String(name))) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
    if (type !== undefined && type !== 'STANDARD') throw validation('type', 'STANDARD (see local/README.md)');
    if (!this.#context.identities.roleByArn(String(roleArn)))
      throw new AwsError('InvalidArn', `Invalid Role Arn: '${roleArn}'`);
    this.#requirePassRole(sender, String(roleArn));
    const existing = this.machines.get(String(name));
    const isSame =
      existing?.roleArn === roleArn && this.engine.definitions.get(existing?.definition ?? '') === definition;
    if (existing && !isSame) {
      throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    }
    const machine =
      existing ??
      this.#context.journal.transaction(() => this.putMachine(String(name), String(roleArn), String(definition)));
    return { stateMachineArn: machine.arn, creationDate: machine.createdAt / 1000 };
  }

  /** Executions that run go on with the definition that they started with. */
  #update(sender: Sender, input: Input): Output {
    const { stateMachineArn, definition, roleArn } = input;
    refuseOthers('UpdateStateMachine', input, ['stateMachineArn', 'definition', 'roleArn']);
    const machine = this.#machine(sender, 'states:UpdateStateMachine', stateMachineArn);
    if (definition === undefined && roleArn === undefined) {
      throw new AwsError(
        'MissingRequiredParameter',
        'Either the definition, the role ARN or a configuration must be specified',
      );
    }
    const role = String(roleArn ?? machine.roleArn);
    if (!this.#context.identities.roleByArn(role)) throw new AwsError('InvalidArn', `Invalid Role Arn: '${role}'`);
    this.#requirePassRole(sender, role);
    const text = typeof definition === 'string' ? definition : (this.engine.definitions.get(machine.definition) ?? '');
    const { definition: hash } = this.#context.journal.transaction(() =>
      this.putMachine(machine.name, role, text, machine.settings),
    );
    return { updateDate: this.#context.clock.now() / 1000, revisionId: uuidOf(hash) };
  }

  /** Whoever gives a role to a machine must be allowed to hand it on. */
  #requirePassRole(sender: Sender, roleArn: string): void {
    this.#context.authorizer.require({ ...sender, action: 'iam:PassRole', resource: roleArn });
  }

  /** What it did stays to be read; what runs is ended, and new executions are refused. */
  #delete(sender: Sender, { stateMachineArn }: Input): Output {
    this.#context.authorizer.require({
      ...sender,
      action: 'states:DeleteStateMachine',
      resource: String(stateMachineArn),
    });
    const machine = this.machines.of(String(stateMachineArn));
    if (!machine || machine.arn !== stateMachineArn) return {};
    this.#context.journal.transaction(() => {
      for (const { arn } of this.engine.executions.running(machine.arn)) this.engine.abort(arn, undefined, undefined);
      this.machines.delete(machine.name);
    });
    return {};
  }

  #testState(sender: Sender, input: Input): Promise<Output> {
    this.#context.authorizer.require({ ...sender, action: 'states:TestState', resource: '*' });
    if (input.roleArn !== undefined) {
      this.#requirePassRole(sender, String(input.roleArn));
      this.#requireTrust({ roleArn: String(input.roleArn) });
    }
    return testState(input, {
      now: () => this.#context.clock.now(),
      call: async (functionName, payload) => {
        const answer = await this.engine.calls.call(String(input.roleArn), 'TestState', functionName, payload);
        if (!answer.ok) return { error: answer.errorType, cause: answer.payload };
        return { result: lambdaOutput(answer.payload, functionName) };
      },
    });
  }

  #describeMachine(sender: Sender, { stateMachineArn }: Input): Output {
    const machine = this.#machine(sender, 'states:DescribeStateMachine', stateMachineArn);
    return this.#machineOutput(machine, machine.definition);
  }

  #machineOfExecution(sender: Sender, input: Input): Output {
    const { machine: arn, body } = this.#execution(sender, 'states:DescribeStateMachineForExecution', input);
    const machine = this.machines.get(arn.split(':').at(-1) ?? '');
    if (!machine) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return this.#machineOutput(machine, body.definition);
  }

  #machineOutput({ arn, name, roleArn, createdAt, settings }: MachineRecord, definition: string): Output {
    return {
      stateMachineArn: arn,
      name,
      status: 'ACTIVE',
      definition: this.engine.definitions.get(definition),
      roleArn,
      type: 'STANDARD',
      creationDate: createdAt / 1000,
      loggingConfiguration: {
        level: settings.logging?.level ?? 'OFF',
        includeExecutionData: settings.logging?.includeExecutionData ?? false,
      },
      tracingConfiguration: { enabled: settings.isTraced ?? false },
      ...(settings.keyArn !== undefined && {
        encryptionConfiguration: { type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: settings.keyArn },
      }),
    };
  }

  #listMachines(sender: Sender): Output {
    this.#context.authorizer.require({ ...sender, action: 'states:ListStateMachines', resource: '*' });
    const stateMachines = this.machines.all().map(({ arn, name, createdAt }) => ({
      stateMachineArn: arn,
      name,
      type: 'STANDARD',
      creationDate: createdAt / 1000,
    }));
    return { stateMachines };
  }

  #listExecutions(sender: Sender, { stateMachineArn, statusFilter, maxResults, nextToken }: Input): Output {
    const machine = this.#machine(sender, 'states:ListExecutions', stateMachineArn);
    const limit = pageSize(maxResults, 100);
    const offset = decodeToken(nextToken);
    const status = typeof statusFilter === 'string' ? statusFilter : undefined;
    const found = this.engine.executions.list(machine.arn, status, offset, limit + 1);
    const executions = found.slice(0, limit).map((execution) => ({
      executionArn: execution.arn,
      stateMachineArn: execution.machine,
      name: execution.name,
      status: execution.status,
      startDate: execution.startedAt / 1000,
      ...(execution.stoppedAt !== undefined && { stopDate: execution.stoppedAt / 1000 }),
      ...redrivesOf(execution),
    }));
    return { executions, ...(found.length > limit && { nextToken: encodeToken(offset + limit) }) };
  }

  #stop(sender: Sender, input: Input): Output {
    const execution = this.#execution(sender, 'states:StopExecution', input);
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
    this.#context.journal.transaction(() => this.engine.abort(execution.arn, text(input.error), text(input.cause)));
    const stopped = this.engine.executions.get(execution.arn)?.stoppedAt ?? this.#context.clock.now();
    return { stopDate: stopped / 1000 };
  }

  /** https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html */
  #redrive(sender: Sender, input: Input): Output {
    const { arn, machine } = this.#execution(sender, 'states:RedriveExecution', input);
    const redrivenAt = this.#context.journal.transaction(() => {
      const record = this.machines.of(machine);
      if (record) this.machines.requireOwnKey(record);
      return this.engine.redrive(arn);
    });
    return { redriveDate: redrivenAt / 1000 };
  }

  #history(sender: Sender, input: Input): Output {
    const execution = this.#readable(sender, 'states:GetExecutionHistory', input);
    const limit = pageSize(input.maxResults, 1000);
    const isReverse = input.reverseOrder === true;
    const after = input.nextToken === undefined && isReverse ? Number.MAX_SAFE_INTEGER : decodeToken(input.nextToken);
    const found = this.engine.history.page(execution.arn, after, limit + 1, isReverse);
    const page = found.slice(0, limit);
    const last = page.at(-1)?.id ?? 0;
    const withData = input.includeExecutionData !== false;
    return {
      events: page.map((event) => eventOutput(event, withData)),
      ...(found.length > limit && { nextToken: encodeToken(last) }),
    };
  }

  async #taskSuccess(sender: Sender, { taskToken, output }: Input): Promise<Output> {
    this.#requireToken(sender, 'states:SendTaskSuccess', taskToken);
    const text = String(output);
    if (Buffer.byteLength(text) > maxInputBytes) throw new AwsError('InvalidOutput', 'Invalid Output: too large');
    const result = parseOutput(text);
    await this.engine.completeTask(String(taskToken), { kind: 'succeeded', result });
    return {};
  }

  async #taskFailure(sender: Sender, { taskToken, error = '', cause = '' }: Input): Promise<Output> {
    this.#requireToken(sender, 'states:SendTaskFailure', taskToken);
    await this.engine.completeTask(String(taskToken), { kind: 'failed', error: String(error), cause: String(cause) });
    return {};
  }

  #taskHeartbeat(sender: Sender, { taskToken }: Input): Output {
    this.#requireToken(sender, 'states:SendTaskHeartbeat', taskToken);
    this.engine.heartbeat(String(taskToken));
    return {};
  }

  #requireToken(sender: Sender, action: string, token: unknown): void {
    if (!this.engine.knowsToken(String(token))) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
    // The published table knows no resource for these actions: only a statement for every resource allows them.
    this.#context.authorizer.require({ ...sender, action, resource: '*' });
  }
}

/** A revision is told by a UUID; here it is the definition's own. */
const uuidOf = (hash: string): string =>
  [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-');

const describe = (execution: Execution, notRedrivable: string | undefined, withData: boolean): Output => ({
  executionArn: execution.arn,
  stateMachineArn: execution.machine,
  name: execution.name,
  status: execution.status,
  startDate: execution.startedAt / 1000,
  ...(execution.stoppedAt !== undefined && { stopDate: execution.stoppedAt / 1000 }),
  ...(withData && {
    input: execution.body.input,
    inputDetails: { included: true },
    ...(execution.body.output !== undefined && { output: execution.body.output, outputDetails: { included: true } }),
    ...(execution.body.error !== undefined && { error: execution.body.error }),
    ...(execution.body.cause !== undefined && { cause: execution.body.cause }),
  }),
  ...redrivesOf(execution),
  redriveStatus: notRedrivable === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
  ...(notRedrivable !== undefined && { redriveStatusReason: notRedrivable }),
});

const redrivesOf = ({ body: { redrives } }: Execution): Output => ({
  redriveCount: redrives?.count ?? 0,
  ...(redrives && { redriveDate: redrives.at / 1000 }),
});

const eventOutput = ({ id, previousEventId, type, timestamp, details }: HistoryEvent, withData: boolean): Output => ({
  timestamp: timestamp / 1000,
  type,
  id,
  previousEventId,
  ...(withData ? details : withoutData(details)),
});

/** What a request asks for beside these would not happen. @throws UnsupportedFeatureError */
const refuseOthers = (operation: string, input: Input, known: readonly string[]): void => {
  const other = Object.keys(input).find((name) => !known.includes(name));
  if (other !== undefined) throw new UnsupportedFeatureError(operation, other);
};

const validation = (field: string, allowed: string): AwsError =>
  new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${field}' failed to satisfy constraint: ${allowed}`,
  );

const pageSize = (value: unknown, fallback: number): number => {
  if (value === undefined || value === 0) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 1000) return value;
  throw validation('maxResults', 'a whole number from 0 to 1000');
};

const encodeToken = (position: number): string => Buffer.from(String(position)).toString('base64');

const decodeToken = (token: unknown): number => {
  if (token === undefined) return 0;
  const position = Number(Buffer.from(String(token), 'base64').toString('utf8'));
  if (Number.isInteger(position)) return position;
  throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
};

const requireJson = (text: string): void => {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new AwsError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: '${error instanceof Error ? error.message : ''}'`,
    );
  }
};

const parseOutput = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AwsError('InvalidOutput', `Invalid Output: '${error instanceof Error ? error.message : ''}'`);
  }
};
