import { CreateStateMachineCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Airlock } from './airlock.ts';

/** State machines that a test makes for itself, as a person at the aws CLI does, with the role of Airlock's own. */
export class OwnMachines {
  readonly airlock: Airlock;
  readonly roleArn: string;
  readonly #prefix: string;
  #count = 0;

  private constructor(airlock: Airlock, roleArn: string, prefix: string) {
    this.airlock = airlock;
    this.roleArn = roleArn;
    this.#prefix = prefix;
  }

  static async of(airlock: Airlock, prefix = 'own'): Promise<OwnMachines> {
    return new OwnMachines(airlock, await airlock.machineRole(), prefix);
  }

  /** Makes a machine that begins with the first of these states. @param more fields beside them */
  async create(States: object, more: object = {}): Promise<string> {
    this.#count += 1;
    const definition = definitionOf(States, more);
    const name = `${this.#prefix}${this.#count}`;
    const { airlock, roleArn } = this;
    const made = await airlock.sfn.send(new CreateStateMachineCommand({ name, definition, roleArn }));
    return made.stateMachineArn ?? '';
  }

  async start(stateMachineArn: string | undefined, input: unknown = {}): Promise<string> {
    const { executionArn = '' } = await this.airlock.sfn.send(
      new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
    );
    return executionArn;
  }

  /** Runs a machine of these states as far as it goes, and returns its execution. */
  async run(States: object, input: unknown = {}, more: object = {}): Promise<string> {
    const execution = await this.start(await this.create(States, more), input);
    await this.airlock.settle();
    return execution;
  }

  /** What a machine of these states makes of an input. */
  async output(States: object, input: unknown = {}) {
    return this.outputOf(await this.run(States, input));
  }

  async outputOf(execution: string) {
    return JSON.parse((await this.airlock.describe(execution)).output ?? 'null');
  }

  async types(execution: string) {
    return (await this.airlock.history(execution)).map(({ type }) => type);
  }
}

/** A machine in JSONata that begins with the first of these states. */
export const definitionOf = (States: object, more: object = {}): string =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(States)[0], States, ...more });
