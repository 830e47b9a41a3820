import { randomUUID } from 'node:crypto';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { Sender } from '../identity/sender.ts';
import type { Execution, ExecutionBody, Executions } from './executions.ts';
import { type Input, maxDataBytes, namePattern, requireArn, requireExecutionInput, validation } from './inputs.ts';
import type { Machines } from './machines.ts';
import type { Versions } from './versions.ts';

/** An execution that may begin. */
export interface Beginning {
  readonly arn: string;
  readonly machine: string;
  readonly name: string;
  readonly startedAt: number;
  readonly body: ExecutionBody;
}

/** What StartExecution looks at before anything begins, whoever asks for it: a client, a schedule, a task. */
export class Starting {
  readonly #context: Context;
  readonly #machines: Machines;
  readonly #versions: Versions;
  readonly #executions: Executions;

  constructor(
    context: Context,
    { machines, versions, executions }: { machines: Machines; versions: Versions; executions: Executions },
  ) {
    this.#context = context;
    this.#machines = machines;
    this.#versions = versions;
    this.#executions = executions;
  }

  /**
   * Changes nothing. The same start again is the execution that runs already.
   *
   * @param input `stateMachineArn` (also of a version or an alias), `name`, `input` (JSON)
   * @throws AwsError StateMachineDoesNotExist, InvalidName, InvalidExecutionInput, ExecutionAlreadyExists, and refusals
   */
  prepare(sender: Sender, input: Input): Execution | Beginning {
    const asked = requireArn(input.stateMachineArn);
    const target = this.#versions.resolve(asked);
    this.#machines.require(sender, 'states:StartExecution', asked);
    if (!target) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${asked}'`);
    const { machine, versionArn, aliasArn } = target;
    const name = typeof input.name === 'string' ? input.name : randomUUID();
    if (!namePattern.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
    const text = typeof input.input === 'string' ? input.input : '{}';
    requireExecutionInput(text);
    if (Buffer.byteLength(text) > maxDataBytes) throw validation('input', `at most ${maxDataBytes} bytes`);
    const arn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
    const existing = this.#executions.get(arn);
    if (existing && (existing.status !== 'RUNNING' || existing.body.input !== text)) {
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    if (existing) return existing;
    this.#machines.requireTrust(machine);
    this.#machines.requireOwnKey(machine);
    const { roleArn, definition, revisionId, updatedAt, createdAt } = machine;
    const revision = { at: updatedAt ?? createdAt, ...(revisionId !== undefined && { id: revisionId }) };
    const found = { ...(versionArn !== undefined && { versionArn }), ...(aliasArn !== undefined && { aliasArn }) };
    const startedAt = this.#context.clock.now();
    return {
      arn,
      machine: machine.arn,
      name,
      startedAt,
      body: { input: text, roleArn, definition, revision, ...found },
    };
  }
}
