import { AwsError } from '../errors.ts';
import type { Sender } from '../identity/sender.ts';
import { diagnose } from './diagnose.ts';
import {
  type Input,
  invalid,
  namePattern,
  type Output,
  optionalText,
  paged,
  pageOf,
  refuseOthers,
  validation,
} from './inputs.ts';
import type { MachineRecord } from './machines.ts';
import type { Operation, StatesServices } from './states.ts';
import type { VersionRecord } from './versions.ts';

/** Operations on state machines as they are now. */
export class MachineApi {
  readonly #services: StatesServices;

  constructor(services: StatesServices) {
    this.#services = services;
  }

  get operations(): Readonly<Record<string, Operation>> {
    return {
      CreateStateMachine: (sender, input) => this.#create(sender, input),
      UpdateStateMachine: (sender, input) => this.#update(sender, input),
      DeleteStateMachine: (sender, input) => this.#delete(sender, input),
      DescribeStateMachine: (sender, input) => this.#describe(sender, input),
      DescribeStateMachineForExecution: (sender, input) => this.#describeOfExecution(sender, input),
      ListStateMachines: (sender, input) => this.#list(sender, input),
      ValidateStateMachineDefinition: (sender, input) => this.#validate(sender, input),
    };
  }

  #create(sender: Sender, input: Input): Output {
    refuseOthers('CreateStateMachine', input, [
      ...['name', 'definition', 'roleArn', 'type', 'publish', 'versionDescription'],
    ]);
    const { machines } = this.#services;
    const [name, definition, roleArn] = [String(input.name), String(input.definition), String(input.roleArn)];
    const arn = machines.arnOf(name);
    machines.require(sender, 'states:CreateStateMachine', arn);
    if (!namePattern.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
    if (input.type !== undefined && input.type !== 'STANDARD')
      throw validation('type', 'STANDARD (see local/README.md)');
    requireDescribedVersion(input);
    this.#requireRole(sender, roleArn);
    const existing = machines.get(name);
    // Of a machine that is there another role is passed over: the API reference says so.
    if (existing && machines.definitionOf(existing) !== definition) {
      throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    }
    return this.#services.context.journal.transaction(() => {
      const machine = existing ?? machines.put(name, roleArn, definition);
      const version = this.#published(sender, machine, input);
      return { stateMachineArn: arn, creationDate: machine.createdAt / 1000, ...version };
    });
  }

  /** Executions that run go on with the definition that they started with. */
  #update(sender: Sender, input: Input): Output {
    refuseOthers('UpdateStateMachine', input, [
      ...['stateMachineArn', 'definition', 'roleArn', 'publish', 'versionDescription'],
    ]);
    const { machines, context } = this.#services;
    const machine = machines.askedFor(sender, 'states:UpdateStateMachine', input.stateMachineArn);
    const { definition, roleArn, publish } = input;
    if (definition === undefined && roleArn === undefined && publish !== true) {
      throw new AwsError(
        'MissingRequiredParameter',
        'Either the definition, the role ARN or a configuration must be specified',
      );
    }
    requireDescribedVersion(input);
    const role = String(roleArn ?? machine.roleArn);
    this.#requireRole(sender, role);
    return context.journal.transaction(() => {
      const text = optionalText(definition) ?? machines.definitionOf(machine);
      const updated = machines.put(machine.name, role, text, machine.settings);
      const isNew = updated.revisionId !== machine.revisionId;
      return {
        updateDate: context.clock.now() / 1000,
        ...(isNew && { revisionId: updated.revisionId }),
        ...this.#published(sender, updated, input),
      };
    });
  }

  #published(sender: Sender, machine: MachineRecord, { publish, versionDescription }: Input): Output {
    if (publish !== true) return {};
    this.#services.machines.require(sender, 'states:PublishStateMachineVersion', machine.arn);
    const { arn } = this.#services.versions.publish(machine, optionalText(versionDescription));
    return { stateMachineVersionArn: arn };
  }

  /** The role must be there, and whoever gives it to a machine must be allowed to hand it on. */
  #requireRole(sender: Sender, roleArn: string): void {
    if (!this.#services.context.identities.roleByArn(roleArn))
      throw new AwsError('InvalidArn', `Invalid Role Arn: '${roleArn}'`);
    this.#require(sender, 'iam:PassRole', roleArn);
  }

  /** What it did stays to be read; what runs is ended, and new executions are refused. */
  #delete(sender: Sender, { stateMachineArn }: Input): Output {
    const { machines, versions, engine, context } = this.#services;
    const arn = String(stateMachineArn);
    machines.require(sender, 'states:DeleteStateMachine', arn);
    const machine = machines.of(arn);
    if (machine?.arn !== arn) return {};
    context.journal.transaction(() => {
      for (const execution of engine.executions.running(arn)) engine.abort(execution.arn, undefined, undefined);
      versions.deleteAll(arn);
      machines.delete(machine.name);
    });
    return {};
  }

  #describe(sender: Sender, { stateMachineArn }: Input): Output {
    const arn = String(stateMachineArn);
    this.#services.machines.require(sender, 'states:DescribeStateMachine', arn);
    const version = this.#services.versions.version(arn);
    const machine = version?.machine ?? this.#services.machines.existing(arn);
    return {
      ...this.#output(machine, machine.definition),
      creationDate: (version ?? machine).createdAt / 1000,
      status: 'ACTIVE',
      type: 'STANDARD',
      ...(version && ofVersion(version)),
    };
  }

  #describeOfExecution(sender: Sender, { executionArn }: Input): Output {
    this.#require(sender, 'states:DescribeStateMachineForExecution', String(executionArn));
    const execution = this.#services.engine.executions.get(String(executionArn));
    if (!execution) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
    const version = this.#services.versions.version(execution.body.versionArn ?? '');
    const now = version?.machine ?? this.#services.machines.existing(execution.machine);
    const { roleArn, definition, revision } = execution.body;
    const { revisionId: _, ...machine } = now;
    const then = { ...machine, roleArn, ...(revision?.id !== undefined && { revisionId: revision.id }) };
    return { ...this.#output(then, definition), updateDate: (revision?.at ?? now.createdAt) / 1000 };
  }

  #output({ arn, name, roleArn, settings, revisionId }: MachineRecord, definition: string): Output {
    return {
      stateMachineArn: arn,
      name,
      definition: this.#services.machines.definitionOf({ definition }),
      roleArn,
      ...(revisionId !== undefined && { revisionId }),
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

  #list(sender: Sender, input: Input): Output {
    this.#require(sender, 'states:ListStateMachines', '*');
    const all = this.#services.machines.all().map(({ arn, name, createdAt }) => ({
      stateMachineArn: arn,
      name,
      type: 'STANDARD',
      creationDate: createdAt / 1000,
    }));
    return paged('stateMachines', all, pageOf(input));
  }

  #validate(sender: Sender, { definition, maxResults }: Input): Output {
    this.#require(sender, 'states:ValidateStateMachineDefinition', '*');
    const all = diagnose(String(definition)).map((one) => ({ severity: 'ERROR', ...one }));
    const limit = typeof maxResults === 'number' && maxResults > 0 ? Math.min(maxResults, 100) : 100;
    return {
      result: all.length === 0 ? 'OK' : 'FAIL',
      diagnostics: all.slice(0, limit),
      truncated: all.length > limit,
    };
  }

  #require(sender: Sender, action: string, resource: string): void {
    this.#services.context.authorizer.require({ ...sender, action, resource });
  }
}

const ofVersion = ({ arn, description }: VersionRecord): Output => ({
  stateMachineArn: arn,
  ...(description !== undefined && { description }),
});

const requireDescribedVersion = ({ publish, versionDescription }: Input): void => {
  if (versionDescription !== undefined && publish !== true)
    throw invalid('Version description can only be set when publish is true');
};
