import { AwsError } from '../errors.ts';
import type { Sender } from '../identity/sender.ts';
import { type Input, type Output, optionalText, paged, pageOf } from './inputs.ts';
import type { Operation, StatesServices } from './states.ts';

/** Operations on published versions. */
export class VersionApi {
  readonly #services: StatesServices;

  constructor(services: StatesServices) {
    this.#services = services;
  }

  get operations(): Readonly<Record<string, Operation>> {
    return {
      PublishStateMachineVersion: (sender, input) => this.#publish(sender, input),
      ListStateMachineVersions: (sender, input) => this.#list(sender, input),
      DeleteStateMachineVersion: (sender, input) => this.#delete(sender, input),
    };
  }

  #publish(sender: Sender, { stateMachineArn, revisionId, description }: Input): Output {
    const machine = this.#services.machines.askedFor(sender, 'states:PublishStateMachineVersion', stateMachineArn);
    const current = machine.revisionId ?? 'INITIAL';
    if (revisionId !== undefined && revisionId !== current) {
      const why = `The current State Machine revision is ${current}.`;
      const what = `Failed to publish the State Machine version for revision ${revisionId}.`;
      throw new AwsError('ConflictException', `${what} ${why}`);
    }
    const { versions, context } = this.#services;
    const version = context.journal.transaction(() => versions.publish(machine, optionalText(description)));
    return { stateMachineVersionArn: version.arn, creationDate: version.createdAt / 1000 };
  }

  #list(sender: Sender, input: Input): Output {
    const machine = this.#services.machines.askedFor(sender, 'states:ListStateMachineVersions', input.stateMachineArn);
    const all = this.#services.versions
      .of(machine.arn)
      .map(({ arn, createdAt }) => ({ stateMachineVersionArn: arn, creationDate: createdAt / 1000 }));
    return paged('stateMachineVersions', all, pageOf(input));
  }

  /** One that is gone already is no error. */
  #delete(sender: Sender, { stateMachineVersionArn }: Input): Output {
    const arn = String(stateMachineVersionArn);
    const { context, versions, machines } = this.#services;
    machines.require(sender, 'states:DeleteStateMachineVersion', arn);
    context.journal.transaction(() => versions.deleteVersion(arn));
    return {};
  }
}
