import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import type { XmlValue } from '../http/xml.ts';
import type { Sender } from '../identity/sender.ts';
import type { DeployedStack } from './deploy.ts';

/** CloudFormation, as far as one looks up what a stack made: DescribeStacks. */
export class CloudFormation {
  readonly #context: Context;
  #stacks: readonly DeployedStack[] = [];

  constructor(context: Context) {
    this.#context = context;
  }

  /** What was deployed at the start. */
  set stacks(stacks: readonly DeployedStack[]) {
    this.#stacks = stacks;
  }

  /** Outputs of all stacks by their names. */
  get outputs(): Record<string, string> {
    return Object.assign({}, ...this.#stacks.map(({ outputs }) => outputs));
  }

  handle(sender: Sender, action: string, input: ReadonlyMap<string, string>): { [name: string]: XmlValue } {
    if (action !== 'DescribeStacks') {
      throw new AwsError('InvalidAction', `CloudFormation ${action} is not implemented here (see local/README.md)`);
    }
    const name = input.get('StackName');
    const found = this.#stacks.filter((stack) => name === undefined || stack.name === name || stack.id === name);
    const resource = name === undefined ? '*' : (found[0]?.id ?? name);
    this.#context.authorizer.require({ ...sender, action: 'cloudformation:DescribeStacks', resource });
    if (found.length === 0) throw new AwsError('ValidationError', `Stack with id ${name} does not exist`);
    const member = found.map(({ name: StackName, id, outputs }) => ({
      StackName,
      StackId: id,
      StackStatus: 'UPDATE_COMPLETE',
      CreationTime: this.#context.clock.iso(),
      Outputs: { member: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })) },
    }));
    return { Stacks: { member } };
  }
}
