import { AwsError } from '../errors.ts';
import type { Sender } from '../identity/sender.ts';
import { type Input, type Output, parseTaskOutput } from './inputs.ts';
import { lambdaOutput } from './lambda-task.ts';
import type { Operation, StatesServices } from './states.ts';
import { testState } from './test-state.ts';

/** Operations on tasks: those that wait for their token, and a state that is tried by itself. */
export class TaskApi {
  readonly #services: StatesServices;

  constructor(services: StatesServices) {
    this.#services = services;
  }

  get operations(): Readonly<Record<string, Operation>> {
    return {
      SendTaskSuccess: (sender, input) => this.#success(sender, input),
      SendTaskFailure: (sender, input) => this.#failure(sender, input),
      SendTaskHeartbeat: (sender, input) => this.#heartbeat(sender, input),
      TestState: (sender, input) => this.#testState(sender, input),
    };
  }

  async #success(sender: Sender, { taskToken, output }: Input): Promise<Output> {
    const token = this.#token(sender, 'states:SendTaskSuccess', taskToken);
    await this.#services.engine.tasks.complete(token, { kind: 'succeeded', result: parseTaskOutput(String(output)) });
    return {};
  }

  async #failure(sender: Sender, { taskToken, error = '', cause = '' }: Input): Promise<Output> {
    const token = this.#token(sender, 'states:SendTaskFailure', taskToken);
    await this.#services.engine.tasks.complete(token, { kind: 'failed', error: String(error), cause: String(cause) });
    return {};
  }

  #heartbeat(sender: Sender, { taskToken }: Input): Output {
    this.#services.engine.tasks.heartbeat(this.#token(sender, 'states:SendTaskHeartbeat', taskToken));
    return {};
  }

  #token(sender: Sender, action: string, token: unknown): string {
    const { engine, context } = this.#services;
    if (!engine.tasks.knowsToken(String(token))) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
    // The published table knows no resource for these actions: only a statement for every resource allows them.
    context.authorizer.require({ ...sender, action, resource: '*' });
    return String(token);
  }

  #testState(sender: Sender, input: Input): Promise<Output> {
    const { context, machines, engine } = this.#services;
    context.authorizer.require({ ...sender, action: 'states:TestState', resource: '*' });
    const roleArn = String(input.roleArn);
    if (input.roleArn !== undefined) {
      context.authorizer.require({ ...sender, action: 'iam:PassRole', resource: roleArn });
      machines.requireTrust({ roleArn });
    }
    return testState(input, {
      now: () => context.clock.now(),
      call: async (functionName, payload) => {
        const answer = await engine.calls.call(roleArn, 'TestState', functionName, payload);
        if (!answer.ok) return { error: answer.errorType, cause: answer.payload };
        return { result: lambdaOutput(answer.payload, functionName) };
      },
    });
  }
}
