import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { Sender } from '../identity/sender.ts';
import { AliasApi } from './alias-api.ts';
import type { Engine } from './engine.ts';
import { ExecutionApi } from './execution-api.ts';
import type { Input, Output } from './inputs.ts';
import { MachineApi } from './machine-api.ts';
import type { MachineRecord, MachineSettings, Machines } from './machines.ts';
import { TaskApi } from './task-api.ts';
import { VersionApi } from './version-api.ts';
import type { Versions } from './versions.ts';

/** One operation: who asks, and for what. */
export type Operation = (sender: Sender, input: Input) => Output | Promise<Output>;

/** What the operations work with. */
export interface StatesServices {
  readonly context: Context;
  readonly engine: Engine;
  readonly machines: Machines;
  readonly versions: Versions;
}

/** The Step Functions API: https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html */
export class States {
  readonly #machines: Machines;
  readonly #executions: ExecutionApi;
  readonly #operations: Readonly<Record<string, Operation>>;

  constructor(services: StatesServices) {
    this.#machines = services.machines;
    this.#executions = new ExecutionApi(services);
    this.#operations = {
      ...new MachineApi(services).operations,
      ...new VersionApi(services).operations,
      ...new AliasApi(services).operations,
      ...this.#executions.operations,
      ...new TaskApi(services).operations,
    };
  }

  async handle(sender: Sender, operation: string, input: Input): Promise<Output> {
    const run = this.#operations[operation];
    if (!run)
      throw new AwsError('UnknownOperationException', `${operation} is not implemented here (see local/README.md)`);
    return run(sender, input);
  }

  /** A machine of the template. */
  putMachine(name: string, roleArn: string, definition: string, settings: MachineSettings = {}): MachineRecord {
    return this.#machines.put(name, roleArn, definition, settings);
  }

  /** StartExecution, for a schedule. */
  start(sender: Sender, input: Input): Output {
    return this.#executions.start(sender, input);
  }
}
